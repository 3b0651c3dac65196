"""The queue library and its broker. They carry one word, that there is work; of the work itself they know nothing."""

import os
import threading
from typing import Any

from django_q.brokers import get_broker
from django_q.tasks import async_task

WORD = "eventsync.jobs.asking.work"


class _Mine(threading.local):
    """The broker of this thread: making one costs SQS 50 ms. A forked process must not share its parent's socket."""

    process = 0
    broker: Any = None


_mine = _Mine()


def tell() -> None:
    """Says it to one worker. Raises what the broker raises."""
    async_task(WORD, broker=_broker())


def untaken() -> int:
    """How many words wait for a worker. Raises what the broker raises."""
    return int(_broker().queue_size())


def forget() -> int:
    """Throws away every word that waits, as a broker does that is lost; how many. Raises what the broker raises."""
    count = untaken()
    _broker().purge_queue()
    return count


def _broker() -> Any:
    if _mine.process != os.getpid():
        _mine.process, _mine.broker = os.getpid(), get_broker()
    return _mine.broker
