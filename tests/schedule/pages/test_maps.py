"""A map of a place: always with words that say the same, told by a release, and on phones without a network."""

import io
import re
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from html import unescape
from random import randbytes
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image

from eventsync.access.ranks import Rank
from eventsync.schedule.copying import copy
from eventsync.schedule.maps import MOST, MOST_OF_EVENT, cleaned, forget, keep
from eventsync.schedule.models import Place, PlaceMap
from eventsync.schedule.plan import releasing
from eventsync.schedule.plan.words import loss
from tests.cast import make_games
from tests.desk import alice, charlie, staff
from tests.schedule.pages.reading import PAGE, part, read
from tests.schedule.plan.plans import Day, make_day, release, undo
from tests.schedule.test_drawings import png, svg
from tests.schedule.test_rasters import drawn
from tests.together import together

WORDS = "You are at the yellow desk. The deck is behind the blue door."
FINNISH = "Olet keltaisen pöydän luona. Allas on sinisen oven takana."


def photo(side: int) -> bytes:
    """As a phone takes one: no dot is like the next, so there are many bytes."""
    written = io.BytesIO()
    Image.frombytes("RGB", (side, side), randbytes(3 * side * side)).save(written, "JPEG", quality=95)
    return written.getvalue()


def form(place: Place, **said: Any) -> dict[str, Any]:
    usual = {name: getattr(place, name) for name in ("name", "directions", "noise", "crowd", "light", "quiet_room")}
    usual |= {name: getattr(place, name) for name in ("quiet_directions", "step_free", "toilet", "map_text")}
    return {**usual, "edited": place.version, **said}


def send(client: Client, day: Day, content: bytes | None = None, **said: Any) -> str:
    """What the desk says; nothing once it is saved."""
    place = Place.objects.get(pk=day.deck.pk)
    file = {"file": SimpleUploadedFile("way.png", content)} if content else {}
    answer = client.post(f"/admin/schedule/place/{place.pk}/change/", form(place, **file, **said))
    return "" if answer.status_code == 302 else unescape(answer.content.decode())


def figure(client: Client, day: Day, language: str = "en") -> tuple[str, ...]:
    """Address, width, height, name and words of the map on the page of the place."""
    html = read(client, f"{PAGE}places/{day.deck.pk}/?lang={language}")
    found = re.search(
        r'<img src="(.+?)" alt="(.*?)" width="(\d+)" height="(\d+)">\s*<figcaption>(.*?)</figcaption>', html
    )
    return found.groups() if found else ()


@pytest.fixture
def desk(db) -> Client:
    return alice()


@pytest.fixture
def mapped(day: Day, desk: Client) -> Day:
    assert send(desk, day, drawn("PNG"), map_text=WORDS, map_text_fi=FINNISH) == ""
    release(day.event)
    return day


def test_families_see_it_with_its_words_once_it_is_released(day, desk, client):
    assert send(desk, day, drawn("JPEG"), map_text=WORDS, map_text_fi=FINNISH) == ""
    kept = PlaceMap.objects.get()
    assert (figure(client, day), kept.kind) == ((), "jpg")
    release(day.event)
    address = f"/maps/{kept.digest}.jpg"
    assert figure(client, day) == (address, "Map: Deck", "300", "200", WORDS)
    assert figure(client, day, "fi") == (address, "Kartta: Deck", "300", "200", FINNISH)
    assert figure(client, day, "ar")[-1] == f'<bdi lang="en" dir="ltr">{WORDS}</bdi>'
    assert WORDS in part(read(client, f"{PAGE}places/{day.deck.pk}/"), "way")
    assert client.get(f"{PAGE}copy.json?lang=en").json()["extras"] == [address]
    [place] = [each for each in client.get(f"{PAGE}plan.json").json()["places"] if each["map"]]
    told = {"address": f"http://127.0.0.1:8000{address}", "width": 300, "height": 200}
    assert place["map"] == {**told, "text": {"en": WORDS, "fi": FINNISH}}


def test_picture_is_served_as_itself_for_ever_and_runs_nothing(mapped, client):
    kept = PlaceMap.objects.get()
    answer = client.get(f"/maps/{kept.digest}.png")
    wanted = {
        "Content-Type": "image/png",
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    assert {name: answer[name] for name in wanted} == wanted
    assert (answer.content, len(answer.cookies)) == (bytes(kept.drawing), 0)
    assert client.get(f"/maps/{kept.digest}.jpg").status_code == 404
    assert client.post(f"/maps/{kept.digest}.png").status_code == 405


def test_no_map_without_words(day, desk):
    assert "Say in words what the map shows" in send(desk, day, drawn("PNG"))
    assert PlaceMap.objects.count() == 0
    assert send(desk, day, drawn("PNG"), map_text=WORDS) == ""
    assert "Say in words what the map shows" in send(desk, day, map_text="")
    with pytest.raises(IntegrityError, match="place_map_is_in_words"), transaction.atomic():
        Place.objects.filter(pk=day.deck.pk).update(map_text="")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (svg("<path d='M0 0'/>"), "neither a PNG nor a JPEG nor a WebP"),
        (png(40, 200), "40 × 200 dots"),
        (photo(1_400), "It is too large. A map has at most 200 kB and 2000 dots each way: save it smaller."),
    ],
)
def test_what_is_no_map_is_refused_with_a_sentence(day, desk, content, why):
    assert why in send(desk, day, content, map_text=WORDS)
    assert (PlaceMap.objects.count(), Place.objects.get(pk=day.deck.pk).version) == (0, 1)


def test_words_are_as_plain_as_all_that_families_read(day, desk):
    long = "This map is for everybody who wants to see where exactly the deck of the pool is from the main hall."
    assert send(desk, day, drawn("PNG"), map_text=long) == ""
    assert releasing.preview(day.event).losses == []
    with pytest.raises(releasing.HardToRead):
        release(day.event)


def test_taking_it_away_needs_another_person(mapped, desk, client):
    before = figure(client, mapped)
    assert send(desk, mapped, no_map="on", map_text="") == ""
    assert [loss(each, mapped.event) for each in releasing.preview(mapped.event).losses] == [
        "Deck: map: it is not there any more."
    ]
    with pytest.raises(releasing.NeedsAnother):
        release(mapped.event)
    assert figure(client, mapped) == before
    assert client.get(before[0]).status_code == 200


def test_another_map_takes_its_place_and_the_one_before_stays_where_it_was_told(mapped, desk, client):
    first = figure(client, mapped)
    assert send(desk, mapped, drawn("WEBP", (400, 300))) == ""
    release(mapped.event)
    second = figure(client, mapped)
    assert (first[0] != second[0], second[2:4]) == (True, ("400", "300"))
    assert client.get(first[0]).status_code == 200
    undo(mapped.event)
    assert figure(client, mapped) == first


def test_what_nobody_was_told_is_forgotten_when_another_comes(mapped, desk):
    assert send(desk, mapped, drawn("PNG", (500, 500))) == ""
    assert send(desk, mapped, drawn("PNG", (600, 600))) == ""
    assert sorted(PlaceMap.objects.values_list("width", flat=True)) == [300, 600]


@pytest.mark.parametrize("how", ["alone", "selected"])
def test_what_nobody_was_told_is_forgotten_with_its_place(mapped, desk, how):
    for name in ("Sauna", "Pier"):
        Place.objects.create(
            venue=mapped.deck.venue, name=name, map=keep(cleaned(drawn("PNG", (500, 500)))), map_text="To"
        )
    sauna, pier = Place.objects.filter(map__width=500).values_list("pk", flat=True)
    if how == "selected":
        ask = {"action": "delete_selected", "_selected_action": [sauna, pier], "post": "yes"}
        assert desk.post("/admin/schedule/place/", ask).status_code == 302
    else:
        assert desk.post(f"/admin/schedule/place/{sauna}/delete/", {"post": "yes"}).status_code == 302
        assert PlaceMap.objects.count() == 2
        assert desk.post(f"/admin/schedule/place/{pier}/delete/", {"post": "yes"}).status_code == 302
    assert (Place.objects.count(), PlaceMap.objects.get().width) == (2, 300)


@pytest.mark.django_db(transaction=True)
def test_what_another_place_is_given_at_this_moment_is_not_forgotten(transactional_db):
    stage = make_day(make_games(people=1)).stage
    kept = keep(cleaned(drawn("PNG")))
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            assert keep(cleaned(drawn("PNG"))) == kept
            forgetting = other.submit(partial(together, [partial(forget, kept.pk)]))
            wait([forgetting], timeout=0.5)
            Place.objects.filter(pk=stage.pk).update(map=kept, map_text=WORDS)
        forgetting.result()
    assert Place.objects.get(pk=stage.pk).map == kept


def test_who_was_overtaken_is_told_whether_there_is_a_map(mapped, desk):
    old: dict[str, Any] = {"edited": 1, "map_text": WORDS}
    assert "Stored by now: a map" in send(desk, mapped, drawn("PNG", (500, 500)), **old)
    assert "Stored by now: a map" in send(desk, mapped, no_map="on", **old)
    Place.objects.filter(pk=mapped.deck.pk).update(map=None)
    assert "Stored by now: no map" in send(desk, mapped, drawn("PNG", (500, 500)), **old)


def test_maps_of_an_event_have_room_on_a_phone_together(mapped, desk):
    large = MOST_OF_EVENT // MOST
    PlaceMap.objects.bulk_create(
        PlaceMap(digest=f"{each:032}", kind="png", drawing=b"x" * MOST, width=300, height=200) for each in range(large)
    )
    venue = mapped.deck.venue
    rows = [Place(venue=venue, name=f"Room {each}", map_id=f"{each:032}", map_text="To") for each in range(large)]
    Place.objects.bulk_create(rows)
    assert "All maps of the event have at most 5 MB" in send(desk, mapped, drawn("PNG", (500, 500)))
    new = form(
        mapped.stage, venue=venue.pk, name="Pier", map_text=WORDS, file=SimpleUploadedFile("way.png", drawn("PNG"))
    )
    assert "All maps of the event have at most 5 MB" in desk.post("/admin/schedule/place/add/", new).content.decode()
    assert send(desk, mapped, directions="Turn right.") == ""
    rows[0].delete()
    assert send(desk, mapped, drawn("PNG", (500, 500))) == ""


def test_whatever_else_is_edited_leaves_the_map(mapped, desk):
    assert send(desk, mapped, directions="Turn right.") == ""
    assert Place.objects.get(pk=mapped.deck.pk).map == PlaceMap.objects.get()


def test_event_of_next_year_has_it(mapped):
    later = copy(mapped.event, name="Games 2027", slug="games-2027", first_day=mapped.event.first_day)
    assert Place.objects.get(venue__event=later, name="Deck").map == PlaceMap.objects.get()


def test_leads_of_the_venue_bring_maps_and_others_do_not(day, games):
    assert "Say in words" in send(staff("lena", Rank.LEAD, day.event, games.pool), day, drawn("PNG"))
    viewer = staff("vera", Rank.VIEWER, day.event)
    shown = viewer.get(f"/admin/schedule/place/{day.deck.pk}/change/")
    assert (shown.status_code, "map as families see it" in shown.content.decode().lower()) == (200, True)
    place = f"/admin/schedule/place/{day.deck.pk}/change/"
    assert (viewer.post(place, form(day.deck)).status_code, charlie().get(place).status_code) == (403, 403)
