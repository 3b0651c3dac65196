"""The second step of signing in: a code from an app (TOTP) or a recovery code, for whoever has set it up or must.

A session knows how far it is. What it owes is decided when it begins: who must set it up, and does not have to until
then, is asked at the next sign-in.
"""

from typing import Any, Literal

import segno
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.http import HttpRequest
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from eventsync.access.ranks import Rank
from eventsync.access.scope import postings_of

KEY = "second_step"  # in the session
RECOVERY_CODES = 10
APP, RECOVERY = "App on a phone", "Recovery codes"

Step = Literal["none", "owed", "done"]


def must_have(user: Any) -> bool:
    """Managers, owners and superusers, where the server asks for it."""
    high: bool = user.is_superuser or any(posting.rank >= Rank.MANAGER for posting in postings_of(user))
    return bool(settings.TWO_FACTOR) and high


def has(user: Any) -> bool:
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def begin(sender: object, request: HttpRequest, user: Any, **more: Any) -> None:
    """A session begins."""
    step: Step = "owed" if must_have(user) or has(user) else "none"
    request.session[KEY] = step


user_logged_in.connect(begin, dispatch_uid="second step")


def owed(request: HttpRequest) -> bool:
    """Whether nothing is open yet. Whoever signed in before there was a second step is asked as if they just had."""
    if KEY not in request.session and request.user.is_authenticated:
        begin(None, request, request.user)
    return bool(request.session.get(KEY) == "owed")


def check(request: HttpRequest, code: str) -> str:
    """Takes the second step with this code, or says in a sentence why not. A recovery code is spent by it."""
    said = "".join(code.split()).lower()
    model: type[Device] = TOTPDevice if len(said) == 6 and said.isdecimal() else StaticDevice
    with transaction.atomic():  # one code opens one session
        device = model.objects.select_for_update().filter(user=request.user, confirmed=True).first()
        if device is None:
            return WRONG
        allowed, _ = device.verify_is_allowed()
        if not allowed:
            return TOO_OFTEN
        if not device.verify_token(said):
            return WRONG
    _finish(request)
    return ""


WRONG = "This code is wrong, or was used already. Wait for the app's next one."
TOO_OFTEN = "There were too many wrong codes. Wait a minute, then try again."


def _finish(request: HttpRequest) -> None:
    """The session gets a new key, so that nobody who knew the old one comes along."""
    request.session.cycle_key()
    request.session[KEY] = "done"


def offered(user: Any) -> TOTPDevice:
    """The secret that is being set up; the same until it is confirmed."""
    device, _ = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": APP})
    return device


def picture(device: TOTPDevice) -> str:
    """Its QR code as a data URI."""
    return str(segno.make(device.config_url, error="m").svg_data_uri(scale=5, dark="#000", light="#fff"))


def confirm(request: HttpRequest, code: str) -> list[str]:
    """Sets it up with a code of the offered secret: answers recovery codes, which are told nowhere else; or none."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=request.user.pk, confirmed=False).first()
        if device is None or has(request.user) or not device.verify_token("".join(code.split())):
            return []
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        codes = new_codes(request.user)
    _finish(request)
    return codes


@transaction.atomic
def new_codes(user: Any) -> list[str]:
    """Recovery codes in the place of all earlier ones."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name=RECOVERY)
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


@transaction.atomic
def remove(user: Any) -> bool:
    """Takes it away, with its recovery codes; False when there was none."""
    StaticDevice.objects.filter(user=user).delete()
    return bool(TOTPDevice.objects.filter(user=user).delete()[0])
