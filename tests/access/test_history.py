"""Who changed what: listed for one row and for one person, changed and deleted by nobody."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eventsync.access.ranks import Rank
from tests.cast import NOON, make_games
from tests.desk import alice, bob, staff

LIST, ACCOUNTS = "/admin/admin/logentry/", "/admin/auth/user/"
DELETE = {"action": "delete_selected", "post": "yes"}


@pytest.fixture
def done(games):
    """Two people changed two rows."""
    olga, sam = (staff(name, Rank.OWNER, games.event) for name in ("olga", "sam"))
    for client, person in ((olga, games.people[0]), (sam, games.people[1]), (sam, games.people[0])):
        client.post(f"/admin/checkin/person/{person.pk}/hold/", {"desk": "lead", "reason": "A word."})
    return list(LogEntry.objects.order_by("pk"))


def found(client, **query):
    return {entry.pk for entry in client.get(LIST, query).context["cl"].result_list}


def test_history_is_read_for_one_person_and_for_one_row(games, done):
    client = alice()
    olgas, other, sams = (entry.pk for entry in done)
    assert found(client) == {olgas, other, sams}
    assert found(client, q="sam") == {other, sams}
    assert found(client, q=str(games.people[0].pk)) == {olgas, sams}
    assert found(client, q=games.people[1].name) == {other}
    page = client.get(LIST).content.decode()
    assert "Everybody sends Guest 0 to: Check-in lead." in page
    assert f'href="/admin/checkin/person/{games.people[0].pk}/change/"' in page


def test_history_says_that_its_times_are_in_utc(games, done):
    LogEntry.objects.update(action_time=NOON)
    client, person = alice(), f"/admin/checkin/person/{games.people[0].pk}/history/"
    for page in (LIST, f"{LIST}{done[0].pk}/change/", person):
        assert "Sat 04 Jul 2026, 12:00 UTC" in client.get(page).content.decode()


def test_owner_reads_the_history_of_a_row_and_the_owner_of_another_event_does_not(games, done):
    camp = make_games("camp", people=0)
    page = f"/admin/checkin/person/{games.people[0].pk}/history/"
    owner, stranger = staff("vera", Rank.VIEWER, games.event), staff("carl", Rank.OWNER, camp.event)
    assert "Everybody sends Guest 0 to" in owner.get(page).content.decode()
    assert stranger.get(page).status_code == 302


def test_nobody_changes_or_deletes_history(done):
    for client in (alice(), bob("admin.view_logentry", "admin.delete_logentry", "admin.change_logentry")):
        key = done[0].pk
        client.post(LIST, DELETE | {"_selected_action": [key]})
        answers = [client.post(f"{LIST}{key}/{what}/", {"post": "yes"}) for what in ("delete", "change")]
        assert [answer.status_code for answer in answers] == [403, 403]
    assert LogEntry.objects.count() == len(done)


def test_account_that_did_something_stays_and_another_may_go(done):
    client, idle = alice(), User.objects.create_user("idle")
    olga = User.objects.get(username="olga")
    shown = client.get(f"{ACCOUNTS}{olga.pk}/delete/").content.decode()
    assert "olga changed something here, and that is kept. Take away “Active” instead." in shown
    client.post(f"{ACCOUNTS}{olga.pk}/delete/", {"post": "yes"})
    client.post(ACCOUNTS, DELETE | {"_selected_action": [olga.pk, idle.pk]})
    assert User.objects.filter(username__in=["olga", "idle"]).count() == 2
    client.post(f"{ACCOUNTS}{idle.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(username="idle").exists()


def test_list_asks_as_much_for_one_entry_as_for_three(games, done):
    client, counts = alice(), []
    for left in (1, 3):
        entries = LogEntry.objects.filter(pk__in=[entry.pk for entry in done[left:]])
        entries.delete() if left == 1 else LogEntry.objects.bulk_create(done[1:])
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST).context["cl"].result_count == left
        counts.append(len(asked))
    assert counts[0] == counts[1]
