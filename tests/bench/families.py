"""What a very large event costs: families' pages of a day of a thousand activities, its copy, release and import.

CPU time of this process, for pages one request through all of the middleware; the least of several, for other programs
only ever add to it.
"""

import gzip
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from eventsync.schedule import sheets
from eventsync.schedule.files.reading import look, read_schedule
from eventsync.schedule.language.checking import wording
from eventsync.schedule.models import Activity, Event, Place, Release, Venue
from eventsync.schedule.plan import incoming, releasing
from eventsync.sync.pull import read_page

ACTIVITIES, PLACES, GROUPS = 1_000, 40, 20
ROUNDS = 5
NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)
DAY = NOON.date()
SENTENCES = [
    "You run once around the track.",
    "Wear your blue shirt.",
    "Bring a bottle of water and your towel.",
    "Your coach waits beside the yellow desk.",
    "The games begin with music and light.",
]


def run() -> None:
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        _measure()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def make_plan(activities: int = ACTIVITIES) -> Event:
    """A draft of one day, at many places, each activity with 40 sentences."""
    day = NOON.date()
    event = Event.objects.create(slug="large", name="Large games", first_day=day, last_day=day, languages=["fi"])
    venue = Venue.objects.create(event=event, slug="park", name="Park")
    places = [
        Place(venue=venue, name=f"Field {number}", noise="loud", crowd="many", light="bright", quiet_room="yes")
        for number in range(PLACES)
    ]
    Place.objects.bulk_create(places)
    Activity.objects.bulk_create(_activity(event, places[number % PLACES], number) for number in range(activities))
    return event


def make_released() -> None:
    """As families find it."""
    event = make_plan()
    order: dict[str, Any] = {"event": event, "comment": {}, "by": "Maria", "now": NOON - timedelta(days=1)}
    releasing.release(**order, seen=_look(event))


def _activity(event: Event, place: Place, number: int) -> Activity:
    start = NOON - timedelta(hours=5) + timedelta(minutes=30) * (number // PLACES)
    return Activity(
        event=event,
        place=place,
        title=f"Run {number}",
        sentence=SENTENCES[number % len(SENTENCES)],
        outline=_outline(number),
        texts={"fi": {"title": f"Juoksu {number}"}},
        groups=[f"Group {number % GROUPS}"],
        start=start,
        end=start + timedelta(minutes=25),
    )


def _outline(number: int) -> str:
    """40 sentences; half of them are in no other activity."""
    return "\n".join(f"{each} This is line {line} of run {number}." for line in range(4) for each in SENTENCES)


def _measure() -> None:
    event = make_plan()
    print(f"\nFamilies' pages of {ACTIVITIES:,} activities, {connection.vendor}, CPU milliseconds")
    _release("all of it", event)
    Activity.objects.filter(event=event, title__endswith="7").update(delay=15)
    _release("a tenth of it, delayed", event)
    Activity.objects.filter(event=event, title="Run 500").update(note="Bring a hat.")
    _release("one of it, with another note", event)
    for what, address in {"a day": _day(event.first_day), "its copy": "/schedule/large/copy.json?lang=en"}.items():
        _page(what, address)
    _stream(event)
    _files(event)


def _files(event: Event) -> None:
    """The whole plan into the draft of another event, in each format that the desk takes: looked at, then written."""
    rows = Activity.objects.filter(event=event).select_related("event", "place__venue").order_by("start")
    client = Client(SERVER_NAME="localhost")
    files = {name: _get(client, f"/schedule/large/{name}?lang=en") for name in ("schedule.xml", "schedule.json")}
    contents = {name: gzip.decompress(answer.content) for name, answer in files.items()}
    contents |= {"plan.csv": sheets.write(event, rows, "csv"), "plan.xlsx": sheets.write(event, rows, "xlsx")}
    for number, (name, content) in enumerate(contents.items()):
        _import(name, content, Event.objects.create(slug=f"other-{number}", name="X", first_day=DAY, last_day=DAY))


def _import(name: str, content: bytes, event: Event) -> None:
    venue = Venue.objects.create(event=event, slug="park", name="Park")
    began = time.perf_counter()
    found = read_schedule(event, name, content)
    seen = look(event, found, venue=venue)
    looked = time.perf_counter()
    assert not seen.problems, seen.problems[:3]
    done = incoming.apply(event, found.items, seen=seen.seen, venue=venue)
    written = time.perf_counter()
    size = f"{len(done.added):,} activities, {len(content) / 1000:.0f} kB"
    looks, writes = (looked - began) * 1000, (written - looked) * 1000
    print(f"  {name + ' into a draft, by the clock':36}{looks:9.0f} + {writes:.0f}   {size}")


def _release(what: str, event: Event) -> None:
    """As the desk does it: somebody looks, then releases."""
    seen: list[str] = []
    looked = _cpu(lambda: seen.append(_look(event)), rounds=1)
    order: dict[str, Any] = {"event": event, "comment": {}, "by": "Maria", "now": NOON - timedelta(days=1)}
    released = _cpu(lambda: releasing.release(**order, seen=seen[0]), rounds=1)
    print(f"  {what + ': looked at':36}{looked:9.0f}\n  {what + ': released':36}{released:9.0f}")


def _look(event: Event) -> str:
    what = releasing.preview(event)
    wording(event, what.reworded, {})
    return what.seen


def _day(day: date) -> str:
    return f"/schedule/large/{day}/?lang=en"


def _page(what: str, address: str) -> None:
    client = Client(SERVER_NAME="localhost")
    first = _cpu(lambda: _get(client, address), before=_forget)
    anew = _cpu(lambda: _get(client, address), before=_forget_pages)
    kept = _cpu(lambda: _get(client, address))
    _forget()
    with CaptureQueriesContext(connection) as asked:
        answer = _get(client, address)
    size = len(answer.content) / 1000
    print(f"  {what + ', of a new process':36}{first:9.0f}   {len(asked)} queries, {size:.0f} kB gzipped")
    print(f"  {what + ', after a release':36}{anew:9.0f}")
    print(f"  {what + ', kept':36}{kept:9.1f}")


def _forget() -> None:
    """As a process that has just started."""
    from eventsync.schedule.pages import cards, linked, releases

    _forget_pages()
    for kept in (cards.shelf, linked.shelf, releases.plans):
        kept.clear()


def _forget_pages() -> None:
    """As after a release that says little anew."""
    from eventsync.schedule.pages import answers, copies, releases

    for shelf in (answers.shelf, copies.shelf):
        shelf.clear()
    releases._changes.cache_clear()
    releases.plans.clear()
    last = Release.objects.order_by("-number")[0]
    releases.plans.of(last.event, Release.objects.get(event=last.event, number=last.number - 1))


def _get(client: Client, address: str) -> Any:
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200, answer.status_code
    return answer


def _stream(event: Event) -> None:
    page = read_page(stream=f"schedule:{event.pk}", after=0, base=0, limit=10_000)
    lines = b"".join(page.pieces(epoch=""))
    whole, packed = len(lines) / 1000, len(gzip.compress(lines, 6)) / 1000
    print(f"  {'the stream that devices pull':36}{whole:9.0f} kB, {packed:.0f} gzipped")


def _cpu(do: Callable[[], object], *, rounds: int = ROUNDS, before: Callable[[], object] = lambda: None) -> float:
    times = []
    for _ in range(rounds):
        before()
        began = time.process_time()
        do()
        times.append((time.process_time() - began) * 1000)
    return min(times)
