"""The content security policy of answers to programs: always the same, and so made once."""

from functools import cache

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponseBase

from eventsync.sync import epoch


class PolicyMiddleware(CSPMiddleware):
    """The library makes the header anew for each answer, for there may be a nonce in it; never in that of an API."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not _is_json_of_ours(request, response):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, _usual())
        return response


def _is_json_of_ours(request: HttpRequest, response: HttpResponseBase) -> bool:
    """The API's pages for people are HTML."""
    return request.path.startswith(epoch.API) and response.headers.get("Content-Type") == "application/json"


@cache
def _usual() -> str:
    return build_policy()
