"""No text of safety data in whatever a device pulls, in whatever is kept of an operation, in a file, or in the log."""

import pytest
from django.apps import apps
from django.db.models import Model

from checkin.models import SafetyEntry, SafetyProposal
from checkin.rosters import export_roster
from eventsync.sync.models import Change, Profile
from tests.cast import Games, make_phone
from tests.checkin.safety import INSULIN, MOTHER, NUTS, TEXTS, Lead, make_lead

HOLDERS = {SafetyEntry, SafetyProposal}
PROPOSED = ("Pollen. Carries a spray.", "Ibuprofen before each race.", "Bo Ek, father, +358 50 765 4321")
ALL = TEXTS + PROPOSED


@pytest.fixture
def lead(games: Games) -> Lead:
    """All three kinds are confirmed of the first guest, and a door proposes others, beside an arrival."""
    lead, door = make_lead(games), make_lead(games, "door")
    for kind, text in zip(("dietary", "medication", "contacts"), (NUTS, INSULIN, MOTHER), strict=True):
        assert lead.put(text, 0, kind=kind).status_code == 200
    proposals = [
        door.propose(text, kind) for kind, text in zip(("dietary", "medication", "contacts"), PROPOSED, strict=True)
    ]
    results = door.phone.push(door.phone.arrive(games.people[0]), *proposals)
    assert [result["verdict"] for result in results] == ["accepted"] + ["flagged"] * 3
    return lead


def found_in(data: str | bytes) -> list[str]:
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    return [each for each in ALL if each in text]


@pytest.mark.parametrize("profile", sorted(Profile.values))
def test_no_stream_of_any_profile_carries_it(games: Games, lead: Lead, profile: str) -> None:
    phone = make_phone(games, profile=profile)
    streams = [each["stream"] for each in phone.streams().json()["streams"]]
    pages = {stream: phone.page(stream).content for stream in streams}
    assert {stream: found_in(page) for stream, page in pages.items()} == {stream: [] for stream in streams}
    assert profile != "door" or b"Guest 0" in pages[f"roster:{games.event.id}"]
    assert sorted(found_in(lead.get().content)) == sorted(ALL)


def test_no_change_is_stored_with_it(lead: Lead) -> None:
    assert Change.objects.exists()
    assert found_in("".join(Change.objects.values_list("body", flat=True))) == []


def test_no_other_table_has_it(lead: Lead) -> None:
    """Whatever comes to be stored: only two tables may, and those are erased."""
    holders = {model: found_in(dumped(model)) for model in apps.get_models()}
    assert {model for model, texts in holders.items() if texts} == HOLDERS


def dumped(model: type[Model]) -> str:
    return "\n".join(repr(row) for row in model._default_manager.values_list())


def test_rosters_and_the_log_do_not_have_it(games: Games, lead: Lead, caplog: pytest.LogCaptureFixture) -> None:
    assert lead.put(f"{NUTS} And no milk.", 0).status_code == 409
    lead.phone.push(lead.propose(PROPOSED[0]))
    assert caplog.text
    assert found_in(caplog.text) == []
    assert found_in(export_roster(games.event, "csv")) == []
