"""The one JSON error shape of the API and its closed table of codes (docs/protocol.md, section 1)."""

import uuid
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import Error
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from eventsync.jobs import correlation
from eventsync.jobs.pressure import RETRY_AFTER, Full
from eventsync.sync.trouble import is_trouble

log = structlog.get_logger(__name__)

STATUS = {
    "malformed": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "device_revoked": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "version_conflict": 409,
    "cursor_expired": 410,
    "too_large": 413,
    "upgrade_required": 426,
    "slow_down": 429,
    "internal": 500,
    "unavailable": 503,
}


class ApiError(Exception):
    """A refusal of a request: its code, a sentence for a person, and fields for the program."""

    def __init__(self, code: str, message: str, *, retry_after: int | None = None, **fields: object) -> None:
        super().__init__(message)
        self.code, self.message, self.retry_after, self.fields = code, message, retry_after, fields


def body(*, code: str, message: str, fields: dict[str, Any], request_id: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "fields": fields, "request_id": request_id}}


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: every error leaves in our shape, a bug as 500 with its trace in the log."""
    set_rollback()
    refusal = _as_refusal(error)
    if refusal.code == "internal":
        log.error("request.failed", exc_info=error)
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after is not None else {}
    if refusal.code == "unauthenticated":
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        body(code=refusal.code, message=refusal.message, fields=refusal.fields, request_id=_request_id()),
        status=STATUS[refusal.code],
        headers=headers,
    )


def _as_refusal(error: Exception) -> ApiError:
    match error:
        case ApiError():
            return error
        case Full() | exceptions.Throttled():
            return _slow_down(error)
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return ApiError("unauthenticated", "This phone is not enrolled. Enrol it again.")
        case exceptions.PermissionDenied() | PermissionDenied():
            return ApiError("forbidden", "This is not allowed for this phone.")
        case exceptions.NotFound() | Http404():
            return ApiError("not_found", "There is nothing at this address.")
        case exceptions.MethodNotAllowed():
            return ApiError("method_not_allowed", "This address does not take that method.")
        case exceptions.ParseError() | exceptions.UnsupportedMediaType() | exceptions.NotAcceptable():
            return ApiError("malformed", "The request cannot be read as JSON.")
        case exceptions.ValidationError():
            return ApiError("malformed", "The request has wrong or missing members.", members=error.detail)
        case Error() if is_trouble(error):
            return ApiError("unavailable", "The server is busy. The phone will try again by itself.", retry_after=5)
    return ApiError("internal", "Something went wrong on the server. Nothing of this request was stored.")


def _slow_down(error: Exception) -> ApiError:
    if isinstance(error, Full):
        return ApiError("slow_down", str(error), retry_after=RETRY_AFTER)
    wait = getattr(error, "wait", None) or 60  # seconds; missing from the types
    return ApiError("slow_down", "Too many tries. Wait a moment.", retry_after=int(wait) + 1)


def _request_id() -> str:
    """What finds the request's lines in the log."""
    return str(correlation.current() or uuid.uuid4())


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """The answer under /api/ when no view matches."""
    return _outside_views("not_found", "There is nothing at this address.")


def malformed(request: HttpRequest, exception: Exception) -> JsonResponse:
    """The answer under /api/ to what never reaches a view, such as a host that is not ours."""
    return _outside_views("malformed", "The server does not take this request.")


_SILENT = "The database does not answer. The phone will try again by itself."


def unavailable(message: str = _SILENT, *, retry_after: int = 5) -> JsonResponse:
    """The answer of a middleware that lets nothing through. It has no epoch yet: without, a device is offline."""
    answer = _outside_views("unavailable", message)
    answer["Retry-After"] = str(retry_after)
    return answer


def _outside_views(code: str, message: str) -> JsonResponse:
    answer = body(code=code, message=message, fields={}, request_id=_request_id())
    return JsonResponse(answer, status=STATUS[code])
