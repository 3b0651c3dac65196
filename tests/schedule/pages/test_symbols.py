"""One symbol, one meaning, and never without its word."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client

from eventsync.schedule.models import Activity, Event, Symbol
from eventsync.schedule.pages.words import WORDS
from eventsync.schedule.plan.rules import Status
from tests.cast import NOON
from tests.schedule.pages.reading import PAGE, change, read
from tests.schedule.plan.plans import release

TEMPLATES = sorted((Path(__file__).parents[3] / "templates" / "schedule").glob("*.html"))
PICTURE = re.compile(r"<(?:svg|img|picture|use|canvas)\b")
DRAWN = re.compile(r'<path d="([^"]+)"/></svg>\s*([^<.]*)')


def drawings() -> dict[str, Status]:
    found = {status: DRAWN.findall(render_to_string("schedule/shape.html", {"status": status})) for status in Status}
    return {drawn: status for status, [(drawn, _)] in found.items()}


@pytest.mark.parametrize("language", WORDS)
def test_each_state_has_one_shape_and_one_word(language):
    assert len(drawings()) == len(Status)
    assert len({WORDS[language].say(f"status_{status}") for status in Status}) == len(Status)


def test_templates_draw_nothing_but_the_shapes_maps_and_the_code_of_a_sheet():
    drawn = {path.name: PICTURE.findall(path.read_text(encoding="utf-8")) for path in TEMPLATES}
    assert {name: found for name, found in drawn.items() if found} == {
        "shape.html": ["<svg"],
        "symbol.html": ["<svg"],
        "picture.html": ["<img"],
        "day.html": ["<img"],
        "place.html": ["<img"],
    }


def test_each_symbol_of_a_card_is_drawn_otherwise_than_all_others_and_has_a_word_in_each_language():
    drawn = [render_to_string("schedule/symbol.html", {"symbol": symbol}) for symbol in Symbol]
    assert len({*drawn} | {render_to_string("schedule/shape.html", {"status": each}) for each in Status}) == 13
    for words in WORDS.values():
        assert len({words.say(f"symbol_{symbol}") for symbol in Symbol}) == len(Symbol)


@pytest.fixture
def eventful(day) -> list[str]:
    """One activity of each state, and news of each; the addresses of all kinds of pages."""
    change(day)
    Activity.objects.filter(title="Dance").update(delay=15)
    Activity.objects.filter(pk=day.swim.pk).update(status=Status.HELD)
    Activity.objects.create(event=day.event, place=day.stage, title="Walk", start=day.swim.start, end=day.swim.end)
    release(day.event, now=NOON)
    return [PAGE, f"{PAGE}help/", f"{PAGE}places/", f"{PAGE}places/{day.deck.pk}/", f"{PAGE}places/{day.stage.pk}/"]


@pytest.mark.parametrize("language", WORDS)
def test_shapes_stand_before_their_words_on_every_page(eventful, language, client: Client):
    Event.objects.update(languages=[*WORDS])
    states, meant = drawings(), set()
    for address in eventful:
        html = read(client, f"{address}?lang={language}&seen=1")
        shown = DRAWN.findall(html)
        assert len(shown) == html.count("<svg")
        assert [word.strip() for _, word in shown] == [
            WORDS[language].say(f"status_{states[drawn]}") for drawn, _ in shown
        ]
        meant |= {states[drawn] for drawn, _ in shown}
    assert meant == set(Status)
    news = DRAWN.findall(read(client, f"{PAGE}?lang={language}&seen=1").partition('<h2 id="day">')[0])
    assert {states[drawn] for drawn, _ in news} >= {Status.CANCELLED, Status.HELD, Status.DELAYED}
