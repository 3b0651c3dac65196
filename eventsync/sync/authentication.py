"""Who is calling: a device with its token. And how often somebody may guess a code."""

import time
from contextlib import suppress
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from eventsync.sync.enrolment import device_of
from eventsync.sync.errors import ApiError
from eventsync.sync.models import Device

GUESSES_PER_MINUTE = 10
WAIT = 60  # seconds until all of them are over


@dataclass(frozen=True, slots=True)
class Access:
    """What a token allows: a revoked one still delivers, and nothing else."""

    may_read: bool


class DeviceAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Device, Access] | None:
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        found = device_of(token.strip().decode("ascii", "replace"))
        if found is None:
            raise AuthenticationFailed
        device, may_read = found
        return device, Access(may_read)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class IsDevice(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, Device)


class MayRead(IsDevice):
    """A device that may pull. A revoked one is told so, that it can erase what it has read."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        if not isinstance(request.auth, Access) or not request.auth.may_read:
            raise ApiError("device_revoked", "This phone was taken off the event. It still delivers what it recorded.")
        return True


@dataclass(frozen=True, slots=True)
class Guesses:
    """Ten wrong secrets a minute at one door, from one address. Right ones never count: a whole venue has one."""

    door: str

    def left(self, request: Request | HttpRequest) -> bool:
        guesses: int = sum(cache.get_many(self._keys(request)).values())
        return guesses < GUESSES_PER_MINUTE

    def count(self, request: Request | HttpRequest) -> None:
        newest = self._keys(request)[0]
        cache.add(newest, 0, timeout=120)
        with suppress(ValueError):  # Redis may go or come back between the two
            cache.incr(newest)

    def _keys(self, request: Request | HttpRequest) -> list[str]:
        """A counter for each ten seconds of the clock, newest first; together they are the last minute."""
        caller, now = BaseThrottle().get_ident(request), int(time.time() // 10)  # type: ignore[arg-type]  # reads META
        return [f"{self.door}-guesses:{caller}:{now - past}" for past in range(6)]


class FailedGuesses(BaseThrottle):
    """At the door where enrolment codes are typed."""

    guesses = Guesses("enrol")

    def allow_request(self, request: Request, view: APIView) -> bool:
        return self.guesses.left(request)

    def wait(self) -> float:
        return WAIT

    def count(self, request: Request) -> None:
        self.guesses.count(request)
