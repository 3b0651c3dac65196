"""What is critical passes quiet hours, and says why to whoever it wakes."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from eventsync.schedule.models import Event
from eventsync.schedule.pages.words import WORDS as PLAN
from notifications import carrying
from notifications.hand.previewing import outlook
from notifications.links import link_of
from notifications.mail.sending import Mails
from notifications.models import Delivery
from notifications.pages.words import WORDS
from notifications.push.payload import payload
from notifications.sms.rules import plain, segments
from notifications.sms.sending import Texts, _text
from notifications.sms.words import text_of
from tests.cast import NOON, Games
from tests.notifications.carried import due_by, reachable
from tests.notifications.families import make_notice, make_recipient, owe
from tests.notifications.joining import MESSAGES, join
from tests.notifications.pushing import HOUR
from tests.notifications.writing import written
from tests.schedule.pages.conftest import day

__all__ = ["day"]

MINUTE = timedelta(minutes=1)
EVENING, NIGHT = NOON + timedelta(hours=7, minutes=58), NOON + 10 * HOUR
WHY = WORDS["en"]["quiet_why"]
CASES = [("critical", NIGHT, True), ("critical", NOON, False), ("big", NIGHT, False)]


def pushed(games: Games, language: str, *, at: datetime, **said: Any) -> dict[str, Any]:
    notice = make_notice(games.event, made_at=at, expires_at=at + HOUR, **said)
    family = make_recipient(games.event, language=language)
    shown: dict[str, Any] = json.loads(payload(owe(notice, family, at=at), "life"))["notification"]
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
    time_machine.move_to(EVENING, tick=False)
    mailed = due_by("email", reachable(games.event, phone=""), importance="critical")
    texted = due_by("sms", reachable(games.event, email=""), importance="critical")
    time_machine.move_to(EVENING + 5 * MINUTE, tick=False)
    for channel in (Mails(), Texts()):
        carrying.send_due(games.event.pk, channel)
    [(_, mail)] = server.taken
    assert WORDS["en"]["quiet_why"] in mail.get_content()
    [(_, _, text)] = gateway.asked
    assert text["text"].startswith("Games\nFor safety: Swim: another place\n")
    for owed in (mailed, texted):
        page = client.get(link_of(owed.pk).partition(":8000")[2] + "?lang=en").content.decode()
        assert WORDS["en"]["quiet_why"] in page


@pytest.mark.parametrize("language", PLAN)
@pytest.mark.parametrize(("importance", "at", "says"), CASES)
def test_text_message_says_why_in_each_language(games, language, importance, at, says, time_machine):
    time_machine.move_to(at, tick=False)
    texts, words = {language: {"title": "Swim", "body": "Stage."}}, WORDS[language]
    text = _text(due_by("sms", reachable(games.event, language=language), importance=importance, texts=texts))
    assert (words["quiet_why"] in text or f"{words['quiet_first']} Swim" in text) == says


@pytest.mark.parametrize("language", PLAN)
def test_text_message_says_why_by_its_first_words_or_a_sentence_that_is_no_dearer(language):
    """Whose it is is said where there is room after that. Nothing of the notice is lost."""
    words, link, ways = WORDS[language], "https://games.example/m/k/", set()
    for length in range(1, 40):
        title, body = "Stop", ("نص " if language == "ar" else "abc ") * length
        told = {language: {"title": title, "body": body}}
        text = text_of(told, event=Event(name="Games"), language=language, link=link, breaks_quiet=True)
        first = plain("\n".join((f"{words['quiet_first']} {title}", body, link)))
        sentence = plain("\n".join((title, body, words["quiet_why"], link)))
        wanted = sentence if segments(sentence) == segments(first) else first
        assert (text.removeprefix("Games\n"), segments(text)) == (wanted, segments(first))
        ways.add(wanted == sentence)
    assert ways == {True, False}


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize(("at", "why", "parts"), [(NOON, "", 1), (NIGHT, WHY, 2)])
def test_preview_shows_and_prices_what_goes_out_at_night(games, at, why, parts):
    """With its address it is 155 characters: it has no room for why it comes."""
    reachable(games.event, email="")
    room = 155 - len(f"Storm\n\n{link_of(UUID(int=0))}")
    row = written(games.event, importance="critical", texts={"en": {"title": "Storm", "body": "x" * room}})
    seen = outlook(row, now=at)
    assert [(WHY if WHY in each.sms else "", each.parts) for each in seen.shown] == [(why, parts)]
    assert seen.reach.segments == parts


@pytest.mark.parametrize(
    ("importance", "listed", "sent", "says"),
    [
        ("critical", EVENING, EVENING + 5 * MINUTE, True),
        ("critical", EVENING, EVENING, False),
        ("critical", EVENING, None, False),
        ("critical", NIGHT, None, True),
        ("big", EVENING, EVENING + 5 * MINUTE, False),
    ],
)
def test_list_says_why_of_what_went_out_in_quiet_hours_on_any_way_to_them(day, client, importance, listed, sent, says):
    Event.objects.update(tz="UTC")
    family, others = join(client), join(Client())
    notice = make_notice(day.event, importance=importance, made_at=EVENING)
    for whom, channel, at in ((family, "in_app", listed), (family, "sms", sent), (others, "sms", NIGHT)):
        made = {"channel": channel, "state": "accepted" if at else "failed_temp", "accepted_at": at}
        Delivery.objects.create(notice=notice, recipient=whom, due_at=NIGHT, changed_at=NIGHT, **made)
    page = client.get(f"{MESSAGES}?lang=en").content.decode()
    assert (WHY in page, notice.texts["en"]["title"] in page) == (says, True)
