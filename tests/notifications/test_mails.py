"""E-mails as a mail server gets them, and what its answers, or their lack, make of a delivery."""

from datetime import timedelta

import pytest
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.models import Alert, Job
from notifications import carrying, owing
from notifications.links import link_of, stop_link_of
from notifications.mail.sending import Mails
from notifications.models import Delivery
from tests.log_lines import collected
from tests.notifications.carried import ADDRESS, due_by, reachable, used
from tests.notifications.mail_server import LOST, SILENT, post_office
from tests.notifications.pushing import became
from tests.ports import free_port


@pytest.fixture
def family(games):
    return reachable(games.event)


def send(family) -> int:
    return carrying.send_due(family.event_id, Mails())


def again(family) -> int:
    Delivery.objects.update(due_at=timezone.now())
    return send(family)


def test_mail_server_gets_the_whole_notice(server, family):
    owed = due_by("email", family)
    assert send(family) == 1
    [(to, mail)] = server.taken
    assert (to, mail["To"], mail["From"]) == (ADDRESS, ADDRESS, "news@games.example")
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("Games: Swim: another place", "auto-generated")
    assert mail["Message-ID"] == f"<{owed.pk}@127.0.0.1>"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == [
        "Saturday 4 July, 1 pm. Stage. Please go to the new place.",
        "",
        f"Read and answer: {link_of(owed.pk)}",
        f"Stop e-mails: {stop_link_of(owed.pk)}",
    ]
    assert mail["List-Unsubscribe"] == f"<{stop_link_of(owed.pk)}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    row = became(owed)
    assert (row.state, row.units, row.error, used(family.event, "email")) == ("accepted", 1, "", 1)


def test_it_is_said_in_their_language(server, games):
    arabic = {"ar": {"title": "السباحة: مكان آخر", "body": "المسرح."}}
    due_by("email", reachable(games.event, language="ar"), texts=arabic)
    carrying.send_due(games.event.pk, Mails())
    [(_, mail)] = server.taken
    assert (mail["Subject"], mail["Content-Language"]) == ("Games: السباحة: مكان آخر", "ar")
    assert mail.get_content().startswith("المسرح.")


def test_many_go_out_by_one_connection(server, games):
    for number in range(7):
        due_by("email", reachable(games.event, email=f"ann{number}@home.example"))
    assert carrying.send_due(games.event.pk, Mails()) == 7
    assert (len(server.taken), server.connections) == (7, 1)


def test_address_that_is_refused_keeps_nobody_else_from_theirs(server, games):
    gone, full, well = (reachable(games.event, email=f"{name}@home.example") for name in ("gone", "full", "well"))
    server.refuses = {gone.email: 550, full.email: 452}
    owed = [due_by("email", each) for each in (gone, full, well)]
    carrying.send_due(games.event.pk, Mails())
    assert [(became(each).state, became(each).error) for each in owed] == [
        ("failed_perm", "The mail server answered 550."),
        ("failed_temp", "The mail server answered 452."),
        ("accepted", ""),
    ]
    assert used(games.event, "email") == 1


def test_address_that_cannot_be_written_keeps_nobody_else_from_theirs(server, games):
    wrong, well = reachable(games.event, email="ann\nBcc: all@home.example"), reachable(games.event)
    owed = [due_by("email", each) for each in (wrong, well)]
    carrying.send_due(games.event.pk, Mails())
    assert [became(each).state for each in owed] == ["failed_perm", "accepted"]
    assert [to for to, _ in server.taken] == [ADDRESS]


@pytest.mark.parametrize(("code", "state"), [(554, "failed_perm"), (451, "failed_temp")])
def test_what_the_server_says_of_the_whole_counts(server, family, code, state):
    server.says = [code, 250]
    owed = due_by("email", family)
    send(family)
    assert (became(owed).state, became(owed).status) == (state, code)
    again(family)
    assert len(server.taken) == (state == "failed_temp")


def test_lost_answer_is_sent_again_as_the_same_e_mail(server, family):
    server.says = [LOST, 250]
    owed = due_by("email", family)
    send(family)
    assert became(owed).state == "failed_temp"
    again(family)
    assert became(owed).state == "accepted"
    assert {mail["Message-ID"] for _, mail in server.taken} == {f"<{owed.pk}@127.0.0.1>"}


def test_slow_server_is_not_waited_for(server, family, settings):
    server.says, settings.EMAIL_TIMEOUT = [SILENT], 0.3
    owed = due_by("email", family)
    send(family)
    assert (became(owed).state, became(owed).error) == (
        "failed_temp",
        "It could not be reached (SMTPServerDisconnected).",
    )


def test_server_that_takes_nothing_from_us_is_an_alert(server, family):
    server.greets = 554
    owed = due_by("email", family)
    send(family)
    assert became(owed).state == "failed_temp"
    assert [(each.kind, each.message) for each in Alert.objects.all()] == [
        ("mail_refused", "127.0.0.1 takes no e-mail from us (554).")
    ]


@pytest.mark.usefixtures("mails")
def test_server_that_is_down_for_ten_minutes_loses_nothing(family, settings, time_machine):
    """JQ21: each try is counted, and the worker comes back by itself until it is up."""
    settings.EMAIL_PORT = free_port()
    owed = due_by("email", family, expires_at=timezone.now() + timedelta(hours=1))
    owing.owe_delivering(family.event_id, timezone.now(), on="email")
    began = timezone.now()
    time_machine.move_to(began)
    while timezone.now() < began + timedelta(minutes=10):
        queue.run()
        assert became(owed).state == "failed_temp"
        time_machine.move_to(Job.objects.get(task=owing.MAIL, state="available").due_at)
    with post_office() as server:
        settings.EMAIL_PORT = server.port
        queue.run()
        assert [to for to, _ in server.taken] == [ADDRESS]
    assert (became(owed).state, became(owed).attempts >= 4) == ("accepted", True)


def test_nobodys_address_is_in_the_log_or_kept(server, family):
    server.refuses, server.says = {ADDRESS: 550}, [250]
    with collected() as lines:
        due_by("email", family)
        send(family)
        assert [each["became"] for each in lines.all("notice.carried")] == ["failed_perm"]
    kept = [*Delivery.objects.values_list(), *Alert.objects.values_list(), lines.text]
    assert [each for each in kept if ADDRESS in str(each)] == []
