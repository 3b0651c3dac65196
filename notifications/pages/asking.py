"""The form on which somebody says what they want to hear, when, how, and of whom."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from django.http import QueryDict

from eventsync.schedule.models import FamilyLink
from eventsync.schedule.pages.releases import plan_of
from eventsync.schedule.pages.visits import Visit
from notifications.joining.rules import Wishes
from notifications.models import Recipient
from notifications.pages.words import WORDS
from notifications.rules import SET_TIMES, How, News, Timing

Choice = TypeVar("Choice", News, Timing, How)
_CHOICES: dict[str, type[News] | type[Timing] | type[How]] = {"news": News, "timing": Timing, "how": How}
_LINK = "link:"
_MOST = 60  # groups to choose from; whoever belongs to more events than that hears of everything


class Option(NamedTuple):
    value: str
    word: str
    chosen: bool


class Question(NamedTuple):
    """`several`: none, one or more of the options may be chosen."""

    name: str
    word: str
    options: list[Option]
    several: bool = False


def questions(visit: Visit, links: Sequence[FamilyLink], recipient: Recipient | None) -> list[Question]:
    """As they were answered, or else as they are answered by who presses the button at once."""
    words, said = WORDS[visit.words.code], recipient or Recipient()
    asked = [
        Question(
            name,
            words[f"ask_{name}"],
            [Option(each.value, _word(visit, name, each.value), getattr(said, name) == each.value) for each in values],
        )
        for name, values in _CHOICES.items()
    ]
    about = _about(visit, links, recipient)
    return [*asked, Question("about", words["ask_about"], about, several=True)] if about else asked


def _word(visit: Visit, name: str, value: str) -> str:
    times = ", ".join(visit.clock.plain_time(each) for each in SET_TIMES)
    return WORDS[visit.words.code][f"{name}_{value}"].format(times=times)


def _about(visit: Visit, links: Sequence[FamilyLink], recipient: Recipient | None) -> list[Option]:
    """Whose cards are open on this phone, then the groups of the plan. Of a new phone its own cards are chosen."""
    follows = {link.pk for link in recipient.links.all()} if recipient else {link.pk for link in links}
    own = [Option(f"{_LINK}{link.pk}", link.nickname, link.pk in follows) for link in links]
    chosen = set(recipient.groups or ()) if recipient else set()
    groups = sorted(_groups(visit) | chosen)
    return [*own, *(Option(each, each, each in chosen) for each in groups[:_MOST])]


def _groups(visit: Visit) -> set[str]:
    return {group for told in plan_of(visit).activities.values() for group in told.groups}


def wishes_of(form: QueryDict, visit: Visit, links: Iterable[FamilyLink]) -> Wishes:
    """What cannot be chosen counts for what is usual."""
    about = form.getlist("about")
    mine = tuple(link.pk for link in links if f"{_LINK}{link.pk}" in about)
    groups = tuple(each for each in about if each in _groups(visit))
    return Wishes(
        language=visit.words.code,
        news=_chosen(News, form.get("news", "")),
        timing=_chosen(Timing, form.get("timing", "")),
        how=_chosen(How, form.get("how", "")),
        groups=groups if groups or mine else None,
        links=mine,
    )


def _chosen(choices: type[Choice], said: str) -> Choice:
    return next((each for each in choices if each.value == said), next(iter(choices)))
