"""Staff who are not at the desk are written to when an alert comes: once, of theirs alone, and not too often."""

import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.control import mailing
from eventsync.control.models import AlertMails
from eventsync.jobs import queue
from eventsync.jobs.alerts import alert, clear, silence
from eventsync.jobs.models import Alert
from eventsync.jobs.rules import WHOLE_SERVER, Partition
from eventsync.messaging import Mail
from eventsync.schedule.models import Event
from tests.cast import NOON
from tests.desk import alice, staff, text_of

HEALTH, MAILS = "/control/health/", "/control/health/e-mails/"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def sending(settings):
    settings.MAIL = Mail(sender="desk@games.example")


def lead(games, name="lea", rank=Rank.LEAD) -> Client:
    client = staff(name, rank, games.event)
    User.objects.filter(username=name).update(email=f"{name}@games.example")
    return client


def wanted(games) -> AlertMails:
    lead(games)
    mailing.begin(User.objects.get(username="lea"), now=NOON - MINUTE)
    return AlertMails.objects.get()


def comes(kind="backlog", of=WHOLE_SERVER, minutes=0.0, subject="it") -> Alert:
    alert(kind=kind, subject=subject, message="Guest 1 waits.", now=NOON + minutes * MINUTE, of=of)
    return Alert.objects.latest("pk")


def go(minutes=0.0):
    """What workers do at this time."""
    with time_machine.travel(NOON + minutes * MINUTE + timedelta(seconds=10), tick=False):
        mailing.owe(now=NOON + minutes * MINUTE + timedelta(seconds=10))
        queue.run()


def test_new_alerts_are_written_once_and_together(games, mailoutbox):
    wanted(games)
    ours = Partition(games.event.pk)
    comes("dead_letter", ours)
    go()
    go(6)
    [first] = mailoutbox
    assert (first.to, first.subject) == (["lea@games.example"], "EventSync: 1 alert")
    assert first.body.startswith("Dead letter, Games\nWhat to do: http://127.0.0.1:8000/control/runbook/#dead_letter\n")
    assert "Guest" not in first.body
    comes("dead_letter", ours)  # again, and counted up
    comes("quarantined", ours, 7)
    comes("quarantined", ours, 7, subject="other")
    go(7)
    assert [each.subject for each in mailoutbox[1:]] == ["EventSync: 2 alerts"]
    assert "Quarantined, Games (2 times)\n" in mailoutbox[1].body


def test_what_comes_within_five_minutes_waits_for_the_next(games, mailoutbox):
    wanted(games)
    ours = Partition(games.event.pk)
    comes("dead_letter", ours)
    go()
    comes("quarantined", ours, 1)
    go(2)
    assert len(mailoutbox) == 1
    go(6)
    assert len(mailoutbox) == 2


def test_what_is_open_when_they_ask_is_no_news_and_what_was_so_long_ago_is(games, mailoutbox):
    comes("dead_letter", Partition(games.event.pk), -2)
    wanted(games)
    comes("quarantined", Partition(games.event.pk), -60)  # a worker came to it only now
    go()
    assert [each.body.partition(",")[0] for each in mailoutbox] == ["Quarantined"]


def test_of_others_or_what_needs_nobody_nothing_is_written(games, mailoutbox):
    wanted(games)
    camp = Event.objects.create(slug="camp", name="Camp", first_day=NOON.date(), last_day=NOON.date())
    comes()  # the server's
    comes(of=Partition(camp.pk))
    clear(alert_id=comes("help_asked", Partition(games.event.pk)).pk, by="", now=NOON)
    silence(alert_id=comes("sms_refused", Partition(games.event.pk)).pk, by="lea", now=NOON, span=60 * MINUTE)
    go()
    assert mailoutbox == []


def test_who_runs_the_server_is_written_of_it(games, mailoutbox):
    alice()
    User.objects.filter(username="alice").update(email="alice@games.example")
    mailing.begin(User.objects.get(username="alice"), now=NOON - MINUTE)
    comes()
    go()
    assert mailoutbox[0].body.startswith("Backlog, the server\n")


def test_who_is_of_the_staff_no_more_or_has_no_address_is_written_nothing(games, mailoutbox):
    wanted(games)
    comes(of=Partition(games.event.pk))
    for gone in ({"is_active": False}, {"is_staff": False}, {"email": ""}):
        User.objects.filter(username="lea").update(is_active=True, is_staff=True, email="lea@games.example")
        User.objects.filter(username="lea").update(**gone)
        go()
    assert mailoutbox == []


def test_what_came_while_nothing_could_be_sent_is_sent_later(games, settings, mailoutbox):
    wanted(games)
    comes(of=Partition(games.event.pk))
    on, settings.MAIL = settings.MAIL, Mail()
    go()
    settings.MAIL = on
    go(1)
    assert len(mailoutbox) == 1


def test_two_workers_at_once_send_it_once(games, mailoutbox, monkeypatch):
    row = wanted(games)
    comes(of=Partition(games.event.pk))
    first = AlertMails.objects.get()
    assert mailing._claim(first, NOON)
    assert not mailing._claim(row, NOON)


def test_one_whose_address_is_refused_bothers_others_once(games, mailoutbox, monkeypatch):
    wanted(games)
    alice()
    User.objects.filter(username="alice").update(email="alice@games.example")
    mailing.begin(User.objects.get(username="alice"), now=NOON)
    comes(of=Partition(games.event.pk))
    real = EmailMessage.send
    monkeypatch.setattr(EmailMessage, "send", lambda it: refuse() if "lea@games.example" in it.to else real(it))
    for minutes in range(0, 30, 3):
        go(minutes)
    assert sum(each.body.count("What to do") for each in mailoutbox) == 2  # what came, and that of lea
    unsent = Alert.objects.get(kind="alert_mail_unsent")
    assert unsent.message.startswith("Alerts could not be sent to lea by e-mail")
    mailing.end(User.objects.get(username="lea"), now=NOON)
    assert not Alert.objects.filter(kind="alert_mail_unsent", cleared_at=None).exists()


def test_mail_server_that_is_away_is_an_alert_and_tried_again(games, mailoutbox, monkeypatch):
    wanted(games)
    comes(of=Partition(games.event.pk))
    with monkeypatch.context() as away:
        away.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        go()
        go(1)
    assert Alert.objects.get(kind="alert_mail_unsent").count == 1
    go(2)
    assert mailoutbox == []
    go(6)
    assert len(mailoutbox) == 1
    assert not Alert.objects.filter(kind="alert_mail_unsent", cleared_at=None).exists()


def refuse(*args):
    raise smtplib.SMTPServerDisconnected("away")


def test_lead_asks_for_it_and_stops_it_on_the_health_page(games):
    client = lead(games)
    assert "You can be written to at lea@games.example" in text_of(client.get(HEALTH))
    for _ in range(2):
        answer = client.post(MAILS, {"begin": ""}, follow=True)
        assert "You are written to at lea@games.example" in text_of(answer)
    assert AlertMails.objects.count() == 1
    assert "You are not written to any more." in text_of(client.post(MAILS, {"end": ""}, follow=True))
    assert not AlertMails.objects.exists()


def test_page_says_why_nobody_can_be_written_to(games, settings):
    client = staff("lea", Rank.LEAD, games.event)
    assert "your account has no address." in text_of(client.get(HEALTH))
    assert "You cannot be written to." in text_of(client.post(MAILS, {"begin": ""}, follow=True))
    settings.MAIL = Mail()
    assert "this server sends none." in text_of(lead(games, "lena").get(HEALTH))
    assert not AlertMails.objects.exists()


def test_who_may_read_no_alerts_is_written_nothing(games):
    viewer = lead(games, "vera", Rank.VIEWER)
    assert "When you are not here" not in text_of(viewer.get(HEALTH))
    assert viewer.post(MAILS, {"begin": ""}).status_code == 403
    assert viewer.get(MAILS).status_code == 405
    assert Client().post(MAILS).status_code == 302
