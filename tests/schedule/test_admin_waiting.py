"""At the desk: a release that makes a place worse is asked for, agreed to by another person, or forced by an owner."""

import re
from typing import Any

import pytest

from eventsync.access.ranks import Rank
from eventsync.jobs.approvals import deciding
from eventsync.jobs.models import Approval
from eventsync.schedule.models import Place, Release
from tests.desk import staff
from tests.schedule.plan.plans import Day, make_day, release
from tests.schedule.test_admin_plan import seen

ADD = "/admin/schedule/release/add/"


@pytest.fixture
def day(games) -> Day:
    made = make_day(games)
    Place.objects.filter(pk=made.deck.pk).update(quiet_room="yes")
    release(made.event)
    Place.objects.filter(pk=made.deck.pk).update(quiet_room="no")
    return made


def decide(approval: Approval) -> str:
    return f"/admin/jobs/approval/{approval.pk}/decide/"


def buttons(page: Any) -> list[str]:
    return re.findall(r'<button type="submit"(?: name="(\w+)")? class="button', page.content.decode().split("seen")[-1])


def test_manager_asks_and_another_one_agrees(day, games):
    mara, nils = (staff(name, Rank.MANAGER, games.event) for name in ("mara", "nils"))
    page = mara.get(ADD)
    text = page.content.decode()
    assert "Deck: quiet room: There is a quiet room → There is no quiet room." in text
    assert (buttons(page), "In an emergency" in text) == (["ask"], False)
    alone = mara.post(ADD, {"seen": seen(page)})
    assert "another person has to agree" in alone.content.decode()
    assert mara.post(ADD, {"seen": seen(page), "ask": ""}).status_code == 302
    approval = Approval.objects.get()
    waits = nils.get(ADD).content.decode()
    assert "It waits for that, as mara asked." in waits
    assert decide(approval) in waits
    assert deciding.OWN in mara.post(decide(approval), {"grant": ""}, follow=True).content.decode()
    assert Release.objects.count() == 1
    assert nils.post(decide(approval), {"grant": ""}).status_code == 302
    assert Release.objects.get(number=2).by == "mara, nils"
    assert "Nothing is different" in mara.get(ADD).content.decode()


def test_who_asks_for_what_has_changed_looks_again(day, games):
    mara = staff("mara", Rank.MANAGER, games.event)
    page = mara.get(ADD)
    Place.objects.filter(pk=day.deck.pk).update(noise="loud")
    again = mara.post(ADD, {"seen": seen(page), "ask": ""})
    assert "Look again, then release." in again.content.decode()
    assert not Approval.objects.exists()


def test_owner_tells_it_at_once_with_a_reason_and_nobody_else_does(day, games):
    owner, manager = staff("olga", Rank.OWNER, games.event), staff("mara", Rank.MANAGER, games.event)
    page = owner.get(ADD)
    assert buttons(page) == ["ask", "force"]
    said = {"seen": seen(page), "force": "", "alone": "The room is flooded."}
    assert manager.post(ADD, said).status_code == 403
    assert "Say why." in owner.post(ADD, said | {"alone": ""}, follow=True).content.decode()
    assert Release.objects.count() == 1
    assert owner.post(ADD, said).status_code == 302
    assert Release.objects.get(number=2).by == "olga"
    assert Approval.objects.get(state="forced").reason == "The room is flooded."


def test_those_of_another_event_and_leads_neither_ask_nor_see_it(day, games):
    lead = staff("lena", Rank.LEAD, games.event)
    assert lead.post(ADD, {"ask": ""}).status_code == 403
    manager = staff("mara", Rank.MANAGER, games.event)
    manager.post(ADD, {"seen": seen(manager.get(ADD)), "ask": ""})
    assert lead.get(decide(Approval.objects.get())).status_code == 403
