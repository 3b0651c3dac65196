"""What each picture of docs/screenshots/ shows, and the page that shows them all."""

from collections.abc import Iterator, Mapping
from typing import Literal

from tests.e2e.control_tour import CONTROL_TITLES
from tests.e2e.family_tour import FAMILY_TITLES
from tests.e2e.kiosk import KIOSK_SCREENS
from tests.e2e.planning import ON_A_PHONE, PLANNING_TITLES
from tests.e2e.stops import STOPS
from tests.e2e.tour import SCREENS

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TITLES = {
    "enrol": "A phone that knows nobody yet",
    "wrong-code": "A code that is no good",
    "name": "Who is holding this phone",
    "checkpoint": "Where they stand",
    "ready": "The door, ready",
    "door": "People found, and who of them is in",
    "in": "In",
    "unlisted": "A wristband that is on no list",
    "already": "Already in: since when, by whom",
    "group": "A delegation: who is here is ticked, one tap lets them in",
    "recent": "Just recorded, each with its undo",
    "sent": "What is waiting, and what became of the rest",
    "phone": "Whether this phone is ready",
    "out": "A door where people also leave",
    "unsaved": "A phone that cannot store: never a green screen",
    "rescue": "Rescue, for a phone on which the app does not start",
}
LEAD_TITLES = {
    "scan": "The camera looks for a code",
    "hold": "Somebody who must go to a desk first",
    "unpaid": "Somebody who has not paid",
    "nobody": "Nobody found: what can be done",
    "register": "Somebody who is not on the list",
    "guarded": "Leaves with a guardian only",
    "guardian-code": "A release code that is wrong",
    "barred": "Somebody who may not enter here",
    "manifest": "A bus: who is missing, before it leaves",
    "places": "Beds, and which are free",
    "choose": "Which bed?",
    "taken": "A bed that somebody has already",
    "undo-place": "Two beds given, each with its undo",
    "lead": "A lead: what needs a decision",
    "same-person": "A walk-in who may be somebody on the list",
    "holding": "Putting somebody on hold",
    "give": "A dying phone shows what it has not sent",
    "take": "Another phone reads it",
}
KIOSK_TITLES = {
    "kiosk": "A kiosk waits for the next code",
    "kiosk-in": "Somebody checked themselves in",
    "kiosk-already": "Their code again",
    "kiosk-volunteer": "Anybody else: a volunteer, and never why",
}
ADMIN_TITLES = {
    "admin-index": "The organisers’ desk",
    "admin-people": "People",
    "admin-walk-ins": "Walk-ins, and who on the list they may be",
    "admin-same-person": "What would change if two rows were one person",
    "admin-ledger": "The ledger: every check-in, and why it was flagged",
    "admin-headcount": "The headcount",
    "admin-phones": "Who is holding undelivered records",
    "admin-phone": "One phone",
    "admin-assign": "Another profile or venue for a phone",
    "admin-outbox": "What a phone exported, before it is brought in",
    "admin-outbox-done": "And what came of it",
    "admin-quarantine": "What could not be applied, kept aside",
    "admin-enrolment": "An enrolment code, shown once",
    "admin-roster": "A roster, before anything is imported",
}


def page_of_pictures(people: int) -> str:
    assert (list(TITLES), list(LEAD_TITLES), list(KIOSK_TITLES)) == (SCREENS, STOPS, KIOSK_SCREENS)
    lines = [
        "# Screenshots",
        "",
        f"Made by `make screenshots` from the demo event with {people} people. Everybody on them is made up.",
        "",
        "## The door app",
        *_table(TITLES),
        "",
        "## Other checkpoints, a lead, and from phone to phone",
        *_table(LEAD_TITLES),
        "",
        "## A kiosk",
        *_table(KIOSK_TITLES),
        "",
        "## Families’ pages",
        *_table(FAMILY_TITLES),
        "",
        "## The control room",
        *_table(CONTROL_TITLES),
    ]
    lines += ["", "## The organisers’ desk", "", "| | |", "|---|---|"]
    for name, title in ADMIN_TITLES.items():
        lines.append(f"| {title} | [![{title}]({name}-1280-light.png)]({name}-1280-light.png) |")
    last = "The headcount on a phone"
    lines.append(f'| {last} | <img src="admin-headcount-360-light.png" width="230" alt="{last}"> |')
    lines += [
        "",
        "## The schedule at the desk",
        "",
        "| | | on a phone |",
        "|---|---|---|",
        *map(_planned, PLANNING_TITLES),
    ]
    return "\n".join(lines) + "\n"


def _planned(name: str) -> str:
    title = PLANNING_TITLES[name]
    small = f'<img src="{name}-360-dark.png" width="230" alt="{title}, on a phone, dark">' if name in ON_A_PHONE else ""
    return f"| {title} | [![{title}]({name}-1280-light.png)]({name}-1280-light.png) | {small} |"


def _table(titles: Mapping[str, str]) -> Iterator[str]:
    yield from ("", "| | light | dark | on a large screen |", "|---|---|---|---|")
    for name, title in titles.items():
        small = [f'<img src="{name}-360-{scheme}.png" width="230" alt="{title}, {scheme}">' for scheme in SCHEMES]
        large = " · ".join(f"[{scheme}]({name}-1280-{scheme}.png)" for scheme in SCHEMES)
        yield f"| {title} | {small[0]} | {small[1]} | {large} |"
