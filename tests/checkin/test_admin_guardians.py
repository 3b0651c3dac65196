"""Release codes at the organisers' desk."""

import re

from django.contrib.admin.models import LogEntry

from checkin import rules
from checkin.models import Guardian
from tests.cast import make_phone
from tests.checkin.test_guardians import attempt
from tests.desk import alice, bob, charlie


def page(person):
    return f"/admin/checkin/person/{person.pk}/release-code/"


def card(person):
    return f"/admin/checkin/person/{person.pk}/change/"


def test_a_code_is_shown_once_and_withdrawn(games):
    client, guest = alice(), games.people[0]
    assert "Guest 0 has no release code yet." in client.get(page(guest)).content.decode()
    made = client.post(page(guest))
    [code] = re.findall(r'class="code">([^<]+)<', made.content.decode())
    kept = Guardian.objects.get()
    assert rules.release_hash(code, salt=kept.salt, iterations=kept.iterations) == kept.hash
    assert "no-store" in made["Cache-Control"]
    for address in (page(guest), card(guest)):
        shown = client.get(address).content.decode()
        assert ("There is" in shown, code in shown) == (True, False)
    gone = client.post(page(guest), {"withdraw": "1"}, follow=True).content.decode()
    assert "Guest 0 has no release code any more" in gone
    assert Guardian.objects.count() == 0
    assert [(each.user.username, code in each.change_message) for each in LogEntry.objects.all()] == [
        ("alice", False)
    ] * 2


def test_who_may_only_look_makes_none(games):
    guest = games.people[0]
    for client in (bob("checkin.view_person"), charlie()):
        assert client.get(page(guest)).status_code == 403
        assert (client.post(page(guest)).status_code, Guardian.objects.count()) == (403, 0)


def test_tries_are_listed_with_the_person_and_none_is_changed(games):
    lead, client = make_phone(games, profile="lead"), alice()
    lead.push(attempt(lead, games.people[0].id))
    listed = client.get("/admin/checkin/releasetry/").content.decode()
    assert ("Wrong release code" in listed, "Guest 0" in listed) == (True, True)
    assert "Main hall: Gate, Maria: Wrong release code" in client.get(page(games.people[0])).content.decode()
    assert client.get("/admin/checkin/releasetry/add/").status_code == 403


def test_checkpoint_with_tries_has_to_stay(games):
    lead = make_phone(games, profile="lead")
    lead.push(attempt(lead, games.people[0].id))
    answer = alice().post(f"/admin/checkin/checkpoint/{games.gate.pk}/delete/", {"post": "yes"}, follow=True)
    assert (answer.status_code, "1 record of" in answer.content.decode()) == (200, True)
