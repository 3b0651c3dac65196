"""Safety data that was kept aside, because it could not be applied: read by those who may read safety data; noted."""

import re
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from checkin.models import SafetyAccess
from eventsync.access.ranks import Rank
from eventsync.sync import quarantine
from eventsync.sync.models import Device, Quarantined
from tests.cast import Games, Phone, make_games
from tests.checkin.safety import INSULIN, NUTS, Lead, make_lead
from tests.desk import alice, bob, charlie, staff

pytestmark = pytest.mark.django_db

DESK = "/admin/sync/quarantined/"
ASIDE, READ = "sync.view_quarantined", "checkin.view_safetyentry"


@pytest.fixture
def lead(games: Games) -> Lead:
    return make_lead(games, venue=games.hall)


def aside(phone: Phone, *operations: dict[str, object]) -> Quarantined:
    [*_, result] = phone.push(*operations)
    assert result["verdict"] == "quarantined"
    return Quarantined.objects.latest("pk")


@pytest.fixture
def row(lead: Lead) -> Quarantined:
    """A proposal of a kind of text that there is not."""
    return aside(lead.phone, lead.propose(INSULIN, "insulin pump"))


def pages(row: Quarantined) -> dict[str, str]:
    """Where what it says could be read."""
    desk = {what: f"{DESK}{row.pk}/{what}/" for what in ("change", "read", "bytes", "resolve")}
    return {"list": DESK, "inbox": "/control/inbox/", "letter": f"/control/inbox/record/{row.pk}/", **desk}


def tells(client: Client, row: Quarantined, text: str = INSULIN) -> dict[str, tuple[int, bool]]:
    answers = {name: client.get(page) for name, page in pages(row).items()}
    return {name: (answer.status_code, text in answer.content.decode()) for name, answer in answers.items()}


def readings() -> list[tuple[UUID | None, str, str]]:
    return list(SafetyAccess.objects.filter(act="read").order_by("pk").values_list("person_id", "kind", "by_name"))


@pytest.mark.parametrize(
    ("rank", "whole"),
    [(Rank.LEAD, False), (Rank.LEAD, True), (Rank.MANAGER, False), (Rank.MANAGER, True), (Rank.OWNER, True)],
)
def test_who_may_read_safety_data_reads_it_and_each_reading_is_noted(
    games: Games, lead: Lead, row: Quarantined, rank: Rank, whole: bool
) -> None:
    found = tells(staff("rita", rank, games.event, None if whole else games.hall), row)
    assert {name for name, (_, told) in found.items() if told} == {"read", "bytes"}
    may_resolve = rank >= Rank.MANAGER
    assert {name for name, (status, _) in found.items() if status != 200} == (set() if may_resolve else {"resolve"})
    assert readings() == [(lead.person.pk, "", "rita")] * 2
    access = SafetyAccess.objects.latest("pk")
    assert (access.event_id, access.by.partition(":")[0]) == (games.event.pk, "user")


def test_who_may_see_what_is_kept_aside_and_no_safety_data_reads_none(row: Quarantined) -> None:
    found = tells(bob(ASIDE), row)
    assert not any(told for _, told in found.values())
    assert [found[name][0] for name in ("change", "letter", "read", "bytes")] == [200, 200, 403, 403]
    assert readings() == []
    assert tells(bob(ASIDE, READ, name="ben"), row)["read"] == (200, True)


def test_viewers_charlie_and_owners_of_another_event_see_nothing_of_it(games: Games, row: Quarantined) -> None:
    viewer, stranger = staff("vera", Rank.VIEWER, games.event), staff("olga", Rank.OWNER, make_games("camp").event)
    for client in (viewer, charlie(), stranger):
        found = tells(client, row)
        assert not any(told for _, told in found.values())
        assert {found[name][0] for name in ("letter", "read", "bytes")} <= {403, 404}
    assert readings() == []


def test_page_and_letter_say_of_what_it_tells_and_lead_to_where_it_is_read(lead: Lead, row: Quarantined) -> None:
    client = alice()
    for name in ("change", "letter"):
        told = client.get(pages(row)[name]).content.decode()
        assert "It tells of safety data." in told
        assert re.search(rf'href="{DESK}{row.pk}/read/"', told)
    assert readings() == []
    assert (row.message, "insulin pump" in row.message) == (
        "It is not shaped as checkin.propose_safety must be.",
        False,
    )


def test_reading_is_noted_with_what_it_says_of_whose_it_is(games: Games, lead: Lead) -> None:
    nobody = "0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f11"
    client = alice()
    for said in ({"person": nobody}, {"person": 3}, {"person": "Guest"}):
        client.get(pages(aside(lead.phone, lead.propose(NUTS, **said)))["read"])
    assert readings() == [(UUID(nobody), "dietary", "alice"), (None, "dietary", "alice"), (None, "dietary", "alice")]
    assert "Nobody knows whom" in client.get("/admin/checkin/safetyaccess/").content.decode()


@pytest.mark.parametrize("how", ["not_permitted", "id_reused", "newer"])
def test_whatever_keeps_it_aside(games: Games, lead: Lead, how: str) -> None:
    if how == "not_permitted":
        kiosk = make_lead(games, "kiosk")
        kept = aside(kiosk.phone, kiosk.propose(INSULIN))
    elif how == "id_reused":
        first = lead.propose(NUTS)
        kept = aside(lead.phone, first, lead.propose(INSULIN) | {"id": first["id"]})
    else:  # a newer app may say it otherwise
        kept = aside(lead.phone, lead.propose(INSULIN) | {"kind": "checkin.propose_safety_of_two"})
    found = tells(bob(ASIDE), kept)
    assert not any(told for _, told in found.values())
    assert tells(alice(), kept)["read"] == (200, True)


@pytest.mark.parametrize("body", [b'{"kind": "checkin.propose_safety", "payload": [1', b'["checkin.propose_safety"]'])
def test_bytes_of_any_shape_that_name_it(row: Quarantined, body: bytes) -> None:
    Quarantined.objects.update(body=body)
    found = tells(bob(ASIDE), row)
    assert [found[name][0] for name in ("change", "read", "bytes")] == [200, 403, 403]
    assert alice().get(pages(row)["bytes"]).content == body


def test_what_else_is_kept_aside_is_read_as_before_and_noted_nowhere(games: Games, lead: Lead) -> None:
    kept = aside(lead.phone, lead.phone.record("strange.kind", {"note": "by the door"}))
    found = tells(bob(ASIDE), kept, "by the door")
    assert {name for name, (_, told) in found.items() if told} == {"change", "letter", "read", "bytes"}
    assert readings() == []


def test_once_it_is_applied_only_its_hash_stays(games: Games) -> None:
    kiosk = make_lead(games, "kiosk")
    kept = aside(kiosk.phone, kiosk.propose(INSULIN, "medication"))
    digest, why = kept.body_hash, kept.message
    Device.objects.filter(profile="kiosk").update(profile="lead")
    assert quarantine.rerun(Quarantined.objects.get(), by="maria", now=timezone.now()).applied
    assert [each["text"] for each in kiosk.proposals()] == [INSULIN]
    kept.refresh_from_db()
    assert (bytes(kept.body), kept.body_hash, kept.message) == (b"", digest, why)
    desk = alice()
    assert not any(told for _, told in tells(desk, kept).values())
    for name in ("change", "letter"):
        assert "Only its hash is kept." in desk.get(pages(kept)[name]).content.decode()
    again = quarantine.rerun(kept, by="maria", now=timezone.now())
    assert again == quarantine.Attempt(applied=False, told="It is not open any more: applied.")
