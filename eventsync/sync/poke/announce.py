"""Saying that streams have moved: to the sockets of this process, and to the other processes.

Nothing here may fail or slow down the transaction that it speaks of: a poke that is lost is a pull that comes later.
"""

import asyncio
import atexit
import os
import threading
import time
from collections.abc import Mapping

import structlog
from channels.layers import get_channel_layer
from django.conf import settings

from eventsync.sync.poke.hub import group, hub

log = structlog.get_logger(__name__)

_PATIENCE = 5  # seconds for the layer to take one message
_PARTING = 1  # seconds that the end of a process may wait for it
_PACE = 0.05  # seconds between two messages: a socket says each stream at most every 0.2


class Announcer:
    """A thread that tells the channel layer. What it cannot say in time is merged: only the newest head counts."""

    def __init__(self) -> None:
        self._heads: dict[str, int] = {}
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._said = threading.Event()
        self._owner = 0  # the process whose thread it is: a fork has none

    def say(self, heads: Mapping[str, int]) -> None:
        with self._lock:
            for stream, head in heads.items():
                self._heads[stream] = max(head, self._heads.get(stream, 0))
            self._said.clear()
            self._news.set()
            if self._owner != os.getpid():
                self._owner = os.getpid()
                atexit.register(self.finish, _PARTING)  # a command ends before its last word is out
                threading.Thread(target=self._run, name="poke-announcer", daemon=True).start()

    def finish(self, within: float) -> bool:
        """Waits so many seconds at most until all that was said is out."""
        return self._owner != os.getpid() or self._said.wait(within)

    def _run(self) -> None:
        """Waits outside the loop: a thread that the loop waits in would keep the process from ending."""
        with asyncio.Runner() as runner:
            while True:
                self._news.wait()
                with self._lock:
                    heads, self._heads = self._heads, {}
                    self._news.clear()
                runner.run(self._tell(heads))
                with self._lock:
                    if not self._heads:
                        self._said.set()
                time.sleep(_PACE)

    async def _tell(self, heads: Mapping[str, int]) -> None:
        try:
            message = {"type": "poke", "heads": heads}
            await asyncio.wait_for(get_channel_layer().group_send(group(), message), _PATIENCE)
        except Exception as error:  # each layer has errors of its own
            log.warning("poke.unsaid", streams=sorted(heads), exc_info=error)


announcer = Announcer()


def announce(heads: Mapping[str, int]) -> None:
    """Called after the commit that moved these streams to these heads."""
    log.info("poke.said", heads=dict(heads))
    hub.say(heads)
    if settings.REDIS_URL:
        announcer.say(heads)
