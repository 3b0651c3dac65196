"""The second step of signing in: who must take it, how it is set up, and what a password alone opens."""

import re
import time
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from eventsync.access.ranks import Rank
from tests.cast import NOON
from tests.desk import staff

STEP, SET_UP, PEOPLE = "/account/second-step/", "/account/second-step/set-up/", "/admin/checkin/person/"
PASSWORD = "correct horse battery"


@pytest.fixture
def clock():
    """A moment that can be moved: a code is taken once, and wrong ones are waited for."""
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


@pytest.fixture
def olga(games):
    staff("olga", Rank.OWNER, games.event)
    user = User.objects.get(username="olga")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(name="olga", to=PEOPLE):
    client = Client()
    said = {"username": name, "password": PASSWORD}
    answer = client.post(f"/admin/login/?next={to}", said, follow=True)
    return client, answer.request["PATH_INFO"]


def code(user, *, wrong=False):
    device = TOTPDevice.objects.get(user=user)
    totp = TOTP(device.bin_key)
    totp.time = time.time()
    return f"{(totp.token() + wrong) % 10**6:06}"


def set_up(user):
    client, _ = sign_in(user.username)
    client.get(SET_UP)
    page = client.post(SET_UP, {"code": code(user)}).content.decode()
    return client, re.findall(r'class="code">([a-z2-7]{8})<', page)


def test_who_has_none_and_need_not_signs_in_with_the_password(olga):
    assert sign_in()[1] == PEOPLE


@pytest.mark.parametrize(("rank", "must"), [(Rank.VIEWER, False), (Rank.LEAD, False), (Rank.MANAGER, True)])
def test_managers_must_where_the_server_asks_for_it(games, settings, rank, must):
    settings.TWO_FACTOR = True
    staff("sam", rank, games.event)
    user = User.objects.get(username="sam")
    user.set_password(PASSWORD)
    user.save()
    assert sign_in("sam")[1] == (SET_UP if must else PEOPLE)


def test_set_up_needs_a_code_of_the_offered_secret_and_shows_recovery_codes_once(olga, clock):
    client, _ = sign_in()
    page = client.get(SET_UP).content.decode()
    assert "data:image/svg+xml" in page
    [secret] = re.findall(r'class="code">([^<]+)<', page)
    assert secret in client.get(SET_UP).content.decode()
    assert "This code is wrong" in client.post(SET_UP, {"code": code(olga, wrong=True)}).content.decode()
    clock.shift(timedelta(minutes=2))
    shown = client.post(SET_UP, {"code": code(olga)}).content.decode()
    codes = re.findall(r'class="code">([a-z2-7]{8})<', shown)
    assert len(set(codes)) == 10
    assert client.get(PEOPLE).status_code == 200
    assert not any(each in client.get(SET_UP).content.decode() for each in codes)
    assert [entry.get_change_message() for entry in LogEntry.objects.all()] == ["Set up the second step of signing in."]


@pytest.mark.parametrize("page", [PEOPLE, "/admin/", "/admin/password_change/", "/control/runbook/"])
def test_password_alone_opens_nothing(olga, clock, page):
    set_up(olga)
    client, path = sign_in(to=page)
    assert path == STEP
    assert client.get(page).status_code == 302
    assert client.post(PEOPLE + "add/", {}).status_code == 302


def test_code_opens_the_page_that_was_asked_for_and_only_once(olga, clock):
    set_up(olga)
    clock.shift(timedelta(seconds=30))
    client, _ = sign_in()
    said = {"code": f"{code(olga)[:3]} {code(olga)[3:]}"}
    assert client.post(f"{STEP}?next={PEOPLE}", said)["Location"] == PEOPLE
    assert client.get(PEOPLE).status_code == 200
    other, _ = sign_in()
    assert "was used already" in other.post(STEP, said).content.decode()
    assert other.get(PEOPLE).status_code == 302


def test_session_that_took_the_step_has_a_new_key(olga, clock):
    set_up(olga)
    clock.shift(timedelta(seconds=30))
    client, _ = sign_in()
    before = client.session.session_key
    client.post(STEP, {"code": code(olga)})
    assert client.session.session_key != before


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(olga, clock, to):
    set_up(olga)
    clock.shift(timedelta(seconds=30))
    client, _ = sign_in()
    assert client.post(f"{STEP}?next={to}", {"code": code(olga)})["Location"] == "/admin/"


def test_guessing_codes_is_slowed_down(olga, clock):
    set_up(olga)
    client, _ = sign_in()
    texts = [client.post(STEP, {"code": "000000"}).content.decode() for _ in range(2)]
    assert ["too many wrong codes" in text for text in texts] == [False, True]


def test_recovery_code_opens_once(olga, clock):
    _, codes = set_up(olga)
    client, _ = sign_in()
    assert client.post(STEP, {"code": codes[0].upper()})["Location"] == "/admin/"
    other, _ = sign_in()
    assert "was used already" in other.post(STEP, {"code": codes[0]}).content.decode()


def test_who_has_it_makes_new_recovery_codes_or_takes_it_away_with_a_code(olga, clock):
    client, codes = set_up(olga)
    clock.shift(timedelta(seconds=30))
    assert "This code is wrong" in client.post(SET_UP, {"code": code(olga, wrong=True)}).content.decode()
    clock.shift(timedelta(minutes=2))
    page = client.post(SET_UP, {"code": code(olga)}).content.decode()
    assert not set(codes) & set(re.findall(r'class="code">([a-z2-7]{8})<', page))
    clock.shift(timedelta(seconds=30))
    client.post(SET_UP, {"code": code(olga), "remove": "1"})
    assert sign_in()[1] == PEOPLE


def test_who_must_have_it_cannot_take_it_away(olga, clock, settings):
    settings.TWO_FACTOR = True
    client, _ = set_up(olga)
    clock.shift(timedelta(seconds=30))
    assert "password alone</button>" not in client.get(SET_UP).content.decode()
    client.post(SET_UP, {"code": code(olga), "remove": "1"})
    assert sign_in()[1] == STEP


def test_command_takes_it_away_for_who_lost_everything(olga, clock):
    set_up(olga)
    out = StringIO()
    call_command("second_step", reset="olga", stdout=out)
    assert out.getvalue() == "olga signs in with the password alone now, and can set up the second step anew.\n"
    assert sign_in()[1] == PEOPLE
    for name, sentence in (("olga", "olga has no second step."), ("nobody", "Nobody signs in as “nobody”.")):
        with pytest.raises(CommandError, match=sentence):
            call_command("second_step", reset=name)


def test_session_from_before_there_was_a_second_step_is_asked_for_it(olga, clock):
    set_up(olga)
    client, _ = sign_in()
    session = client.session
    del session["second_step"]
    session.save()
    assert client.get(PEOPLE).status_code == 302


def test_stranger_is_asked_to_sign_in_first(db):
    assert [Client().get(page).status_code for page in (STEP, SET_UP)] == [302, 302]
