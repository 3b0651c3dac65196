"""What is critical passes quiet hours, and says why to whoever it wakes."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from eventsync.schedule.pages.words import WORDS as PLAN
from notifications import carrying
from notifications.links import link_of
from notifications.mail.sending import Mails
from notifications.pages.words import WORDS
from notifications.push.payload import payload
from notifications.sms.sending import Texts
from tests.cast import NOON, Games
from tests.notifications.carried import due_by, reachable
from tests.notifications.families import make_notice, make_recipient, owe
from tests.notifications.pushing import HOUR

NIGHT = NOON + 10 * HOUR
CASES = [("critical", NIGHT, True), ("critical", NOON, False), ("big", NIGHT, False)]


def pushed(games: Games, language: str, *, at: datetime, **said: Any) -> dict[str, Any]:
    notice = make_notice(games.event, made_at=at, expires_at=at + HOUR, **said)
    family = make_recipient(games.event, language=language)
    shown: dict[str, Any] = json.loads(payload(owe(notice, family, at=at)))["notification"]
    return shown


@pytest.mark.parametrize("language", PLAN)
@pytest.mark.parametrize(("importance", "at", "says"), CASES)
def test_notification_says_why_in_each_language(games, language, importance, at, says):
    shown = pushed(games, language, importance=importance, at=at)
    lines = shown["body"].splitlines()
    assert lines[1:] == ([WORDS[language]["quiet_why"]] if says else [])


def test_quiet_is_by_the_clock_of_the_event(games):
    games.event.tz = "Pacific/Auckland"  # midnight there
    games.event.save()
    assert WORDS["en"]["quiet_why"] in pushed(games, "en", importance="critical", at=NOON)["body"]


@pytest.mark.parametrize(("importance", "at", "says"), CASES)
def test_e_mail_and_its_page_say_why(server, games, client, time_machine, importance, at, says):
    time_machine.move_to(at)
    owed = due_by("email", reachable(games.event), importance=importance)
    carrying.send_due(games.event.pk, Mails())
    [(_, mail)] = server.taken
    page = client.get(link_of(owed.pk).partition(":8000")[2] + "?lang=en").content.decode()
    why = WORDS["en"]["quiet_why"]
    assert (why in mail.get_content(), why in page) == (says, says)


def test_what_was_made_before_quiet_hours_and_goes_out_in_them_says_why(server, gateway, games, client, time_machine):
    evening = NOON + timedelta(hours=7, minutes=58)
    time_machine.move_to(evening, tick=False)
    mailed = due_by("email", reachable(games.event, phone=""), importance="critical")
    texted = due_by("sms", reachable(games.event, email=""), importance="critical")
    time_machine.move_to(evening + timedelta(minutes=5), tick=False)
    for channel in (Mails(), Texts()):
        carrying.send_due(games.event.pk, channel)
    [(_, mail)] = server.taken
    assert WORDS["en"]["quiet_why"] in mail.get_content()
    [(_, _, text)] = gateway.asked
    assert WORDS["en"]["quiet_why"] not in text["text"]
    for owed in (mailed, texted):
        page = client.get(link_of(owed.pk).partition(":8000")[2] + "?lang=en").content.decode()
        assert WORDS["en"]["quiet_why"] in page
