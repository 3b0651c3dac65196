"""Safety data at the desk: who may read it, change it, settle what is proposed, and see who did."""

from typing import Any

import pytest
from django.test import Client

from checkin.models import Person, SafetyAccess, SafetyEntry, SafetyProposal
from eventsync.jobs.models import Alert, Approval
from tests.cast import Games
from tests.checkin.safety import INSULIN, NUTS, Lead, make_lead, noted
from tests.desk import alice, bob, charlie

pytestmark = pytest.mark.django_db

PERSON, READ, CHANGE = "checkin.view_person", "checkin.view_safetyentry", "checkin.change_safetyentry"


@pytest.fixture
def lead(games: Games) -> Lead:
    lead = make_lead(games)
    assert lead.put(NUTS, 0, actor="Maria").status_code == 200
    return lead


def url(person: Person) -> str:
    return f"/admin/checkin/person/{person.pk}/safety/"


def save(client: Client, person: Person, text: str, expected: int) -> Any:
    said = {"person": str(person.pk), "kind": "dietary", "text": text, "expected": expected, "save": "1"}
    return client.post(url(person), said, follow=True)


def settle(client: Client, lead: Lead, button: str, expected: int, reason: str = "") -> str:
    proposal = str(SafetyProposal.objects.get().pk)
    said = {"proposal": proposal, "expected": expected, "reason": reason, button: "1"}
    return client.post(url(lead.person), said, follow=True).content.decode()


def test_page_shows_what_is_confirmed_beside_what_is_proposed_and_who_looked(lead: Lead) -> None:
    lead.phone.push(lead.propose("No milk.", version=1))
    page = alice().get(url(lead.person)).content.decode()
    for text in (NUTS, "Version 1", "Maria", "Proposed by Maria", "No milk.", "alice: read"):
        assert text in page
    assert page.count("knew what is confirmed") == 1
    assert SafetyAccess.objects.filter(act="read", by_name="alice", person_id=lead.person.pk).count() == 1


def test_bob_may_read_and_not_change_and_charlie_neither(lead: Lead) -> None:
    reader = bob(PERSON, READ)
    page = reader.get(url(lead.person))
    assert (page.status_code, NUTS in page.content.decode(), "<textarea" in page.content.decode()) == (200, True, False)
    assert "Who looked" not in page.content.decode()
    assert save(reader, lead.person, "No milk.", 1).status_code == 403
    stranger = charlie()
    assert (stranger.get(url(lead.person)).status_code, save(stranger, lead.person, "x", 1).status_code) == (403, 403)
    assert (SafetyEntry.objects.get().version, SafetyAccess.objects.filter(by_name="charlie").count()) == (1, 0)


def test_who_may_see_people_sees_no_safety_data(lead: Lead) -> None:
    desk = bob(PERSON, "checkin.change_person")
    page = desk.get(f"/admin/checkin/person/{lead.person.pk}/change/")
    assert (page.status_code, NUTS in page.content.decode()) == (200, False)
    assert desk.get(url(lead.person)).status_code == 403


def test_change_at_the_desk_counts_with_the_version_that_was_shown(lead: Lead) -> None:
    desk = alice()
    assert "Saved." in save(desk, lead.person, "No milk.\r\nNo eggs.", 1).content.decode()
    assert lead.entry() == ("No milk.\nNo eggs.", 2)
    late = save(desk, lead.person, "No fish.", 1).content.decode()
    assert "Somebody changed it meanwhile" in late
    assert "Your text, not saved" in late
    assert "No fish." in late
    assert "No eggs." in late
    assert lead.entry() == ("No milk.\nNo eggs.", 2)
    assert noted()[-1] == ("changed", "dietary", 2)


def test_proposal_of_a_phone_is_accepted_and_an_alert_told_of_it(lead: Lead) -> None:
    lead.phone.push(lead.propose("No milk."))
    alert = Alert.objects.get(kind="safety_proposal")
    assert ("number 0 (Games)" in alert.message, "No milk." in alert.message) == (True, False)
    assert "Approved." in settle(alice(), lead, "accept", 1)
    assert lead.entry() == ("No milk.", 2)
    alert.refresh_from_db()
    assert (alert.cleared_at is not None, alert.cleared_by) == (True, "alice")


def test_alert_of_a_proposal_is_over_with_the_last_that_waits(lead: Lead) -> None:
    lead.phone.push(lead.propose("No milk."), lead.propose(INSULIN, "medication"))
    desk, rows = alice(), SafetyProposal.objects.order_by("kind")
    open_before = []
    for version, row in zip((1, 0), rows, strict=True):
        open_before.append(Alert.objects.filter(kind="safety_proposal", cleared_at=None).exists())
        said = {"proposal": str(row.pk), "expected": version, "reject": "1", "reason": "Misheard."}
        assert "Rejected." in desk.post(url(lead.person), said, follow=True).content.decode()
    assert (open_before, Alert.objects.get(kind="safety_proposal").cleared_by) == ([True, True], "alice")


def test_rejecting_needs_a_reason_and_changes_nothing(lead: Lead) -> None:
    lead.phone.push(lead.propose("No milk."))
    desk = alice()
    assert "Say why." in settle(desk, lead, "reject", 1)
    assert "Rejected." in settle(desk, lead, "reject", 1, "Misheard.")
    assert (lead.entry(), lead.proposals()) == ((NUTS, 1), [])


def test_reader_settles_nothing(lead: Lead) -> None:
    lead.phone.push(lead.propose("No milk."))
    said = {"proposal": str(SafetyProposal.objects.get().pk), "expected": 1, "accept": "1"}
    assert bob(PERSON, READ).post(url(lead.person), said).status_code == 403
    assert lead.entry() == (NUTS, 1)


def test_second_person_accepts_what_the_first_changed_where_the_event_says_so(games: Games, lead: Lead) -> None:
    games.event.safety_needs_two = True
    games.event.save()
    first = alice()
    assert "It waits until another person accepts it." in save(first, lead.person, INSULIN, 1).content.decode()
    assert "so another person has to accept it" in first.get(url(lead.person)).content.decode()
    assert "so another person has to approve it" in settle(first, lead, "accept", 1)
    assert lead.entry() == (NUTS, 1)
    assert "Approved." in settle(bob(PERSON, READ, CHANGE), lead, "accept", 1)
    assert lead.entry() == (INSULIN, 2)


def test_broken_glass_confirms_at_once_and_waits_for_a_review(games: Games, lead: Lead) -> None:
    games.event.safety_needs_two = True
    games.event.save()
    first = alice()
    save(first, lead.person, INSULIN, 1)
    plain = bob(PERSON, READ, CHANGE)
    said = {"proposal": str(SafetyProposal.objects.get().pk), "expected": 1, "reason": "Now.", "force": "1"}
    assert plain.post(url(lead.person), said).status_code == 403
    assert "Another person must review it." in settle(first, lead, "force", 1, "She is on the way to hospital.")
    assert (lead.entry(), Approval.objects.get().state) == ((INSULIN, 2), "forced")


def test_list_of_what_waits_leads_to_the_page_and_decides_nothing_itself(lead: Lead) -> None:
    lead.phone.push(lead.propose("No milk."))
    waiting = Approval.objects.get()
    assert waiting.sentence == "Change the dietary needs of number 0 (Games)."
    desk = bob("jobs.view_approval", "jobs.decide_approval")
    answer = desk.post(f"/admin/jobs/approval/{waiting.pk}/decide/", {"grant": "1"})
    assert (answer.status_code, answer["Location"]) == (302, url(lead.person))
    assert desk.get(url(lead.person)).status_code == 403
    assert "No milk." not in desk.get(f"/admin/jobs/approval/{waiting.pk}/change/").content.decode()
    assert lead.entry() == (NUTS, 1)


def test_list_of_accesses_is_a_right_of_its_own(lead: Lead) -> None:
    listed = alice().get("/admin/checkin/safetyaccess/").content.decode()
    assert ("Maria" in listed, "Guest 0" in listed, NUTS in listed) == (True, True, False)
    assert bob(PERSON, READ, CHANGE).get("/admin/checkin/safetyaccess/").status_code == 403


def test_person_who_is_gone_is_told(games: Games) -> None:
    gone = Person(pk="0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f11")
    assert "not there any more" in alice().get(url(gone), follow=True).content.decode()
