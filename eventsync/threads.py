"""Django under ASGI at the price of one step into a thread for each request.

Django's own handler starts a thread for each request, opens a database connection there, and goes to and fro between it
and the event loop for signals, nearly every middleware and the end of the answer. That was most of what a small request
cost (docs/performance.md). All our middleware and views are ordinary functions: here everything from the first signal
to the last runs in one go, in one of a few threads that stay, each with a connection that stays.

It also lets a server end: Django's handler would return to the event loop between middleware and view with its thread
waiting, and when SIGTERM ended daphne's loop in such a moment, the thread waited for ever, and the process with it.
"""

import asyncio
import contextvars
import gc
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.core.signals import request_finished, request_started
from django.db import connection, connections
from django.urls import set_script_prefix

THREADS = 24  # requests at once in one process, and database connections; the next ones wait for their turn
_TRUSTED = (
    1  # second after its last request in which a connection is not asked whether it lives; no restart is so short
)


Answer = TypeVar("Answer")


class Threads:
    """Executors of one thread each. The one that was free last works next, so a quiet server needs few connections."""

    def __init__(self) -> None:
        self._free = [ThreadPoolExecutor(1, thread_name_prefix=f"request-{number}") for number in range(THREADS)]
        self._turn = asyncio.Semaphore(THREADS)

    async def run(self, task: Callable[[], Answer]) -> Answer:
        """The answer of `task`, from a thread that nobody else has until it is done, also if nobody waits any more."""
        await self._turn.acquire()
        thread = self._free.pop()
        work = asyncio.get_running_loop().run_in_executor(thread, contextvars.copy_context().run, task)
        work.add_done_callback(lambda _: self._leave(thread))
        return await asyncio.shield(work)

    def _leave(self, thread: ThreadPoolExecutor) -> None:
        self._free.append(thread)
        self._turn.release()


class Handler(ASGIHandler):
    """Runs middleware and views as Django does outside ASGI.

    A request has a thread from when it is here as a whole until its answer is made. Neither a body that trickles in nor
    a client that reads slowly, or never, holds one.
    """

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._threads = Threads()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        for message in await self._threads.run(partial(self._answered, scope, body)):
            await send(message)

    def _answered(self, scope: Any, body: Any) -> list[dict[str, Any]]:
        """What Django's `handle` does, without the event loop."""
        with body:
            set_script_prefix(get_script_prefix(scope))
            request_started.send(sender=type(self), scope=scope)
            request, refusal = self.create_request(scope, body)
            response: Any = refusal if request is None else self.get_response(request)
            try:
                return list(_messages(response))
            finally:
                response.close()


def _messages(response: Any) -> Iterator[dict[str, Any]]:
    headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    headers += [(b"Set-Cookie", each.output(header="").strip().encode("ascii")) for each in response.cookies.values()]
    yield {"type": "http.response.start", "status": response.status_code, "headers": headers}
    yield {"type": "http.response.body", "body": b"".join(response)}


def spare_collections() -> None:
    """What was loaded at the start stays for good: walking through it again and again costs a tenth of a batch."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # more than a full batch makes, nearly all of which goes by itself


def keep_connections() -> None:
    """Each thread keeps its connection. PostgreSQL may have been restarted: it is asked at the next request."""
    request_started.connect(_trust_recent)
    request_finished.connect(_note_use)
    for settings in connections.settings.values():
        settings["CONN_MAX_AGE"] = None
        settings["CONN_HEALTH_CHECKS"] = "sqlite" not in settings["ENGINE"]


_last = threading.local()  # `used`: when this thread's connection was, monotonic


def _trust_recent(sender: object, **_: object) -> None:
    """After Django's own listener, which wants the connection asked."""
    if time.monotonic() - getattr(_last, "used", 0) < _TRUSTED:
        connection.health_check_done = True  # type: ignore[attr-defined]  # django-stubs does not know it


def _note_use(sender: object, **_: object) -> None:
    _last.used = time.monotonic() if connection.connection is not None else 0
