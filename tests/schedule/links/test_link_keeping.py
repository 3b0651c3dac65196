"""Nicknames end: on their day, with the event's data, and with the person for whom the link was made."""

import uuid
from datetime import timedelta

from checkin.privacy.erasing import erase
from checkin.privacy.exporting import export
from eventsync.jobs.rules import Somebody
from eventsync.privacy.registry import holdings
from eventsync.schedule.links.keeping import AT_ONCE, purge
from eventsync.schedule.links.opening import open_link
from eventsync.schedule.models import FamilyLink, FamilyPhone
from eventsync.schedule.tasks import purge_family_links
from eventsync.sync.models import Device
from tests.cast import NOON, make_games
from tests.schedule.links.cards import make_card

DAY = timedelta(days=1)


def left() -> list[str]:
    return sorted(FamilyLink.objects.values_list("nickname", flat=True))


def test_links_are_deleted_when_their_last_day_has_passed_and_their_phones_are_taken_off(games):
    camp = make_games("camp", people=0).event
    soon = make_card(games.event, "Soon", keep_until=NOON.date() + DAY)
    make_card(games.event, "Event")
    type(camp).objects.filter(pk=camp.pk).update(keep_until=NOON.date() + 5 * DAY)
    make_card(camp, "Camp", keep_until=NOON.date() + 500 * DAY)
    open_link(soon.link, phone=uuid.uuid4(), now=NOON)
    said = {}
    for days in (1, 2, 5, 6, 60, 61):
        purge_family_links(NOON + days * DAY)
        said[days] = left()
    assert said == {
        1: ["Camp", "Event", "Soon"],
        2: ["Camp", "Event"],
        5: ["Camp", "Event"],
        6: ["Event"],
        60: ["Event"],
        61: [],
    }
    assert (FamilyPhone.objects.count(), Device.objects.get().revoked_at) == (0, NOON + 2 * DAY)
    assert purge(now=NOON + 99 * DAY) == 0
    assert AT_ONCE == 200


def test_erased_person_takes_their_link_with_them_and_nobody_elses(games):
    anna, ben = games.people[:2]
    for person, name in ((anna, "Anna"), (ben, "Ben")):
        card = make_card(games.event, name, person=person.pk)
        open_link(card.link, phone=uuid.uuid4(), now=NOON)
    told = export(anna, by=Somebody("user:1", "Maria"), now=NOON)["holds"]["family_links"]
    assert [each["table"] for each in told] == ["schedule.FamilyLink", "schedule.FamilyPhone"]
    assert (told[0]["nickname"], {"token_digest", "calendar_digest"} & set(told[0])) == ("Anna", set())
    assert erase(anna)
    assert left() == ["Ben"]
    assert Device.objects.filter(revoked_at=None).count() == 1


def test_end_of_an_events_data_takes_all_its_links(games):
    camp = make_games("camp", people=0).event
    make_card(games.event, "Games")
    make_card(camp, "Camp")
    [holding] = [each for each in holdings() if each.name == "family_links"]
    holding.sweep(games.event.pk)
    assert left() == ["Camp"]
