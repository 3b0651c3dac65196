"""The event's own words: who writes them, where families read them, and what is plain language because of them."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from eventsync.access.ranks import Rank
from eventsync.schedule.language.checking import known
from eventsync.schedule.language.rules import findings
from eventsync.schedule.models import Event, Place, Term
from tests.cast import make_games
from tests.desk import staff
from tests.schedule.plan.plans import make_day

TERMS, PAGE, HELP = "/admin/schedule/term/", "/schedule/games/words/", "/schedule/games/help/"


@pytest.fixture
def event(games) -> Event:
    Event.objects.update(languages=["fi", "ar"])
    games.event.refresh_from_db()
    event: Event = games.event
    return event


def make(event: Event, word: str, meaning: str = "It is a game.", **texts: Any) -> Term:
    return Term.objects.create(event=event, word=word, meaning=meaning, texts=texts)


def page(term: Term) -> str:
    return f"{TERMS}{term.pk}/change/"


def body(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_manager_explains_a_word_and_families_read_it_at_once(event, client):
    assert "What some words mean" not in body(client.get(HELP))
    assert "There are no words here yet." in body(client.get(PAGE))
    manager = staff("mara", Rank.MANAGER, event)
    said = {"event": event.pk, "word": "Boccia", "meaning": "You throw balls <near> a white ball."}
    assert manager.post(f"{TERMS}add/", said).status_code == 302
    assert f'href="{PAGE}"' in body(client.get(HELP))
    assert "<h2>Boccia</h2>\n        <p>You throw balls &lt;near&gt; a white ball.</p>" in body(client.get(PAGE))
    term = Term.objects.get()
    kept = {**said, "edited": 1, "word_fi": "Boccia", "meaning_fi": "Heitä palloa."}
    assert manager.post(page(term), kept).status_code == 302
    assert "<p>Heitä palloa.</p>" in body(client.get(f"{PAGE}?lang=fi"))
    again = manager.post(page(term), kept)
    assert "Somebody else changed this since you opened it." in body(again)
    assert manager.post(f"{TERMS}{term.pk}/delete/", {"post": "yes"}).status_code == 302
    assert Term.objects.count() == 0


def test_meaning_that_is_hard_to_read_is_not_taken_and_an_unusual_word_is(event):
    manager = staff("mara", Rank.MANAGER, event)
    said = {"event": event.pk, "word": "VENUE!", "meaning": "Come to the location!"}
    text = body(manager.post(f"{TERMS}add/", said))
    assert "“location”: Write “place”." in text
    assert "“Come to the location!”: Write it without an exclamation mark." in text
    term = make(event, "Relay")
    text = body(manager.post(page(term), {"word": "Relay", "meaning": "Run.", "meaning_fi": "Juokse!", "edited": 1}))
    assert text.count("Write it without an exclamation mark.") == 1
    assert (Term.objects.count(), Term.objects.get().version) == (1, 1)
    text = body(manager.post(page(term), {"word": "Relay", "meaning": "", "edited": 1}))
    assert "This field is required." in text


def test_word_is_explained_once_also_when_another_is_changed(event):
    manager = staff("mara", Rank.MANAGER, event)
    make(event, "Relay")
    other = make(event, "Boccia")
    for answer in (
        manager.post(f"{TERMS}add/", {"event": event.pk, "word": "RELAY", "meaning": "Run."}),
        manager.post(page(other), {"word": "relay", "meaning": "Run.", "edited": 1}),
    ):
        assert "This event explains the word already." in body(answer)
    assert sorted(Term.objects.values_list("word", flat=True)) == ["Boccia", "Relay"]


def test_place_cannot_get_the_name_of_another_at_its_venue(games):
    day = make_day(games)
    manager = staff("mara", Rank.MANAGER, games.event)
    other = Place.objects.create(venue=games.pool, name="Edge")
    said = {"name": "Deck", "crowd": "some", "light": "soft", "noise": "loud", "quiet_room": "no", "edited": 1}
    said |= {"step_free": "yes", "toilet": "unknown"}
    text = body(manager.post(f"/admin/schedule/place/{other.pk}/change/", said))
    assert "Place with this Venue and Name already exists." in text
    assert (day.deck.name, Place.objects.get(pk=other.pk).name) == ("Deck", "Edge")


def test_lead_of_the_event_and_manager_of_a_venue_only_look(event, games):
    term = make(event, "Relay")
    for client in (staff("lena", Rank.LEAD, event), staff("milo", Rank.MANAGER, event, games.pool)):
        assert "Relay" in body(client.get(page(term)))
        client.post(page(term), {"word": "Race", "meaning": "Run.", "edited": 1})
        client.post(f"{TERMS}add/", {"event": event.pk, "word": "Race", "meaning": "Run."})
    assert list(Term.objects.values_list("word", flat=True)) == ["Relay"]


def headings(client: Client, language: str) -> list[str]:
    return [
        re.sub(r"<[^>]+>", "", each)
        for each in re.findall(r"<h2>(.*?)</h2>", body(client.get(f"{PAGE}?lang={language}")))
    ]


def test_page_is_in_the_readers_language_or_says_which_and_costs_the_same_for_any_number(event, client):
    make(event, "Relay", fi={"word": "Viesti", "meaning": "Yksi juoksee toisen jälkeen."})
    make(event, "boccia", fi={"word": "Boccia"})  # what it means was not translated
    make(make_games("camp", people=0).event, "Archery")
    assert headings(client, "en") == ["boccia", "Relay"]
    assert headings(client, "fi") == ["boccia", "Viesti"]
    finnish = body(client.get(f"{PAGE}?lang=fi"))
    assert '<h2><bdi lang="en" dir="ltr">boccia</bdi></h2>' in finnish
    assert finnish.count("Kieli: englanti.") == 1
    with CaptureQueriesContext(connection) as asked:
        body(client.get(PAGE))
    assert len(asked) == 3


def test_words_and_names_of_the_event_are_known_there_and_nowhere_else(event):
    make(event, "Session bar", fi={"word": "Sessio", "meaning": "Se on kahvila."})
    camp = make_games("camp", people=0).event

    def found(text: str, of: Event, language: str = "en") -> list[str]:
        return [each.words for each in findings(text, field="note", language=language, known=known(of))]

    assert found("Eat in the session bar. Games are in the hall.", event) == []
    assert found("Eat in the session bar.", camp) == ["session"]
    assert (found("Syö sessiossa.", event, "fi"), found("Syö sessiossa.", camp, "fi")) == ([], ["sessiossa"])
