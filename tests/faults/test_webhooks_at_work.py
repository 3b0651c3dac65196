"""A real worker and another system that is away for an hour, fails, hangs and is gone: it gets everything once."""

import time
from datetime import UTC, datetime
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from eventsync.jobs.webhooks.posting import PATIENCE as ANSWER_WITHIN
from tests.faults.workshop import Workshop, on, until
from tests.jobs.receiver import Receiver, listening
from tests.ports import free_port

pytestmark = pytest.mark.long

HOUR = 3600  # seconds
AWAY = 6  # tries: it is tried again after 5 s, 20 s, 80 s, 5 min, 30 min and an hour


def job(workshop: Workshop) -> tuple[str, int, str, str]:
    """The first of those that are owed and not done: state, attempts, error, and when it is due."""
    owed = "task = 'webhooks.send' AND finished_at IS NULL ORDER BY created_at, id LIMIT 1"
    found = workshop.database.rows(f"SELECT state, attempts, error, due_at FROM jobs_job WHERE {owed}")
    return found[0] if found else ("none", 0, "", "")


def tried(workshop: Workshop) -> int:
    """How often, when it waits for a next time that is still to come."""
    state, attempts, _, due = job(workshop)
    return attempts if state == "retry_wait" and moment(due) > datetime.now(UTC) else 0


def moment(of: object) -> datetime:
    """SQLite keeps it as text, without a zone."""
    read = datetime.fromisoformat(str(of))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def failed(workshop: Workshop, attempts: int, why: str) -> bool:
    return tried(workshop) == attempts and why in job(workshop)[2]


def waits(workshop: Workshop, attempts: int, why: str, within: float = 30) -> None:
    until(lambda: failed(workshop, attempts, why), workshop.story, within)


def hasten(workshop: Workshop) -> float:
    [seconds] = workshop.run("tell.py", "hasten")
    return float(seconds)


def sent(workshop: Workshop) -> list[str]:
    """The ids of all that is to go there, in the order in which it happened."""
    return [str(UUID(str(key))) for (key,) in workshop.database.rows("SELECT id FROM jobs_sending ORDER BY id")]


def taken(workshop: Workshop, receiver: Receiver, count: int) -> None:
    until(lambda: len(receiver.taken) == count, workshop.story, within=60)
    assert receiver.taken == sent(workshop)[:count]


@on("orm", all_of=("orm",))
def test_receiver_that_is_away_fails_hangs_is_gone_and_comes_back_gets_everything_once(workshop: Workshop) -> None:
    workshop.settings |= {"EVENTSYNC_WEBHOOKS_PRIVATE": "1"}
    port, receiver = free_port(), Receiver()
    workshop.run("tell.py", f"hook=http://127.0.0.1:{port}/hook", "tell=3")
    workshop.worker()

    gone_by, seen = 0.0, 0
    while seen < AWAY:  # nobody listens there
        until(lambda seen=seen: tried(workshop) > seen, workshop.story)  # type: ignore[misc]
        seen = tried(workshop)
        gone_by += hasten(workshop) if seen < AWAY else 0
    waits(workshop, AWAY, "It could not be reached")

    receiver.says, receiver.hangs = [503, 200], ANSWER_WITHIN + 2
    with listening(port, receiver):
        assert gone_by + hasten(workshop) > HOUR
        waits(workshop, AWAY + 1, f"It did not answer within {ANSWER_WITHIN} seconds.")
        until(lambda: receiver.says == [200], workshop.story)
        receiver.hangs, receiver.says = 0, [500, 302, 200]
        for number, why in ((2, "It answered 500."), (3, "It answered 302.")):
            hasten(workshop)
            waits(workshop, AWAY + number, why)
        hasten(workshop)
        taken(workshop, receiver, 3)

        receiver.says = [410, 200]
        workshop.run("tell.py", "tell=2")
        until(lambda: any(kind == "webhook_off" for kind, _ in workshop.alerts()), workshop.story)
        workshop.run("tell.py", "tell=2")
        time.sleep(3)
        assert len(receiver.taken) == 3
        workshop.run("tell.py", "on")
        taken(workshop, receiver, 7)
        assert workshop.alerts() == []

        workshop.settled()
        again = [headers["webhook-id"] for headers, _ in receiver.heard]
        assert sorted(set(again)) == sent(workshop)
        assert len(again) == 7 + len([503, 500, 302, 410])
        [(secret,)] = workshop.database.rows("SELECT secret FROM jobs_webhook")
        for headers, body in receiver.heard:
            Verifier(secret).verify(body, dict(headers.items()))
        assert workshop.database.rows("SELECT COUNT(*) FROM jobs_sending WHERE taken_at IS NULL") == [(0,)]
