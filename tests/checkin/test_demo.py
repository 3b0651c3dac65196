"""The demo: the same people everywhere, loaded once, and a way in."""

import re
import stat
import unicodedata
from collections import Counter
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from checkin.demo import SEED, generate_people, roster_csv
from checkin.demo.people import MadeUp
from checkin.models import AttendanceRecord, Checkpoint, Credential, Person
from checkin.rosters import plan_import, read_roster
from checkin.rules import CODE_LENGTH, canonical_code, search_key
from eventsync.schedule.models import Event
from eventsync.schedule.plan import queries, releasing
from eventsync.sync.models import Change, EnrolmentCode, StreamHead
from eventsync.sync.streams import roster_stream

SCRIPTS = {"LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "DEVANAGARI", "CJK", "HANGUL"}


@pytest.fixture
def var(settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    settings.BASE_URL = "https://games.example"
    return tmp_path


def demo(*args: object) -> str:
    out = StringIO()
    call_command("demo", *map(str, args), stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_seed_gives_the_same_people_each_time() -> None:
    assert generate_people(50, SEED) == generate_people(500, SEED)[:50]
    assert generate_people(3, SEED) != generate_people(3, SEED + 1)


def test_people_are_what_doors_meet() -> None:
    people = generate_people(500)
    assert len({person.delegation for person in people}) == 22
    assert {person.role for person in people} == {"athlete", "coach", "volunteer", "family", "guest", "official"}
    letters = {unicodedata.name(char).split()[0] for person in people for char in person.name if char.isalpha()}
    assert letters >= SCRIPTS
    assert {"ø", "ł", "ğ", "ễ", "ö"} <= set("".join(person.name for person in people))
    assert any(len(word) == 1 and word.isascii() for person in people for word in person.name.split())
    delegations: dict[str, set[str]] = {}
    for person in people:
        delegations.setdefault(person.name, set()).add(person.delegation)
    assert sum(len(found) > 1 for found in delegations.values()) >= 5
    assert all(search_key(person.name) for person in people)
    called = [person for person in people if person.given]
    assert {person.delegation for person in called} == {"China", "Japan", "Korea", "Vietnam"}
    assert all(person.name.endswith(person.given) for person in called)


def test_a_few_families_come_together_under_one_surname() -> None:
    families: dict[str, list[MadeUp]] = {}
    for person in generate_people(500):
        families.setdefault(person.family, []).append(person)
    del families[""]
    assert sorted(families) == ["F-1", "F-2", "F-3", "F-4"]
    assert [len({person.code for person in families[name]}) for name in sorted(families)] == [3, 1, 3, 3]
    for together in families.values():
        assert sorted(person.role for person in together) == ["athlete", "family", "family"]
        assert len({(person.delegation, *person.name.split()[1:]) for person in together}) == 1


def test_ids_numbers_and_codes_are_for_one_person() -> None:
    people = generate_people(10_000)
    codes = {person.code for person in people}
    assert [Counter(column).most_common(1)[0][1] for column in zip(*people, strict=True)][:2] == [1, 1]
    assert len(codes) == 10_000 - 2  # one is a family's of three
    assert {len(canonical_code(code)) for code in codes} == {CODE_LENGTH}


@pytest.mark.django_db
def test_the_demo_is_loaded_once(var: Path) -> None:
    with time_machine.travel(datetime(2026, 7, 4, 22, tzinfo=UTC), tick=False):
        assert demo("--no-invite", "--people", 40) == (
            "The demo event “Northern Games (demo)” is loaded: 40 people, 2026-07-05 to 2026-07-11.\n"
        )
        event = Event.objects.get(slug="demo")
        assert (event.tz, event.first_day, event.last_day) == ("Europe/Helsinki", date(2026, 7, 5), date(2026, 7, 11))
        before = (set(Person.objects.values_list("id", flat=True)), set(Credential.objects.values_list()))
        heads = dict(StreamHead.objects.values_list("stream", "head"))
        assert demo("--no-invite", "--people", 50) == (
            "The demo event is there already, with 40 people; nothing was changed.\n"
            "--people 50 counts on the first load only.\n"
        )
    assert (set(Person.objects.values_list("id", flat=True)), set(Credential.objects.values_list())) == before
    assert dict(StreamHead.objects.values_list("stream", "head")) == heads
    assert (AttendanceRecord.objects.count(), EnrolmentCode.objects.count()) == (0, 0)
    assert not get_user_model().objects.exists()


@pytest.mark.django_db
def test_a_demo_that_is_over_is_left_and_named(var: Path) -> None:
    with time_machine.travel(datetime(2026, 7, 4, 12, tzinfo=UTC)):
        demo("--no-invite", "--people", 3)
    with time_machine.travel(datetime(2026, 7, 10, 21, tzinfo=UTC)):
        assert demo("--no-invite") == (
            "The demo event is there already, with 3 people; nothing was changed.\n"
            "It is over (2026-07-04 to 2026-07-10). Change its days in the admin to go on with it.\n"
        )
    assert Event.objects.get().first_day == date(2026, 7, 4)


@pytest.mark.django_db
def test_venues_have_the_doors_that_are_promised(var: Path) -> None:
    demo("--no-invite", "--people", 3)
    doors = list(Checkpoint.objects.select_related("venue"))
    assert {(door.venue.slug, door.name, door.kind, door.policy) for door in doors} == {
        ("arena", "Main door", "door", "once"),
        ("arena", "Day pass door", "door", "daily"),
        ("arena", "Lunch", "meal", "per_window"),
        ("arena", "Quiet room", "door", "in_out"),
        ("pool", "Main door", "door", "once"),
        ("pool", "Pool deck", "door", "in_out"),
        ("pool", "Wheelchairs", "equipment", "in_out"),
        ("village", "Main door", "door", "once"),
        ("village", "Bunks, house A", "bunk", "in_out"),
        ("village", "Bus to the arena", "bus", "in_out"),
    }
    assert Checkpoint.objects.get(name="Lunch").windows.count() == 7
    assert Change.objects.filter(kind="checkpoint").count() == 10
    assert {door.name for door in doors if door.admits} == {"Pool deck", "Bunks, house A", "Bus to the arena"}
    assert {door.name: len(door.slots) for door in doors if door.slots} == {"Wheelchairs": 6, "Bunks, house A": 12}


@pytest.mark.django_db
def test_the_schedule_was_told_twice_and_changed(var: Path) -> None:
    demo("--people", "1")
    event = Event.objects.get()
    plan = queries.current(event)
    assert {told.venue for told in plan.activities.values()} == set(map(str, event.venues.values_list("id", flat=True)))
    assert {language for told in plan.activities.values() for language in told.texts} == {"en", "fi", "es", "ar"}
    changes = [(change.new.texts["en"].title, change.kind.value) for change in queries.changes_since(event, 1)]
    assert changes == [("Swimming", "time_later"), ("Swimming", "place"), ("Water games", "cancelled")]
    assert releasing.preview(event).is_empty


@pytest.mark.django_db
def test_the_csv_lists_the_people_of_the_demo(var: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    assert demo("--people", 40, "--csv", file) == f"{file} lists 40 people.\n"
    assert not Event.objects.exists()
    assert file.read_bytes() == roster_csv(generate_people(40))
    demo("--no-invite", "--people", 40)
    event = Event.objects.get()
    assert plan_import(event, read_roster("people.csv", file.read_bytes())).counts["unchanged"] == 40
    ids = {person.id for person in generate_people(40)}
    assert set(Person.objects.values_list("id", flat=True)) == ids
    assert StreamHead.objects.get(stream=roster_stream(event.id)).count == 40


@pytest.mark.django_db
def test_a_way_in_is_printed(var: Path) -> None:
    lines = demo("--people", 3).splitlines()
    [password] = [line.split()[1] for line in lines if line.startswith("Password:")]
    assert "Admin:     https://games.example/admin/" in lines
    assert "User:      admin" in lines
    user = get_user_model().objects.get(username="admin")
    assert (user.check_password(password), user.is_superuser) == (True, True)
    kept = var / "demo-admin-password"
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == (f"{password}\n", 0o600)
    [link] = [line for line in lines if line.startswith("https://games.example/app/#enrol=")]
    assert any("█" in line or "▄" in line for line in lines)
    code = EnrolmentCode.objects.get()
    assert (code.profile, code.venue_id, code.uses, code.event_id) == ("door", None, 20, Event.objects.get().id)

    again = demo().splitlines()
    assert f"Password:  {password}" in again
    assert link not in again
    assert EnrolmentCode.objects.count() == 2


@pytest.mark.django_db
def test_a_kept_password_is_used_for_a_new_database(var: Path) -> None:
    (var / "demo-admin-password").write_text("kept-before\n")
    assert "Password:  kept-before\n" in demo("--people", 3)
    assert get_user_model().objects.get().check_password("kept-before")


@pytest.mark.django_db
def test_a_password_that_was_changed_is_not_touched(var: Path) -> None:
    demo("--people", 3)
    user = get_user_model().objects.get()
    user.set_password("my own")
    user.save()
    assert "Password:  (changed since; not known here)\n" in demo()
    user.refresh_from_db()
    assert user.check_password("my own")


@pytest.mark.parametrize("count", ["0", "-1", "x", "200001", "1.5"])
def test_a_wrong_number_of_people_is_explained(count: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("demo", f"--people={count}")
    assert str(caught.value) == f"Error: argument --people: “{count}” is not a number from 1 to 200000"


def test_a_file_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as error:
        call_command("demo", csv=tmp_path, people=1)
    assert (error.value.returncode, str(error.value)) == (1, f"{tmp_path} cannot be written: Is a directory.")


@pytest.mark.django_db
def test_readme_names_the_code_of_a_whole_family(var: Path) -> None:
    demo("--no-invite", "--people", 500)
    text = (Path(settings.BASE_DIR) / "README.md").read_text(encoding="utf-8")
    [printed] = re.findall(r"[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}", text)
    [credential] = Credential.objects.filter(code=canonical_code(printed))
    together = Person.objects.filter(family=credential.person.family)
    assert sorted(together.values_list("name", "credentials__code")) == [
        ("Marian Sýkora", credential.code), ("Tomáš Sýkora", None), ("Vítězslav Sýkora", None),
    ]  # fmt: skip
    assert "Marian, Tomáš and Vítězslav Sýkora" in text
