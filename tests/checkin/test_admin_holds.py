"""Holds at the organisers' desk."""

from django.contrib.admin.models import LogEntry

from checkin import audit
from checkin.models import Person
from tests.desk import alice, bob, charlie


def page(person):
    return f"/admin/checkin/person/{person.pk}/hold/"


def desk_of(person):
    return Person.objects.get(pk=person.pk).hold_desk


def test_a_hold_is_placed_seen_and_lifted(games, phone):
    client, guest = alice(), games.people[0]
    done = client.post(page(guest), {"desk": "medical", "reason": "papers"}, follow=True).content.decode()
    assert "Everybody sends Guest 0 to: Medical desk." in done
    assert "Medical desk <a href" in done
    assert phone.push(phone.arrive(guest))[0]["flags"] == ["on_hold"]
    assert "On hold: Medical desk (papers)" in client.get(page(guest)).content.decode()
    client.post(page(guest), {"desk": "", "reason": ""})
    assert (desk_of(guest), list(audit.differences(games.event))) == ("", [])
    assert [entry.user.username for entry in LogEntry.objects.all()] == ["alice"] * 2


def test_a_desk_that_is_not_there_is_refused(games):
    answer = alice().post(page(games.people[0]), {"desk": "kitchen"})
    assert (answer.status_code, desk_of(games.people[0])) == (200, "")
    assert "not one of the available choices" in answer.content.decode()


def test_who_may_only_look_places_none(games):
    guest = games.people[0]
    for client in (bob("checkin.view_person"), charlie()):
        assert client.get(page(guest)).status_code == 403
        assert (client.post(page(guest), {"desk": "lead"}).status_code, desk_of(guest)) == (403, "")


def test_the_list_of_what_was_said_names_the_person(games):
    client = alice()
    client.post(page(games.people[0]), {"desk": "lead"})
    listed = client.get("/admin/checkin/holdrecord/").content.decode()
    assert ("On hold: Check-in lead" in listed, "Guest 0" in listed) == (True, True)
