"""A push service that knows our key, a gateway, a mail server, and a family without a browser."""

from dataclasses import replace

import pytest

from notifications.push.keys import public_key
from tests.notifications.families import make_recipient
from tests.notifications.mail_server import post_office
from tests.notifications.push_service import serving
from tests.notifications.sms_gateway import texting


@pytest.fixture
def service(settings):
    settings.PUSH_PRIVATE = True
    with serving(public_key()) as service:
        yield service


@pytest.fixture
def gateway(settings):
    """Text messages go out by it."""
    with texting() as gateway:
        sms = {"gateway": "http", "url": f"{gateway.origin}/send", "sender": "Games", "private": True}
        settings.SMS = replace(settings.SMS, **sms)
        yield gateway


@pytest.fixture
def mails(settings):
    """E-mails go out by SMTP."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAIL = replace(settings.MAIL, sender="news@games.example", host="127.0.0.1")
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "127.0.0.1", "news@games.example"


@pytest.fixture
def server(settings, mails):
    with post_office() as server:
        settings.EMAIL_PORT = server.port
        yield server


@pytest.fixture
def family(games):
    return make_recipient(games.event, browsers=0, language="en")
