"""Conflicts at the organisers' desk."""

import pytest
from django.contrib.admin.models import LogEntry

from checkin import audit
from checkin.models import Conflict
from tests.desk import alice, bob

LIST = "/admin/checkin/conflict/"


@pytest.fixture
def conflict(games, phone, other_phone):
    phone.push(phone.arrive(games.people[0]))
    other_phone.push(other_phone.arrive(games.people[0]))
    return Conflict.objects.get()


def act(client, conflict, name):
    return client.post(LIST, {"action": name, "_selected_action": [conflict.pk]}, follow=True).content.decode()


def test_the_page_tells_who_let_the_person_in_and_on_which_phones(conflict):
    client = alice()
    listed = client.get(LIST).content.decode()
    assert ("Admitted more than once" in listed, "Guest 0" in listed) == (True, True)
    page = client.get(f"{LIST}{conflict.pk}/change/").content.decode()
    assert ("12:00:00 UTC, Main hall: Door, by Maria on Phone" in page, "by Maria on Other phone" in page) == (
        True,
        True,
    )


def test_organiser_resolves_and_opens_again(games, conflict):
    client = alice()
    assert "1 conflict: same person: nothing to do." in act(client, conflict, "resolve")
    conflict.refresh_from_db()
    assert (conflict.state, conflict.resolution) == ("resolved", "same_person")
    act(client, conflict, "reopen")
    conflict.refresh_from_db()
    assert (conflict.state, list(audit.differences(games.event))) == ("open", [])
    assert LogEntry.objects.count() == 2


def test_who_may_only_look_decides_nothing(conflict):
    act(bob("checkin.view_conflict"), conflict, "resolve")
    conflict.refresh_from_db()
    assert conflict.state == "open"
