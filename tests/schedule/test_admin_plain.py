"""Plain language where organisers write: what is told beside a text, by whom it may be asked, and once it is saved."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.schedule.models import Activity, Event, Place, Release, Term
from tests.cast import make_games
from tests.desk import charlie, staff
from tests.schedule.plan.plans import Day, make_day

CHECK, ACTIVITIES, PLACES = "/admin/schedule/term/check/", "/admin/schedule/activity/", "/admin/schedule/place/"


@pytest.fixture
def day(games) -> Day:
    Event.objects.update(languages=["fi"])
    games.event.refresh_from_db()
    return make_day(games)


def check(client: Client, text: str, **said: Any) -> Any:
    return client.post(CHECK, {"text": text} | said)


def told(answer: Any) -> list[tuple[str, bool]]:
    assert answer.status_code == 200, answer.content
    return [(each["words"], each["hard"]) for each in answer.json()["findings"]]


def messages(client: Client, address: str) -> str:
    """What the next page says of what was just saved, in one line."""
    html = client.get(address).content.decode()
    found = re.search(r'<ul class="messagelist">.*?<div id="content', html, re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", found[0] if found else ""))).replace(" :", ":").strip()


def test_text_is_looked_at_as_it_would_be_at_that_event(day):
    lead = staff("lena", Rank.LEAD, day.event, day.deck.venue)
    assert check(lead, "The venue is big!", of=day.event.pk).json() == {
        "language": "en",
        "findings": [
            {"words": "The venue is big!", "instead": "Write it without an exclamation mark.", "hard": True},
            {"words": "venue", "instead": "Write “place”.", "hard": True},
        ],
        "more": 0,
    }
    Term.objects.create(event=day.event, word="Venue", meaning="Our bar.")
    assert told(check(lead, "The venue is big.")) == [("venue", True)]
    for of in (day.event.pk, day.deck.venue_id, day.deck.pk):
        assert told(check(lead, "The venue is big.", of=of)) == []
    assert told(check(lead, "Tule tapahtumapaikalle.", of=day.deck.pk, language="fi")) == [("tapahtumapaikalle", False)]
    Event.objects.update(language="fi")
    assert check(lead, "Tule.", of=day.deck.pk).json()["language"] == "fi"
    assert told(check(lead, "")) == []


def test_hard_findings_come_first_and_no_more_than_can_be_read(day):
    lead = staff("lena", Rank.LEAD, day.event)
    answer = check(lead, "\n".join([*(f"Zyx{'x' * number} it." for number in range(25)), "Go!"]))
    assert (told(answer)[0], len(told(answer)), answer.json()["more"]) == (("Go!", True), 20, 6)


@pytest.mark.parametrize(
    "said", [{"text": "x" * 20_001}, {"language": "de"}, {"of": "games"}, {"of": "1" * 5_000}, {"text": "\0"}]
)
def test_malformed_question_is_refused(day, said):
    assert staff("lena", Rank.LEAD, day.event).post(CHECK, said).status_code == 400


def test_only_who_may_write_asks_and_only_of_an_event_that_they_see(day):
    camp = make_games("camp", people=0).event
    viewer, lead = staff("vera", Rank.VIEWER, day.event), staff("lena", Rank.LEAD, day.event)
    for client in (viewer, charlie()):
        assert (client.get(CHECK).status_code, check(client, "Go!").status_code) == (403, 403)
    assert lead.get(CHECK).status_code == 405
    assert [check(lead, "Go!", of=of).status_code for of in (camp.pk, camp.venues.all()[0].pk, uuid4())] == [404] * 3
    assert check(Client(), "Go!").status_code == 302
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = lead.cookies
    assert check(careful, "Go!").status_code == 403


def test_form_says_where_each_text_is_looked_at_and_in_which_language(day):
    lead = staff("lena", Rank.LEAD, day.event)
    form = lead.get(f"{ACTIVITIES}{day.swim.pk}/change/").content.decode()
    fields = {re.search(r'name="(\w+)"', each)[1]: each for each in re.findall(r"<\w+[^>]*data-plain[^>]*>", form)}  # type: ignore[index]
    assert set(fields) == {f"{name}{end}" for name in ("title", "sentence", "outline", "note") for end in ("", "_fi")}
    assert all(f'data-plain="{CHECK}"' in each and f'data-of="{day.event.pk}"' in each for each in fields.values())
    assert ('lang="en"' in fields["note"], 'lang="fi"' in fields["note_fi"]) == (True, True)
    assert "admin-plain.js" in form
    new = lead.get(f"{PLACES}add/").content.decode()
    assert len(re.findall(r"data-plain", new)) == 8  # in both languages
    assert "data-of" not in new
    viewed = staff("vera", Rank.VIEWER, day.event).get(f"{ACTIVITIES}{day.swim.pk}/change/").content.decode()
    assert ("Swim" in viewed, "data-plain" in viewed) == (True, False)


def test_saving_says_what_is_hard_to_read_with_the_way_there_and_keeps_it(day):
    lead = staff("lena", Rank.LEAD, day.event)
    address = f"{PLACES}{day.deck.pk}/change/"
    said = {"name": "Deck", "crowd": "some", "light": "soft", "noise": "loud", "quiet_room": "no", "edited": 1}
    said |= {"step_free": "yes", "toilet": "unknown"}
    steps = "Go to the <b>venue</b>!\nProceed there."
    assert lead.post(address, said | {"directions": steps, "name_fi": "Sijainti"}).status_code == 302
    assert Place.objects.get(pk=day.deck.pk).directions.splitlines() == steps.splitlines()
    page = lead.get(PLACES).content.decode()
    assert '“<bdi lang="en">Go to the &lt;b&gt;venue&lt;/b&gt;!</bdi>”' in page
    assert f'<a href="{address}#id_directions"><bdi>How to get there</bdi></a>' in page
    assert lead.post(address, said | {"directions": steps, "name_fi": "Sijainti", "edited": 2}).status_code == 302
    assert messages(lead, PLACES).startswith(
        "This is hard to read, and stops the release: "
        "How to get there: “ Go to the <b>venue</b>! ” Write it without an exclamation mark. "
        "How to get there: “ venue ” Write “place”. "
        "This could be easier to read: How to get there: “ Proceed ” Write “go”. "
        "Name (Suomi): “ Sijainti ” Write “paikka”. "
    )


def test_saving_plain_words_says_nothing_of_them(day):
    lead = staff("lena", Rank.LEAD, day.event)
    said = {
        "place": day.deck.pk, "title": "Walk", "sentence": "We walk.", "start_0": "2026-07-04", "start_1": "15:00",
        "end_0": "2026-07-04", "end_1": "16:00", "delay": 0, "status": "planned", "priority": "core", "buffer": 0,
    }  # fmt: skip
    assert lead.post(f"{ACTIVITIES}add/", said).status_code == 302
    assert "read" not in messages(lead, ACTIVITIES)
    assert lead.post(f"{ACTIVITIES}add/", said | {"title": "WALKING NOW"}).status_code == 302
    walk = Activity.objects.get(title="WALKING NOW")
    assert "Title: “ WALKING NOW ” Write it in small letters." in messages(lead, ACTIVITIES)
    assert walk.event == day.event


RELEASE = "/admin/schedule/release/add/"


def seen(answer: Any) -> str:
    found = re.search(r'name="seen" value="(\w+)"', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def test_release_says_what_to_mend_with_the_way_there_and_stops_until_somebody_says_why_it_cannot_wait(day):
    manager = staff("mara", Rank.MANAGER, day.event)
    Activity.objects.filter(pk=day.swim.pk).update(note="Go out!", texts={"fi": {"title": "UINTI NYT"}})
    looked = manager.get(RELEASE)
    page = looked.content.decode()
    swim = f"{ACTIVITIES}{day.swim.pk}/change/"
    assert f'<a href="{swim}#id_note"><bdi>Swim, note</bdi></a>: “<bdi lang="en">Go out!</bdi>”' in page
    assert f'<a href="{swim}#id_title_fi"><bdi>Swim, title (Suomi)</bdi></a>' in page
    asked = {"seen": seen(looked), "comment_en": "New places!"}
    stopped = manager.post(RELEASE, asked)
    assert "Mend it, or say why it cannot wait." in stopped.content.decode()
    assert '<bdi>What families read of it</bdi>: “<bdi lang="en">New places!</bdi>”' in stopped.content.decode()
    assert 'value="New places!"' in stopped.content.decode()
    for said, answer in (
        ({"urgent": "on"}, "Say why it cannot wait."),
        ({"despite": "Storm."}, "Tick this, or leave the reason empty."),
        ({"urgent": "on", "despite": "x" * 201}, "at most 200 characters"),
    ):
        assert answer in manager.post(RELEASE, asked | said).content.decode()
    assert Release.objects.count() == 0
    done = manager.post(RELEASE, asked | {"urgent": "on", "despite": "A storm comes."})
    assert done.status_code == 302
    row = Release.objects.get()
    assert (row.despite, row.by, row.comment) == ("A storm comes.", "mara", {"en": "New places!"})
    entry = LogEntry.objects.get(object_id=str(row.pk))
    assert "Some of it was hard to read: A storm comes." in entry.get_change_message()
    assert "A storm comes." in manager.get(f"/admin/schedule/release/{row.pk}/change/").content.decode()


def test_release_of_plain_words_asks_for_no_reason_and_keeps_none(day):
    manager = staff("mara", Rank.MANAGER, day.event)
    Activity.objects.filter(pk=day.swim.pk).update(note="Please proceed to the pool.")
    looked = manager.get(RELEASE)
    page = looked.content.decode()
    assert ("This could be easier to read:" in page, 'name="urgent"' in page) == (True, False)
    told = {"seen": seen(looked), "urgent": "on", "despite": "No reason."}
    assert 'name="urgent"' in manager.post(RELEASE, told | {"urgent": ""}).content.decode()
    assert manager.post(RELEASE, told).status_code == 302
    assert Release.objects.get().despite == ""
    assert "hard to read" not in LogEntry.objects.latest("pk").get_change_message()
