"""Safety data over HTTP: the expected version or nothing, a second person where the event says so, all of it noted."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from checkin import roster
from checkin.models import Person, SafetyAccess, SafetyEntry, SafetyProposal
from eventsync.jobs.models import Approval
from eventsync.sync.models import Device
from tests.cast import Games, make_games, make_phone
from tests.checkin.safety import INSULIN, MOTHER, NUTS, Lead, make_lead, noted

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(games: Games) -> Lead:
    return make_lead(games)


@pytest.fixture
def two(games: Games) -> None:
    """The event wants a second person."""
    games.event.safety_needs_two = True
    games.event.save()


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_nothing_is_known_at_first_and_then_what_was_confirmed(lead: Lead) -> None:
    assert [each["version"] for each in lead.get().json()["rows"][0]["entries"]] == [0, 0, 0]
    answer = lead.put(NUTS, 0, actor="Maria")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert answer.json() == {
        "kind": "dietary", "text": NUTS, "version": 1, "changed_by": "Maria", "changed_at": answer.json()["changed_at"],
    }  # fmt: skip
    assert (lead.entry(), lead.entry("medication")) == ((NUTS, 1), ("", 0))
    assert lead.get()["Cache-Control"] == "no-store"


def test_change_of_another_version_is_refused_and_answers_both(lead: Lead) -> None:
    lead.put(NUTS, 0, actor="Maria")
    answer = lead.put("No milk.", 0)
    assert code(answer) == (409, "version_conflict")
    error = answer.json()["error"]
    assert error["message"].startswith("Somebody else changed it meanwhile.")
    assert error["fields"]["yours"] == {"text": "No milk.", "version": 0}
    confirmed = error["fields"]["confirmed"]
    assert (confirmed["text"], confirmed["version"], confirmed["changed_by"]) == (NUTS, 1, "Maria")
    assert lead.entry() == (NUTS, 1)
    assert lead.put("No milk.", 1).json()["version"] == 2


def test_change_from_the_future_is_refused_too(lead: Lead) -> None:
    assert code(lead.put(NUTS, 1)) == (409, "version_conflict")


def test_repeat_after_a_lost_answer_is_one_change(lead: Lead) -> None:
    first, again = lead.put(NUTS, 0), lead.put(NUTS, 0)
    assert first.json() == again.json()
    assert noted() == [("changed", "dietary", 1)]


@pytest.mark.parametrize("profile", ["door", "kiosk", "family", "control", "agent"])
def test_only_a_leads_phone_reads_or_changes_it(games: Games, profile: str, lead: Lead) -> None:
    lead.put(NUTS, 0)
    other, key = make_lead(games, profile), str(games.people[1].pk)
    for answer in (other.get(), other.put("x", 1), other.decide(key, accept=True, expected=1)):
        assert code(answer) == (403, "forbidden")
    other.person = Person(pk=key)
    assert code(other.get()) == (403, "forbidden")
    assert lead.get().status_code == 200


def test_revoked_lead_is_told_so_and_reads_nothing(lead: Lead) -> None:
    assert lead.get().status_code == 200
    Device.objects.filter(pk=lead.phone.id).update(revoked_at=timezone.now())
    assert code(lead.get()) == (403, "device_revoked")
    assert code(lead.put(NUTS, 0)) == (403, "device_revoked")


def test_person_of_another_event_is_not_there(games: Games, lead: Lead) -> None:
    lead.person = make_games("camp").people[0]
    assert (code(lead.get()), code(lead.put(NUTS, 0))) == ((404, "not_found"),) * 2
    lead.person = games.people[1]
    assert lead.get().status_code == 200


@pytest.mark.parametrize(
    "body", [{"text": "x" * 2001}, {"expected": -1}, {"expected": None}, {"text": "a\0b"}, {"expected": 2**31}]
)
def test_change_of_the_wrong_shape_is_malformed(lead: Lead, body: dict[str, Any]) -> None:
    said: dict[str, Any] = {"text": NUTS, "expected": 0}
    assert code(lead.put(**(said | body))) == (400, "malformed")
    assert lead.put(**said).status_code == 200


def test_there_is_no_other_kind(lead: Lead) -> None:
    assert code(lead.put(NUTS, 0, kind="blood")) == (404, "not_found")


def test_every_reading_and_change_is_noted_by_device_and_person(games: Games, lead: Lead) -> None:
    before = datetime.now(UTC)
    lead.get()
    lead.put(NUTS, 0, actor="Maria")
    lead.put("No milk.", 0, actor="Maria")
    rows = SafetyAccess.objects.order_by("id")
    assert list(rows.values_list("act", "kind", "version", "by_name")) == [
        ("read", "", None, "Phone"), ("changed", "dietary", 1, "Maria"), ("read", "dietary", None, "Maria"),
    ]  # fmt: skip
    assert {(row.person_id, row.event_id, row.by) for row in rows} == {
        (lead.person.pk, games.event.id, f"device:{lead.phone.id}")
    }
    assert all(before <= row.at for row in rows)


@pytest.mark.usefixtures("two")
def test_change_waits_for_a_second_person_where_the_event_says_so(games: Games, lead: Lead) -> None:
    answer = lead.put(NUTS, 0)
    assert answer.status_code == 202
    assert (lead.entry(), lead.put(NUTS, 0).json()) == (("", 0), answer.json())
    key = answer.json()["proposal"]["id"]
    refused = lead.decide(key, accept=True, expected=0)
    assert (code(refused), "another person" in refused.content.decode()) == ((403, "forbidden"), True)
    other = make_lead(games)
    accepted = other.decide(key, accept=True, expected=0, actor="Ben")
    assert accepted.status_code == 200
    assert (lead.entry(), lead.proposals()) == ((NUTS, 1), [])
    assert noted() == [("proposed", "dietary", None), ("accepted", "dietary", 1)]


def test_offline_edit_is_a_proposal_beside_what_is_confirmed_and_applies_nothing(lead: Lead) -> None:
    lead.put(NUTS, 0)
    operation = lead.propose("No milk.", version=1)
    [result] = lead.phone.push(operation)
    assert (result["verdict"], result["flags"], result["at"]) == ("flagged", ["proposed"], {})
    [again] = lead.phone.push(operation)
    assert again["replayed"]
    [proposal] = lead.proposals()
    assert (proposal["id"], proposal["text"], proposal["version"], proposal["by"]) == (
        operation["id"], "No milk.", 1, "Maria",
    )  # fmt: skip
    assert lead.entry() == (NUTS, 1)


@pytest.mark.parametrize("accept", [True, False])
def test_another_lead_accepts_or_rejects_a_proposal(games: Games, lead: Lead, accept: bool) -> None:
    operation, other = lead.propose(INSULIN, "medication"), make_lead(games)
    lead.phone.push(operation)
    said = {} if accept else {"reason": "Her doctor says no."}
    answer = other.decide(operation["id"], accept=accept, expected=0, **said)
    assert answer.status_code == 200
    assert lead.entry("medication") == ((INSULIN, 1) if accept else ("", 0))
    assert SafetyProposal.objects.get().state == ("applied" if accept else "rejected")
    assert noted()[-1] == (("accepted", "medication", 1) if accept else ("rejected", "medication", None))
    assert code(other.decide(operation["id"], accept=True, expected=int(accept))) == (403, "forbidden")


def test_what_was_confirmed_meanwhile_is_not_overwritten_by_who_did_not_see_it(games: Games, lead: Lead) -> None:
    operation, other = lead.propose("No milk."), make_lead(games)
    lead.phone.push(operation)
    other.put(NUTS, 0)
    answer = other.decide(operation["id"], accept=True, expected=0)
    assert code(answer) == (409, "version_conflict")
    fields = answer.json()["error"]["fields"]
    assert (fields["yours"]["text"], fields["confirmed"]["text"]) == ("No milk.", NUTS)
    assert other.decide(operation["id"], accept=True, expected=1).status_code == 200
    assert lead.entry() == ("No milk.", 2)
    assert list(Approval.objects.order_by("id").values_list("state", flat=True)) == ["invalidated", "granted"]


def test_proposals_of_nobody_and_of_another_events_people_are_kept_aside(games: Games, lead: Lead) -> None:
    mine, strange = lead.propose(NUTS), lead.propose(NUTS, person=str(make_games("camp").people[0].pk))
    nobody = lead.propose(NUTS, person="0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f11")
    results = lead.phone.push(nobody, mine, strange)
    assert [(each["verdict"], each.get("code")) for each in results] == [
        ("quarantined", "invalid_payload"), ("flagged", None), ("quarantined", "wrong_event"),
    ]  # fmt: skip


def test_doors_may_propose_and_kiosks_may_not(games: Games) -> None:
    for profile, verdict in (("door", "flagged"), ("control", "flagged"), ("kiosk", "quarantined")):
        phone = make_lead(games, profile)
        [result] = phone.phone.push(phone.propose(MOTHER, "contacts"))
        assert (profile, result["verdict"]) == (profile, verdict)


def test_several_proposals_wait_side_by_side(games: Games, lead: Lead) -> None:
    door = make_lead(games, "door")
    door.phone.push(door.propose(NUTS), door.propose(INSULIN, "medication"), door.propose("No milk."))
    assert sorted(each["text"] for each in lead.proposals()) == [INSULIN, "No milk.", NUTS]
    nuts = next(each["id"] for each in lead.proposals() if each["text"] == NUTS)
    assert lead.decide(nuts, accept=True, expected=0).status_code == 200
    assert sorted(each["text"] for each in lead.proposals()) == [INSULIN, "No milk."]


def test_who_leaves_the_roster_takes_all_texts_along_and_the_notes_stay(games: Games, lead: Lead) -> None:
    lead.put(NUTS, 0)
    door = make_lead(games, "door")
    door.phone.push(door.propose("No milk."))
    stays = Lead(lead.phone, games.people[1])
    stays.put(MOTHER, 0, kind="contacts")
    roster.remove_people(games.event.id, [lead.person.pk])
    assert (list(SafetyEntry.objects.values_list("text", flat=True)), SafetyProposal.objects.count()) == ([MOTHER], 0)
    assert Approval.objects.get().state == "invalidated"
    assert [act for act, *_ in noted()] == ["changed", "proposed", "changed", "erased"]


def test_merged_rows_are_read_as_one_person(games: Games, lead: Lead) -> None:
    ann, twin = games.people[:2]
    lead.put(NUTS, 0)
    Lead(lead.phone, twin).put(INSULIN, 0, kind="medication")
    merge = lead.phone.record("checkin.merge", {"person": str(twin.pk), "into": str(ann.pk)})
    assert lead.phone.push(merge)[0]["verdict"] == "accepted"
    rows = lead.get().json()["rows"]
    assert [row["person"] for row in rows] == [str(ann.pk), str(twin.pk)]
    assert {each["text"] for row in rows for each in row["entries"]} == {NUTS, INSULIN, ""}


def test_reading_needs_as_many_queries_for_three_proposals_as_for_one(
    games: Games, lead: Lead, django_assert_num_queries: Any
) -> None:
    door = make_lead(games, "door")
    for _ in (1, 2):
        door.phone.push(door.propose(NUTS))
        with django_assert_num_queries(10):
            lead.get()
        door.phone.push(door.propose(INSULIN, "medication"), door.propose(MOTHER, "contacts"))


def test_phone_of_another_event_reads_nothing(lead: Lead) -> None:
    lead.put(NUTS, 0)
    stranger = Lead(make_phone(make_games("camp"), profile="lead"), lead.person)
    assert (code(stranger.get()), lead.get().status_code) == ((404, "not_found"), 200)
