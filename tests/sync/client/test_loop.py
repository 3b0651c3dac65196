"""The loop: late, never stuck. Its time is a clock that jumps to whatever is due next."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import pytest

from eventsync.sync.client.loop import FIRST, LAST, Failed, Loop, Outcome, Rest
from tests.sync.apart import Jumping, apart

Work = Callable[[], Outcome]


def rounds(*outcomes: Outcome | Exception, pace: float = 1.0, kicks: dict[int, float] | None = None) -> list[float]:
    """Seconds that the loop waited after each of these; after a round in `kicks` somebody kicks so much later."""
    starts: list[float] = []

    async def story() -> None:
        running = asyncio.get_running_loop()
        script = iter(outcomes)
        done = asyncio.Event()

        async def work() -> Outcome:
            starts.append(running.time())
            if kicks and len(starts) in kicks:
                running.call_later(kicks[len(starts)], loop.kick)
            outcome = next(script, None)
            if isinstance(outcome, Exception):
                raise outcome
            if outcome is None:
                done.set()
            return outcome or Rest(1e9)

        loop = Loop(work, pace=pace)
        task = asyncio.ensure_future(loop.run())
        await done.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    apart(story(), loop_factory=Jumping)
    return [later - earlier for earlier, later in pairwise(starts)]


def test_rest_is_as_long_as_the_round_asks() -> None:
    assert rounds(Rest(60), Rest(5)) == pytest.approx([60, 5], abs=0.5)


def test_pace_scales_every_wait() -> None:
    assert rounds(Rest(6000), Failed(1000), pace=0.01) == pytest.approx([60, 10], abs=0.5)


def test_rounds_that_fail_for_ever_go_on_for_ever_ever_slower() -> None:
    waits = rounds(*[Failed()] * 200)
    assert len(waits) == 200
    assert all(wait <= min(LAST, FIRST * 2**n) + 0.1 for n, wait in enumerate(waits))
    assert max(waits) > LAST / 2, "full jitter, up to five minutes"


def test_round_that_raises_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        waits = rounds(ValueError("a bug"), KeyError("another"), Rest(60))
    assert len(waits) == 3
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ValueError, KeyError]


def test_success_resets_the_backoff() -> None:
    waits = rounds(*[Failed()] * 10, Rest(1), Failed())
    assert waits[-1] <= FIRST + 0.1


def test_retry_after_is_waited_for_with_jitter_and_backoff() -> None:
    [wait] = rounds(Failed(30))
    assert 30 <= wait <= 30 + 2 * FIRST + 0.1


def test_kick_ends_a_rest() -> None:
    assert rounds(Rest(60), kicks={1: 7}) == pytest.approx([7], abs=0.1)


def test_kick_does_not_shorten_what_the_server_asked_for() -> None:
    [wait] = rounds(Failed(30), kicks={1: 7})
    assert 30 <= wait <= 30 + FIRST + 0.1, "but it is remembered"


def test_kick_during_a_round_starts_the_next_at_once() -> None:
    assert rounds(Rest(60), kicks={1: 0}) == pytest.approx([0], abs=0.1)
