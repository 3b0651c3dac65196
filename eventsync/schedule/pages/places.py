"""Where things happen: how to get there, and what it is like there."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from eventsync.schedule.pages.cards import written
from eventsync.schedule.pages.telling import FACTS, UNKNOWN, Teller
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.plan.queries import Plan
from eventsync.schedule.plan.rules import PlaceTexts, ToldPlace, language_of


def places_page(visit: Visit, plan: Plan) -> dict[str, Any]:
    """All places, those of one venue together under its name."""
    teller = Teller(visit, plan)
    ordered = sorted(plan.places.values(), key=lambda place: (place.venue_name, place.venue, teller.place_name(place)))
    together = groupby(ordered, key=lambda place: (place.venue_name, place.venue))
    return {
        "heading": f"{visit.event.name}: {visit.words.say('places')}",
        "title": visit.words.say("places"),
        "groups": [
            (
                name,
                [
                    (visit.link("place", place=each.id), teller.place_name(each), teller.ways_in(each))
                    for each in places
                ],
            )
            for (name, _), places in together
        ],
    }


def place_page(visit: Visit, plan: Plan, place: ToldPlace) -> dict[str, Any]:
    teller = Teller(visit, plan, at_place=True)
    here = [told for told in plan.activities.values() if told.slot.place == place.id]
    name = teller.place_name(place)
    return {
        "heading": f"{visit.event.name}: {teller.said(place.names)[0]}",
        "title": name,
        "venue_name": place.venue_name,
        "steps": _steps(place, teller, lambda texts: texts.directions),
        "map": _map(place, teller),
        "senses": [_sense(sense, getattr(place, sense), visit) for sense in FACTS],
        "quiet_room": place.quiet_room == "yes",
        "quiet_steps": _steps(place, teller, lambda texts: texts.quiet_directions),
        "foreign": teller.foreign(place.texts),
        "cards": written(sorted(here, key=lambda told: (told.start, told.id)), teller),
    }


def _sense(sense: str, value: str, visit: Visit) -> tuple[str, str]:
    words = visit.words
    return words.say(sense), words.say("unknown" if value == UNKNOWN else f"{sense}_{value}")


def maps_of(plan: Plan) -> list[str]:
    """The addresses of all that the plan has."""
    return sorted({map_address(place.map.file) for place in plan.places.values() if place.map})


def map_address(file: str) -> str:
    digest, _, kind = file.partition(".")
    return reverse("place-map", kwargs={"digest": digest, "kind": kind})


def _map(place: ToldPlace, teller: Teller) -> dict[str, Any] | None:
    """The picture has a name of its own, and the words below it say what it shows."""
    if place.map is None:
        return None
    name = teller.said(place.names)[0]
    shows = teller.text({language: texts.map_text for language, texts in place.texts.items()})
    size = {"width": place.map.width, "height": place.map.height}
    return {
        "file": map_address(place.map.file),
        **size,
        "name": teller.visit.words.say("map", place=name),
        "shows": shows,
    }


def _steps(place: ToldPlace, teller: Teller, of: Callable[[PlaceTexts], tuple[str, ...]]) -> list[SafeString]:
    """The steps in one language: those of two would be no way."""
    known = {language: of(texts) for language, texts in place.texts.items()}
    language = language_of(known, wanted=teller.visit.words.code, otherwise=teller.visit.event.language)
    return [teller.marked(step, language) for step in known.get(language, ())]
