"""Made-up people for the demo, tests and benchmarks: seeded, so the same seed gives the same people everywhere.

Never use it for real ones: whoever knows the seed knows the codes.
"""

import csv
import io
import random
import uuid
from collections.abc import Callable, Iterator
from itertools import count, islice
from typing import NamedTuple

from faker import Faker

from checkin.rules import CODE_ALPHABET, CODE_LENGTH

SEED = 2026
_NAMESPACE = uuid.UUID("6f5c1d3e-8f0b-4c55-9d0e-5f2b0d8a7c11")

Name = Callable[[Faker], tuple[str, str]]
"""A name, and the given name in it where that is not its first word."""


class MadeUp(NamedTuple):
    """One person as in a roster file, and an id that is theirs on every run."""

    id: uuid.UUID
    number: str
    name: str
    delegation: str
    role: str
    code: str
    family: str = ""
    given: str = ""
    """Only where it is not the first word of the name."""


def _woman(faker: Faker) -> tuple[str, str]:
    return f"{faker.first_name_female()} {faker.last_name_female()}", ""


def _man(faker: Faker) -> tuple[str, str]:
    return f"{faker.first_name_male()} {faker.last_name_male()}", ""


def _family_first(faker: Faker) -> tuple[str, str]:
    family, given = faker.last_name(), faker.first_name()
    return f"{family} {given}", given


def _no_space(faker: Faker) -> tuple[str, str]:
    family, given = faker.last_name(), faker.first_name()
    return f"{family}{given}", given


_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Ý")
_MIDDLE = ("Thị", "Văn", "Ngọc", "Đức", "Minh", "Hữu")
_GIVEN = ("Ánh", "Dũng", "Hạnh", "Hương", "Khánh", "Linh", "Mỹ", "Phương", "Quỳnh", "Thảo", "Tuấn", "Yến")


def _vietnamese(faker: Faker) -> tuple[str, str]:
    """Faker has few names for Vietnam."""
    family, middle, given = map(faker.random.choice, (_FAMILIES, _MIDDLE, _GIVEN))
    return f"{family} {middle} {given}", given


_DELEGATIONS: dict[str, tuple[str, tuple[Name, ...]]] = {
    "Brazil": ("pt_BR", (_woman, _man)),
    "China": ("zh_CN", (_no_space,)),
    "Czechia": ("cs_CZ", (_woman, _man)),
    "Denmark": ("da_DK", (_woman, _man)),
    "Finland": ("fi_FI", (_woman, _man)),
    "France": ("fr_FR", (_woman, _man)),
    "Germany": ("de_DE", (_woman, _man)),
    "Great Britain": ("en_GB", (_woman, _man)),
    "Greece": ("el_GR", (_woman, _man)),
    "Iceland": ("is_IS", (_woman, _man)),
    "India": ("hi_IN", (_woman, _man)),
    "Israel": ("he_IL", (_woman, _man)),
    "Japan": ("ja_JP", (_family_first,)),
    "Korea": ("ko_KR", (_no_space,)),
    "Norway": ("no_NO", (_woman, _man)),
    "Poland": ("pl_PL", (_woman, _man)),
    "Saudi Arabia": ("ar_SA", (_woman, _man)),
    "Spain": ("es_ES", (_woman, _man)),
    "Sweden": ("sv_SE", (_woman, _man)),
    "Türkiye": ("tr_TR", (_woman, _man)),
    "Ukraine": ("uk_UA", (_woman, _man)),
    "Vietnam": ("vi_VN", (_vietnamese,)),
}
_ROLES = {"athlete": 45, "coach": 12, "volunteer": 18, "family": 15, "guest": 5, "official": 5}

# What goes wrong at doors: names of one letter, and several people of one name.
_SHORT = {
    "Soo O": "Korea",
    "Bo Å": "Sweden",
    "Min-ji O": "Korea",
    "Ý Lan": "Vietnam",
    "U Thein": "Great Britain",
    "王 一": "China",
    "Ali Ö": "Türkiye",
}
_SHARED = ("Maria Silva", "Anna Berg", "Ivan Petrov", "Jin Kim", "José García", "Fatma Yılmaz", "Łukasz Nowak")
_EVERY_SHORT = 61
_EVERY_SHARED = 23

# A few families: who of these is the next of that role, among the later ones, comes with them. One has one code.
_ONE_CODE = "Czechia"
_TOGETHER = ("Brazil", "Czechia", "Norway", "Spain")
_RELATIVES = ("athlete", "family", "family")
_ALONE = 100


def generate_people(number: int, seed: int = SEED) -> list[MadeUp]:
    """The first `number` people of a seed: more of them begin with the same ones."""
    return list(islice(_people(seed), number))


def _people(seed: int) -> Iterator[MadeUp]:
    # Same people on every run is what this is for; nothing here is a secret.
    dice = random.Random(seed)  # noqa: S311
    fakers = {place: _faker(locale, seed) for place, (locale, _) in _DELEGATIONS.items()}
    places, roles, weights = list(_DELEGATIONS), list(_ROLES), list(_ROLES.values())
    families = {place: _Family(f"F-{number}", one_code=place == _ONE_CODE) for number, place in enumerate(_TOGETHER, 1)}
    for index in count(1):
        place = dice.choice(places)
        name, given = dice.choice(_DELEGATIONS[place][1])(fakers[place])
        if index % _EVERY_SHORT == 0:
            (name, place), given = list(_SHORT.items())[index // _EVERY_SHORT % len(_SHORT)], ""
        elif index % _EVERY_SHARED == 0:
            name, given = _SHARED[index // _EVERY_SHARED % len(_SHARED)], ""
        [role] = dice.choices(roles, weights)
        code = "".join(dice.choices(CODE_ALPHABET, k=CODE_LENGTH))
        number = f"P-{index:05}"
        person = MadeUp(uuid.uuid5(_NAMESPACE, f"{seed}/{number}"), number, name, place, role, code, given=given)
        yield families[place].take_in(person) if place in families and index > _ALONE else person


class _Family:
    """Takes in the first who fit, under one surname. With `one_code` that of the first is for all of them."""

    def __init__(self, number: str, *, one_code: bool) -> None:
        self._number, self._one_code = number, one_code
        self._surname = self._code = ""
        self._wanted = list(_RELATIVES)

    def take_in(self, person: MadeUp) -> MadeUp:
        if person.role not in self._wanted:
            return person
        self._wanted.remove(person.role)
        first, *others = person.name.split()
        self._surname = self._surname or " ".join(others)
        self._code = self._code or person.code
        code = self._code if self._one_code else person.code
        return person._replace(name=f"{first} {self._surname}", code=code, family=self._number)


def _faker(locale: str, seed: int) -> Faker:
    faker = Faker(locale)
    faker.seed_instance(f"{seed}/{locale}")
    return faker


def roster_csv(people: list[MadeUp]) -> bytes:
    """These people as a roster file of our template."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("number", "name", "delegation", "role", "codes", "family", "given"))
    writer.writerows(person[1:] for person in people)
    return text.getvalue().encode("utf-8-sig")
