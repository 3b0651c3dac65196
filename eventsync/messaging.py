"""What text messages and e-mails go out by, read from the environment: nothing goes out unless somebody says how.

And what all e-mails say of themselves.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from importlib.util import find_spec
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings

from eventsync.environment import choice, flag, stop, text, url

_GATEWAYS = ("none", "console", "file", "twilio", "http")
_SENDER = re.compile(r"\+?[0-9]{3,15}|[A-Za-z0-9 ]{1,11}|MG[0-9a-f]{32}")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
_PRICE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,5})?)(?: ([A-Z]{3}))?")
_ADDRESS = re.compile(r"[^@\s<>\",]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_BACKEND = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", re.ASCII)
_ASKED = ("to", "text", "from", "id")
_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
_BACKENDS = "django.core.mail.backends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """How text messages go out, and what a segment of one costs.

    `fields`: what a gateway of one's own calls them. With `password` alone it is a token.
    """

    gateway: str = "none"
    url: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    fields: Mapping[str, str] = field(default_factory=lambda: dict(zip(_ASKED, _ASKED, strict=True)))
    form: bool = False
    private: bool = False
    price: Decimal = Decimal(0)
    currency: str = ""

    @property
    def on(self) -> bool:
        return self.gateway != "none"


def sms() -> Sms:
    gateway = choice("EVENTSYNC_SMS", _GATEWAYS)
    own = {"url": _gateway_url(gateway), "user": text("EVENTSYNC_SMS_USER", "")}
    price, currency = _price("EVENTSYNC_SMS_PRICE")
    found = Sms(
        gateway=gateway,
        **own,
        password=text("EVENTSYNC_SMS_PASSWORD", ""),
        sender=_sender("EVENTSYNC_SMS_FROM"),
        fields=_fields("EVENTSYNC_SMS_FIELDS"),
        form=choice("EVENTSYNC_SMS_FORMAT", ("json", "form")) == "form",
        private=flag("EVENTSYNC_SMS_PRIVATE"),
        price=price,
        currency=currency,
    )
    if gateway == "twilio" and not (found.user and found.password and found.sender):
        stop("EVENTSYNC_SMS is twilio, so EVENTSYNC_SMS_USER, _PASSWORD and _FROM must be set.")
    if gateway == "http" and not found.url:
        stop("EVENTSYNC_SMS is http, so EVENTSYNC_SMS_URL must say where the gateway is.")
    return found


def _gateway_url(gateway: str) -> str:
    """As it was typed: some gateways answer only with their last slash. Not repeated in the error."""
    name, default = "EVENTSYNC_SMS_URL", "https://api.twilio.com" if gateway == "twilio" else ""
    url(name, default, ("https", "http"))
    return text(name, default)


def _sender(name: str) -> str:
    value = text(name, "")
    if value and not _SENDER.fullmatch(value):
        stop(f"{name} is {value!r}; it must be a number such as +358401234567, or a name of at most 11 letters.")
    return value


def _fields(name: str) -> Mapping[str, str]:
    """Written as to=number,text=body: what is not named keeps its name."""
    said = [each.partition("=")[::2] for each in text(name, "").split(",") if each]
    if any(ours not in _ASKED or not _FIELD.fullmatch(theirs) for ours, theirs in said):
        stop(f"{name} must look like to=number,text=body,from=sender,id=reference.")
    return dict(zip(_ASKED, _ASKED, strict=True)) | dict(said)


def _price(name: str) -> tuple[Decimal, str]:
    value = text(name, "0")
    found = _PRICE.fullmatch(value)
    try:
        return Decimal(found[1] if found else "-"), (found[2] or "") if found else ""
    except InvalidOperation:
        stop(f"{name} is {value!r}; it must be what a segment costs, such as 0.075 EUR.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """How e-mails go out: a backend of Django's or for it, and what it needs. `options`: those of django-anymail."""

    backend: str = f"{_BACKENDS}.dummy.EmailBackend"
    folder: str | None = None
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    scheme: str = ""
    sender: str = ""
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def on(self) -> bool:
        return bool(self.sender)


def headers_of(key: object) -> dict[str, str]:
    """Of an e-mail that no person wrote. `key`: of what it tells, so that it is the same at each try."""
    return {
        "Message-ID": f"<{key}@{urlsplit(settings.BASE_URL).hostname}>",
        "Auto-Submitted": "auto-generated",  # nobody's holiday answers it
    }


def mail() -> Mail:
    value, sender = text("EVENTSYNC_EMAIL_URL", ""), text("EVENTSYNC_EMAIL_FROM", "")
    if not value:
        return Mail()
    if not _ADDRESS.fullmatch(sender):
        stop("EVENTSYNC_EMAIL_URL is set, so EVENTSYNC_EMAIL_FROM must be an address such as news@games.example.")
    return _mail("EVENTSYNC_EMAIL_URL", value, sender)


def _mail(name: str, value: str, sender: str) -> Mail:
    """A wrong one is not repeated in the error: it may hold a password."""
    if value == "console:":
        return Mail(backend=f"{_BACKENDS}.console.EmailBackend", sender=sender)
    if value.startswith("file:///"):
        return Mail(backend=f"{_BACKENDS}.filebased.EmailBackend", folder=value.removeprefix("file://"), sender=sender)
    if value.startswith("django:"):
        return _other(name, value.removeprefix("django:"), sender)
    url(name, "", tuple(_PORTS))
    parts = urlsplit(value)
    if not parts.hostname:
        stop(f"{name} must look like smtp://….")
    return Mail(
        backend=f"{_BACKENDS}.smtp.EmailBackend",
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        scheme=parts.scheme,
        sender=sender,
    )


def _other(name: str, value: str, sender: str) -> Mail:
    """Any backend for Django, such as those of django-anymail, with settings of its own as a query."""
    path, _, query = value.partition("?")
    if not _BACKEND.fullmatch(path) or find_spec(path.partition(".")[0]) is None:
        stop(f"{name} names no backend that is installed, such as django:anymail.backends.mailgun.EmailBackend?….")
    return Mail(backend=path, sender=sender, options=dict(parse_qsl(query)))
