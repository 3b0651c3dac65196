"""Maps while somebody else does something at the same moment: no release and no copy names one that is gone."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from django.db import transaction

from eventsync.access.ranks import Rank
from eventsync.schedule import copying
from eventsync.schedule.maps import MOST, MOST_OF_EVENT, cleaned, forget, keep
from eventsync.schedule.models import Place, PlaceMap, Release, Revision
from eventsync.schedule.plan import releasing
from eventsync.schedule.plan.releasing import NotReleased, preview
from eventsync.schedule.records import schedule_stream
from eventsync.sync.streams import lock
from tests.cast import NOON, make_games
from tests.desk import staff
from tests.schedule.pages.test_maps import WORDS, send
from tests.schedule.plan.plans import Day, make_day, release
from tests.schedule.test_rasters import drawn
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mapped(transactional_db: None) -> Day:
    day = make_day(make_games(people=1))
    give(day.deck, "PNG")
    return day


def give(place: Place, kind: str) -> str:
    kept = keep(cleaned(drawn(kind)))
    Place.objects.filter(pk=place.pk).update(map=kept, map_text=WORDS)
    return str(kept.pk)


def take(place: Place) -> None:
    """As the desk does it when another one comes."""
    with transaction.atomic():
        before = Place.objects.select_for_update().get(pk=place.pk).map_id
        give(place, "JPEG")
        forget(before)


def meanwhile(act: Callable[[], object], first: Callable[[], object]) -> None:
    """`act` in another transaction, while that of `first` is not over."""
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first()
            acting: Future[object] = other.submit(partial(together, [act]))
            wait([acting], timeout=0.5)
        acting.result()


def test_map_that_a_release_is_just_telling_is_not_forgotten(mapped):
    digest = PlaceMap.objects.get().pk
    meanwhile(partial(take, mapped.deck), partial(release, mapped.event))
    assert Revision.objects.filter(body__contains=digest).exists()
    assert PlaceMap.objects.filter(pk=digest).exists()


def test_map_that_was_replaced_after_the_plan_was_read_is_not_told(mapped):
    what = preview(mapped.event)
    take(mapped.deck)
    row = Release(event=mapped.event, at=NOON, by="Maria")
    with pytest.raises(NotReleased, match="Look again"), transaction.atomic():
        releasing._tell(row, what, lock([schedule_stream(mapped.event.pk)]))
    assert Revision.objects.count() == 0


def test_copy_has_the_maps_of_its_event_although_they_are_just_replaced(mapped):
    digest = Place.objects.get(pk=mapped.deck.pk).map_id
    again = partial(copying.copy, mapped.event, name="Next", slug="next", first_day=date(2027, 7, 3))
    meanwhile(partial(take, mapped.deck), again)
    assert Place.objects.get(venue__event__slug="next", name="Deck").map_id == digest
    assert Place.objects.get(pk=mapped.deck.pk).map_id != digest


def test_of_two_who_bring_the_last_map_that_fits_one_does(mapped):
    """So a copy never has more than phones have room for."""
    contents = [drawn("PNG", (side, side)) for side in (500, 600)]
    rest = MOST_OF_EVENT - len(PlaceMap.objects.get().drawing) - max(map(len, contents))
    sizes = [*[MOST] * (rest // MOST), rest % MOST]
    PlaceMap.objects.bulk_create(
        PlaceMap(digest=f"{each:032}", kind="png", drawing=b"x" * size, width=300, height=200)
        for each, size in enumerate(sizes)
    )
    venue = mapped.deck.venue
    Place.objects.bulk_create(
        Place(venue=venue, name=f"Room {each}", map_id=f"{each:032}", map_text="To") for each in range(len(sizes))
    )
    at = [replace(mapped, deck=Place.objects.create(venue=venue, name=name)) for name in ("Pier", "Sauna")]
    desks = [staff(name, Rank.MANAGER, mapped.event) for name in ("mara", "milo")]
    tasks = [partial(send, *each, map_text=WORDS) for each in zip(desks, at, contents, strict=True)]
    assert sorted("All maps of the event have at most 5 MB" in said for said in together(tasks)) == [False, True]
