"""Who would be in two places by their cards is said wherever somebody looks before families do, without names."""

import re
from datetime import timedelta

import pytest

from eventsync.schedule.models import Activity, FamilyLink
from tests.cast import NOON
from tests.desk import alice, text_of
from tests.schedule.links.cards import make_card
from tests.schedule.plan.plans import HOUR, Day, day_address, make_day

SAID = "{}: Swim (Sat 4 Jul, 12:00 to 13:00) and Choir (Sat 4 Jul, 12:30 to 13:30)."


@pytest.fixture
def day(games, time_machine) -> Day:
    """Finland swims while the choir sings. Two have a card for both; one had it, one has it for the choir alone."""
    time_machine.move_to(NOON - HOUR)
    day = make_day(games)
    Activity.objects.create(
        event=day.event, place=day.stage, title="Choir", start=NOON + HOUR / 2, end=NOON + 1.5 * HOUR, groups=["Choir"]
    )
    for nickname, groups in {"Sunny Bear": ("Choir", "Finland"), "Owl": ("Finland", "Choir", "Norway")}.items():
        make_card(day.event, nickname, groups)
    gone = make_card(day.event, "Fox", ("Choir", "Finland"))
    FamilyLink.objects.filter(pk=gone.link.pk).update(revoked_at=NOON - HOUR)
    make_card(day.event, "Hare", ("Choir",))
    return day


def test_preview_of_a_release_says_so_and_names_nobody(day):
    told = text_of(alice().get(f"/admin/schedule/release/add/?event={day.event.slug}"))
    assert SAID.format("2 people with cards for both") in told
    assert not [name for name in ("Sunny Bear", "Owl", "Fox", "Hare") if name in told]


def test_view_of_a_day_says_so_beside_each(day):
    told = text_of(alice().get(day_address(day.event)))
    assert SAID.format("2 people with cards for both") in told
    assert "At the same time as Choir (12:30 to 13:30), for 2 people with cards for both" in told
    assert "At the same time as Swim (12:00 to 13:00), for 2 people with cards for both" in told


def test_leaders_card_is_no_person_in_two_places(day):
    make_card(day.event, "Coach", ("Choir", "Finland"), leads=True)
    assert SAID.format("2 people with cards for both") in text_of(alice().get(day_address(day.event)))


def test_more_than_anybody_reads_is_counted(day):
    for each in range(25):
        start, groups = NOON + timedelta(minutes=each), ["Choir"]
        Activity.objects.create(
            event=day.event, place=day.deck, title=f"Song {each}", start=start, end=start + HOUR, groups=groups
        )
    client = alice()
    for page in (day_address(day.event), f"/admin/schedule/release/add/?event={day.event.slug}"):
        answer = client.get(page)
        [listed] = re.findall("At the same time:</p><ul>(.*?)</ul>", answer.content.decode())
        found = re.findall("<bdi>(.*?)</bdi>", listed)
        assert (len(found), bool(re.fullmatch(r"… and \d\d more\.", found[-1]))) == (21, True)


def test_moving_says_what_would_be_so_then_and_what_no_longer_is(day):
    Activity.objects.filter(title="Choir").update(start=NOON + 2 * HOUR, end=NOON + 3 * HOUR)
    FamilyLink.objects.filter(nickname="Owl").delete()
    choir = Activity.objects.get(title="Choir")
    page = "/admin/schedule/activity/move/"
    ask = {"activities": f"{choir.pk}:{choir.version}", "minutes": 90, "direction": "earlier"}
    told = text_of(alice().post(page, ask))
    assert SAID.format("1 person with a card for both") in told


def test_delay_that_makes_it_so_says_so(day):
    Activity.objects.filter(title="Choir").update(start=NOON + HOUR, end=NOON + 2 * HOUR)
    Activity.objects.filter(title="Relay").delete()
    late = {"group": "Finland", "minutes": 15, "since": "2026-07-04T12:00"}
    told = text_of(alice().post(f"/admin/schedule/activity/late/?event={day.event.slug}", late))
    assert "2 people with cards for both: Swim (Sat 4 Jul, 12:15 to 13:15) and Choir" in told
