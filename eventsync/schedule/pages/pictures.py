"""What the symbols of the plan mean, and who drew them."""

from typing import Any

from eventsync.schedule.pages.symbols import LICENCE, OPENMOJI, Picture, picture_of
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.plan.queries import Plan


def used(plan: Plan, language: str) -> list[Picture]:
    """Those of the plan, in the order of their words."""
    found = {picture_of(each.symbol, language) for each in plan.activities.values()}
    return sorted((each for each in found if each is not None), key=lambda each: each.word)


def pictures_page(visit: Visit, plan: Plan) -> dict[str, Any]:
    title = visit.words.say("pictures")
    return {
        "heading": f"{visit.event.name}: {title}",
        "title": title,
        "symbols": used(plan, visit.words.code),
        "sources": [(OPENMOJI, "OpenMoji"), (LICENCE, "CC BY-SA 4.0")],
    }
