"""Guessed passwords: who guesses waits, and nobody else does, though a venue comes from one address."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as product
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory

from eventsync.access.lockout import address

PASSWORD = "correct horse battery"


@pytest.fixture
def desk(db):
    for name in ("olga", "sam"):
        User.objects.create_user(name, password=PASSWORD, is_staff=True)


def sign_in(name="olga", password=PASSWORD, frm="192.0.2.1"):
    said = {"username": name, "password": password}
    return Client(REMOTE_ADDR=frm).post("/admin/login/?next=/admin/", said)


def guess(times, **more):
    return [sign_in(password="wrong", **more).status_code for _ in range(times)]


def test_right_password_waits_after_too_many_wrong_ones_and_opens_again(desk):
    now = datetime.now(UTC)
    with time_machine.travel(now, tick=False):
        assert guess(product.AXES_FAILURE_LIMIT) == [200] * (product.AXES_FAILURE_LIMIT - 1) + [429]
        locked = sign_in()
        assert (locked.status_code, "Try again in 15 minutes" in locked.content.decode()) == (429, True)
    with time_machine.travel(now + timedelta(minutes=16), tick=False):
        assert sign_in().status_code == 302


def test_colleague_at_the_same_address_and_the_same_account_elsewhere_are_not_locked(desk):
    guess(product.AXES_FAILURE_LIMIT)
    assert sign_in("sam").status_code == 302
    assert sign_in(frm="198.51.100.7").status_code == 302
    assert sign_in().status_code == 429


def test_right_password_forgives_the_wrong_ones(desk):
    for _ in range(2):
        assert guess(product.AXES_FAILURE_LIMIT - 1) == [200] * (product.AXES_FAILURE_LIMIT - 1)
        assert sign_in().status_code == 302


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "", "192.0.2.1"),
    ],
)
def test_only_what_our_own_proxies_saw_is_believed(settings, proxies, forwarded, seen):
    settings.PROXIES = proxies
    assert address(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)) == seen


@pytest.mark.parametrize("password", ["short-Pass1", "password1234", "135724681357"])
def test_weak_passwords_are_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password)


def test_session_ends_after_a_day_at_the_desk(desk):
    assert product.SESSION_COOKIE_AGE == 12 * 3600
    assert sign_in().cookies["sessionid"]["max-age"] == 12 * 3600
