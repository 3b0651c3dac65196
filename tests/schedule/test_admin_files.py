"""The schedule as a file at the desk: out, in, looked at, written once; by whom it is given to."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eventsync.access.ranks import Rank
from eventsync.schedule.admin import files as page
from eventsync.schedule.files import reading
from eventsync.schedule.models import Activity, Event, IncomingFile, Place
from tests.cast import NOON, make_games
from tests.desk import alice, bob, charlie, staff, text_of
from tests.schedule.files.test_conference_files import OTHERS_XML
from tests.schedule.plan.plans import Day, make_day

IMPORT, EXPORT = (f"/admin/schedule/activity/{name}/" for name in ("import", "export"))
NEW = "number,title,date,start,end,place,venue\n8,Walk,2026-07-04,18:00,19:00,Lawn,Pool\n"


@pytest.fixture
def day(games) -> Day:
    return make_day(games)


def bring(client: Client, content: str | bytes, event: str = "games", name: str = "plan.csv") -> Any:
    """The page after the upload."""
    content = content if isinstance(content, bytes) else content.encode()
    return client.post(IMPORT, {"event": event, "file": SimpleUploadedFile(name, content)}, follow=True)


def confirm(client: Client, answer: Any, **said: str) -> Any:
    """What its button does; `said` as the page of somebody who saw something else sends it."""
    seen = re.search(r'name="seen" value="(\w+)"', answer.content.decode())
    return client.post(answer.redirect_chain[-1][0], {"seen": seen[1] if seen else "", **said}, follow=True)


def titles() -> list[str]:
    return sorted(Activity.objects.values_list("title", flat=True))


def test_export_is_changed_brought_back_looked_at_and_written(day):
    client = alice()
    sent = client.get(EXPORT, {"event": "games", "format": "csv"})
    assert sent.headers["Content-Disposition"] == 'attachment; filename="games-schedule.csv"'
    text = sent.content.decode("utf-8-sig").replace(",Swim,", ",Swimming,").replace(",13:00,14:00,", ",13:15,14:15,")
    shown = bring(client, text.replace(",Party,", ",,"))
    told = text_of(shown)
    assert "This file cannot be imported as it is." in told
    assert "Row 4 The title is empty." in told
    assert 'name="seen"' not in shown.content.decode()
    confirm(client, shown)
    shown = bring(client, text + NEW.splitlines()[1].replace(",2026", ",,2026") + "\n")
    assert titles() == ["Party", "Relay", "Swim"]
    told = text_of(bring(client, text))
    assert "0 new 2 changed 1 unchanged" in told
    assert "Row 2 Swimming Title: Swim becomes → Swimming" in told
    assert "Row 3 Relay Time: Sat 4 Jul, 13:00 to 14:00 becomes → Sat 4 Jul, 13:15 to 14:15" in told


def test_what_was_seen_is_written_noted_and_the_file_is_gone(day):
    client = alice()
    shown = bring(client, NEW)
    told = text_of(shown)
    assert "1 new 0 changed 0 unchanged 3 in the draft, not in the file: they stay" in told
    assert "New places: Pool: Lawn ." in told
    assert "Row 2 Walk For everybody Sat 4 Jul, 18:00 to 19:00 Pool: Lawn" in told
    done = text_of(confirm(client, shown))
    assert "Imported into the draft: 1 new, 0 changed. Families see it once it is released." in done
    walk = Activity.objects.get(title="Walk")
    noted = LogEntry.objects.filter(change_message="Imported from plan.csv.").values_list("object_id", flat=True)
    assert set(noted) == {str(walk.pk), str(walk.place_id)}
    assert not IncomingFile.objects.exists()
    assert page.GONE in text_of(confirm(client, shown))  # the second click
    again = bring(client, NEW)
    assert ("0 new 0 changed 1 unchanged" in text_of(again), b'name="seen"' in again.content) == (True, False)


def test_of_two_editors_nobodys_edit_is_written_over(day):
    client = alice()
    shown = bring(client, f"id,title\n{day.swim.pk},Swimming\n")
    Activity.objects.filter(pk=day.swim.pk).update(title="Water games", version=2)
    answer = text_of(confirm(client, shown))
    assert "Somebody changed the schedule since you looked at it." in answer
    assert "Title: Water games becomes → Swimming" in answer
    assert "Water games" in titles()


def test_file_that_is_no_schedule_is_explained_and_not_kept(day, monkeypatch):
    client = alice()
    for content in (b"", b"\0\1", b"number,name\n1,Jo\n", b"%PDF-1.7"):
        answer = bring(client, content)
        assert (answer.redirect_chain, "errorlist" in answer.content.decode()) == ([], True)
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    assert "plan.csv is larger than" in text_of(bring(client, NEW))
    assert not IncomingFile.objects.exists()


def test_file_is_thrown_away_or_forgotten_after_a_day(day):
    client = alice()
    thrown = bring(client, NEW)
    answer = client.post(thrown.redirect_chain[-1][0], {"discard": ""}, follow=True)
    assert "Nothing was changed. The file plan.csv was thrown away." in text_of(answer)
    old = bring(client, NEW)
    IncomingFile.objects.update(created_at=timezone.now() - timedelta(hours=25))
    bring(client, NEW)
    assert page.GONE in text_of(client.get(old.redirect_chain[-1][0], follow=True))
    assert IncomingFile.objects.count() == 1


def test_file_of_an_event_that_has_other_languages_by_now_is_explained(day):
    client = alice()
    Event.objects.update(languages=["fi"])
    shown = bring(client, "title,title (en),number\nSwim,Swim,1\n".replace("title (en)", "title (fi)"))
    Event.objects.update(language="fi")
    assert "More than one column is the title" in text_of(client.get(shown.redirect_chain[-1][0]))


def test_schedule_of_other_software_goes_the_same_way_and_its_places_to_the_chosen_venue(day, games):
    client = alice()
    file = SimpleUploadedFile("schedule.xml", OTHERS_XML)
    other = make_games("camp", people=0)
    wrong = client.post(IMPORT, {"event": "games", "file": file, "venue": other.hall.pk})
    assert "Main hall is a venue of Camp, not of Games." in text_of(wrong)
    file.seek(0)
    shown = client.post(IMPORT, {"event": "games", "file": file, "venue": games.hall.pk}, follow=True)
    assert "New places: Main hall: Säle ." in text_of(shown)
    confirm(client, shown)
    assert Place.objects.get(name="Säle").activities.count() == 2


def test_hostile_texts_are_shown_as_texts(day):
    shown = bring(alice(), 'number,title,date,start,end,place\n8,"<script>x</script>",2026-07-04,18:00,19:00,Deck\n')
    assert "<script>x" not in shown.content.decode()
    assert "&lt;script&gt;x&lt;/script&gt;" in shown.content.decode()


def test_who_edits_the_whole_event_brings_files_and_who_sees_it_exports(day, games):
    lead = staff("lena", Rank.LEAD, games.event)
    shown = bring(lead, NEW)
    other = make_games("camp", people=0)
    make_day(other)
    strangers = {
        "of a venue": staff("vic", Rank.LEAD, games.event, games.pool),
        "of another event": staff("olga", Rank.OWNER, other.event),
    }
    address = shown.redirect_chain[-1][0]
    for client in strangers.values():
        assert bring(client, NEW).redirect_chain == []
        for answer in (client.get(address, follow=True), client.post(address, {"discard": ""}, follow=True)):
            assert page.GONE in text_of(answer)
    nobody = charlie()
    for client in (staff("vera", Rank.VIEWER, games.event), nobody, bob("schedule.view_activity")):
        assert [client.get(IMPORT).status_code, client.get(address).status_code] == [403, 403]
        assert client.post(address, {"discard": ""}).status_code == 403
    assert IncomingFile.objects.count() == 1
    csv = {"event": "games", "format": "csv"}
    assert nobody.get(EXPORT, csv).status_code == 403
    own = strangers["of a venue"].get(EXPORT, csv).content.decode()
    assert ("Swim" in own, "Party" in own) == (True, False)
    assert "Select a valid choice" in text_of(strangers["of another event"].get(EXPORT, csv))


def test_export_asks_which_and_costs_the_same_for_a_thousand(day):
    client = alice()
    assert 'value="games" selected' in client.get(EXPORT).content.decode()

    def queries(kind: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(EXPORT, {"event": "games", "format": kind}).status_code == 200
        return len(caught)

    few = queries("csv")
    deck = Place.objects.get(name="Deck")
    hour = timedelta(hours=1)
    Activity.objects.bulk_create(
        Activity(event=day.event, place=deck, title=f"A {at}", start=NOON, end=NOON + hour) for at in range(1_000)
    )
    assert (queries("csv"), queries("xlsx")) == (few, few)
    shown = bring(client, client.get(EXPORT, {"event": "games", "format": "csv"}).content)
    assert "0 new 0 changed 1003 unchanged" in text_of(shown)


def test_group_that_only_the_file_names_is_asked_about_where_it_is_nearly_another(day):
    rows = "title,date,start,end,place,groups\nWalk,2026-07-04,18:00,19:00,Deck,Norwey; Choir; Finland\n"
    told = text_of(bring(alice(), rows))
    assert "Only this file names “Norwey”. Do you mean “Norway”?" in told
    assert ("names “Choir”" in told, "names “Finland”" in told) == (False, False)
