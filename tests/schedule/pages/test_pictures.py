"""Pictures of activities: one picture, one meaning, and never without its word."""

import re

import pytest

from eventsync.schedule.models import Activity, Event
from eventsync.schedule.pages.symbols import KEYS, Symbol, choices, symbol_of
from eventsync.schedule.pages.words import WORDS
from tests.cast import NOON
from tests.schedule.pages.reading import PAGE, read
from tests.schedule.plan.plans import release


def known(key: str) -> Symbol:
    found = symbol_of(key)
    assert found is not None
    return found


def test_each_symbol_has_one_drawing_and_one_word_in_each_language():
    told = [known(key) for key in KEYS]
    assert len(told) > 40
    assert len({each.file for each in told}) == len(told)
    for language in WORDS:
        assert len({each.words[language].casefold() for each in told} - {""}) == len(told)


PICTURED = re.compile(
    r'<img class="picture" src="/static/dist/schedule/(\w+)\.svg" alt="" width="40" height="40">\s*([^<]*)'
)


@pytest.mark.parametrize("language", WORDS)
def test_symbols_stand_before_their_words_on_every_page(day, language, client):
    Event.objects.update(languages=[*WORDS])
    swimming = known("swim")
    Activity.objects.filter(pk=day.swim.pk).update(symbol="swim", title=swimming.words[language], texts={})
    Activity.objects.filter(pk=day.relay.pk).update(symbol="run")
    Activity.objects.filter(pk=day.party.pk).update(symbol="of-others")
    Event.objects.update(language=language)
    day.event.refresh_from_db()
    release(day.event, now=NOON)
    meant = {each.file.rpartition("/")[2]: each.words[language] for each in (swimming, known("run"))}
    for page in ("", f"places/{day.deck.pk}/", "pictures/", "settings/"):
        html = read(client, f"{PAGE}{page}?lang={language}")
        shown = PICTURED.findall(html)
        assert len(shown) == html.count("<img class")
        assert shown
        assert [word.strip() for _, word in shown] == [meant[f"{code}.svg"] for code, _ in shown]
    kept = client.get(f"{PAGE}copy.json?lang={language}").json()
    assert {each.rpartition("/")[2] for each in kept["extras"]} == set(meant)


def test_who_drew_them_is_said_and_help_leads_there(day, client):
    assert f'href="{PAGE}pictures/">What the pictures mean' in read(client, f"{PAGE}help/")
    html = read(client, f"{PAGE}pictures/")
    assert re.findall(r'href="(https://[^"]+)" rel="noreferrer"><bdi lang="en">([^<]+)', html) == [
        ("https://openmoji.org/", "OpenMoji"),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "CC BY-SA 4.0"),
    ]


def test_desk_offers_the_symbols_by_their_words_and_keeps_what_is_none_of_ours():
    assert choices("", None)[:2] == [("", "No picture"), ("badminton", "Badminton")]
    assert ("of-others", "of-others (no picture)") in choices("of-others", None)
    assert {key for key, _ in choices("swim", None)} == {"", *KEYS}
