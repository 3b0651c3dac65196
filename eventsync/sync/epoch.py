"""The epoch: which life of the database answers. Every answer under /api/ carries it."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django.db import Error
from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request

from eventsync.rows.lookup import Lookup
from eventsync.sync import errors
from eventsync.sync.models import Server

HEADER = "X-EventSync-Epoch"
API = "/api/"
_EPOCH = Lookup(Server, ("epoch",), by="id")
_IN_REQUEST = "eventsync.epoch"


def current() -> UUID:
    """Read from the database at each request: another process may just have restored a backup."""
    found = _EPOCH.one(1)
    return UUID(found[0]) if found else Server.objects.get_or_create(id=1)[0].epoch


def begin() -> tuple[UUID, UUID]:
    """Gives the database a new epoch; answers (old, new). Every device then sends again what it still holds."""
    old, new = current(), uuid4()
    Server.objects.filter(id=1).update(epoch=new)
    return old, new


def epoch_of(request: HttpRequest | Request) -> str:
    """The epoch under which this request began, the same in header and body."""
    return str(request.META[_IN_REQUEST])


class EpochMiddleware:
    """Stamps the answers of the API, errors too: an answer without it is somebody else's (a captive portal's)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._last: str | None = None

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(API):
            return self._get_response(request)
        try:
            epoch = self._last = str(current())
        except Error:
            answer = errors.unavailable()
            if self._last is not None:  # without a mark of ours it would pass for a captive portal's
                answer[HEADER] = self._last
            return answer
        request.META[_IN_REQUEST] = epoch
        response = self._get_response(request)
        response[HEADER] = epoch
        return response
