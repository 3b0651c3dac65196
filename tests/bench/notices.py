"""What a notice to ten thousand families costs: planned, encrypted, pushed and written down; beside the library alone.

CPU time of this process; the push service is another one, which answers 201 to all.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from eventsync.schedule.models import Event
from notifications.deliveries import parts
from notifications.models import Delivery, Notice, Recipient, Subscription
from notifications.plan import telling
from notifications.push import sending
from tests.notifications.push_service import Browser

FAMILIES = 10_000
KEYS = 200  # browsers that differ; each family has an address of its own
ALONE = 300  # pushes by the library
SERVICE = """
from aiohttp import web
async def take(request):
    await request.read()
    return web.Response(status=201)
async def main():
    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()
import asyncio
asyncio.run(main())
"""


def run() -> None:
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    settings.PUSH_PRIVATE = True
    try:
        with _service() as origin:
            _measure(origin)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


@contextmanager
def _service() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-c", SERVICE], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def _measure(origin: str) -> None:
    browsers = [Browser(origin, key=ec.generate_private_key(ec.SECP256R1())) for _ in range(KEYS)]
    people = make_families(origin, browsers)
    print(f"\nA notice to families with a browser each, {connection.vendor}, one process; target: 500 a second of CPU")
    reverse("schedule-now", kwargs={"slug": "large"})  # addresses are read once in the life of a worker
    for count in (FAMILIES // 10, FAMILIES):
        _tell(people[:count])
    print(f"  the library alone: {_alone(browsers, origin):.0f} a second of CPU")


def _tell(people: list[Recipient]) -> None:
    count, notice = len(people), _notice(people[0].event, f"to {len(people)}")
    cpu, wall = _timed(lambda: _plan(notice, people))
    print(f"  {count:,} planned: {1e6 * cpu / count:.0f} µs of CPU each ({wall:.1f} s in all)")
    cpu, wall = _timed(lambda: _push(notice))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    told = f"{count / cpu:.0f} a second of CPU ({count / wall:.0f} a second), peak {peak:.0f} MB"
    print(f"  {count:,} pushed: {told}")
    assert Delivery.objects.filter(notice=notice, channel="push", state="accepted").count() == count


def make_families(origin: str, browsers: list[Browser]) -> list[Recipient]:
    day = timezone.now().date()
    event = Event.objects.create(slug="large", name="Large games", first_day=day, last_day=day + timedelta(days=1))
    people = Recipient.objects.bulk_create([Recipient(event=event, language="en") for _ in range(FAMILIES)])
    made = []
    for number, each in enumerate(people):
        endpoint = f"{origin}/push/{number}"
        digest = sha256(endpoint.encode()).hexdigest()
        keys = browsers[number % KEYS].keys
        made.append(Subscription(recipient=each, event=event, endpoint=endpoint, digest=digest, **keys))
    Subscription.objects.bulk_create(made, batch_size=1_000)
    return people


def _notice(event: Event, key: str) -> Notice:
    now = timezone.now()
    said = {"title": "Swim: Another place", "body": "Saturday 4 July, 3 pm. Hall. Please go to the new place."}
    texts = dict.fromkeys(("en", "es", "fi", "ar"), said)
    new = {"importance": "critical", "kind": "hand", "texts": texts, "made_at": now}  # critical: at any time of the day
    return Notice.objects.create(event=event, key=key, expires_at=now + timedelta(hours=6), **new)


def _plan(notice: Notice, people: list[Recipient]) -> None:
    for part in parts(people):
        telling.plan(notice, part, now=timezone.now())


def _push(notice: Notice) -> None:
    while sending.send_due(notice.event_id):
        pass


def _alone(browsers: list[Browser], origin: str) -> float:
    """As its documentation says to send one."""
    from pywebpush import webpush

    def all_of() -> None:
        for number in range(ALONE):
            told = {"endpoint": f"{origin}/push/{number}", "keys": browsers[number % KEYS].keys}
            claims = {"sub": settings.PUSH_CONTACT}
            webpush(told, "x" * 300, vapid_private_key=settings.VAPID_KEY, vapid_claims=claims)

    cpu, _ = _timed(all_of)
    return ALONE / cpu


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds of CPU, and by the clock."""
    cpu, wall = time.process_time(), time.monotonic()
    work()
    return time.process_time() - cpu, time.monotonic() - wall
