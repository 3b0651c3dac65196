"""More workers wait for more answers at once, and nothing is configured for it."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.faults.workshop import Workshop, until

PATIENCE = 60  # seconds, of which three workers need most to start
WORDS, SEVERAL = "SELECT count(*) FROM django_q_ormq", 4  # that there is work, to whoever has nothing in hand


@pytest.fixture
def service() -> Iterator[socket.socket]:
    """Another system, which gives no answer before the test does: it ends the call."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)
        yield listening


@pytest.mark.long
def test_three_workers_wait_for_three_answers_at_once_and_one_for_one(
    workshop: Workshop, service: socket.socket
) -> None:
    workshop.settings |= {"WORK_HANDS": "1", "WORK_ASKS": str(service.getsockname()[1])}
    workshop.owe("ask=1@north", "ask=1@south", "ask=1@hall")
    with ExitStack() as calls:  # which have their answers at its end
        workshop.worker(ready=False)
        calls.enter_context(service.accept()[0])
        until(lambda: workshop.database.rows(WORDS)[0][0] >= SEVERAL, workshop.story)  # a second after each other
        service.setblocking(False)
        with pytest.raises(BlockingIOError):  # alone it can do no more
            calls.enter_context(service.accept()[0])
        service.settimeout(PATIENCE)
        for _ in range(2):
            workshop.worker(ready=False)
        for _ in range(2):
            calls.enter_context(service.accept()[0])
    assert workshop.settled() == {("ask", "done"): 3}
    assert len({worker for (worker,) in workshop.database.rows("SELECT worker FROM jobs_attempt")}) == 3
