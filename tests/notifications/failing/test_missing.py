"""What nobody took before it was of no use any more ends where somebody sees it, and stays there until they have."""

from datetime import timedelta

import pytest
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.models import Alert, Job
from notifications import deliveries, owing
from notifications.failing import keeping
from notifications.failing.rules import Failure
from notifications.failing.words import HELPS
from notifications.models import Channel
from notifications.push.rules import TRIES
from notifications.rules import State
from tests.notifications.carried import due_by
from tests.notifications.failing.letters import DISCARDED, PAGE, act, listed, opened, read
from tests.notifications.families import make_notice, make_recipient, owe
from tests.notifications.mail_server import post_office
from tests.notifications.pushing import HOUR, became
from tests.ports import free_port

MINUTE = timedelta(minutes=1)


def work_until(at, time_machine) -> None:
    """The worker comes back whenever a job says."""
    while timezone.now() < at:
        queue.run()
        following = Job.objects.filter(task=owing.MAIL, state="available").order_by("due_at").first()
        time_machine.move_to(max(following.due_at, timezone.now() + timedelta(seconds=1)) if following else at)
    queue.run()


@pytest.mark.usefixtures("mails")
def test_mail_server_that_is_away_until_it_is_over_leaves_a_letter(family, lead, settings, time_machine):
    settings.EMAIL_PORT = free_port()
    began = timezone.now()
    time_machine.move_to(began)
    owed = due_by("email", family, expires_at=began + HOUR)
    owing.owe_delivering(family.event_id, began, on="email")
    work_until(began + HOUR + 15 * MINUTE, time_machine)
    row = became(owed)
    assert (row.state, row.units, row.attempts >= TRIES) == ("failed_perm", 0, True)
    assert ("notice_failed", "email", 1) in opened()
    keeping.end_what_is_over(timezone.now())
    assert listed(lead) == [str(owed.pk)]
    told = HELPS[Channel.EMAIL, Failure.MISSED]
    page = read(lead, f"{PAGE}notice/{owed.pk}/")
    assert [each in page for each in (told.what, told.step, "Try 1: It could not be reached")] == [True] * 3
    assert act(lead, owed, discard="", reason="Told by their leader.") == DISCARDED
    assert "notice_failed" not in {kind for kind, _, _ in opened()}


@pytest.mark.usefixtures("mails")
def test_mail_server_that_stays_away_is_an_alert_until_it_takes_one(family, settings, time_machine):
    settings.EMAIL_PORT = free_port()
    began = timezone.now()
    time_machine.move_to(began)
    owed = due_by("email", family, expires_at=began + 3 * HOUR)
    owing.owe_delivering(family.event_id, began, on="email")
    work_until(began + MINUTE, time_machine)
    assert opened() == []
    work_until(began + HOUR, time_machine)
    [away] = Alert.objects.all()
    assert (away.kind, away.subject, away.cleared_at) == ("mail_away", "127.0.0.1", None)
    with post_office() as server:
        settings.EMAIL_PORT = server.port
        work_until(began + 2 * HOUR, time_machine)
        assert len(server.taken) == 1
    assert (became(owed).state, opened()) == ("accepted", [])


def test_replay_of_what_was_missed_is_too_late_and_ends_it(family, lead):
    owed = due_by("email", family, expires_at=timezone.now())
    owed.__class__.objects.update(state=State.FAILED_TEMP)
    deliveries.expire(family.event_id, now=timezone.now())
    assert act(lead, owed, replay="") == "Nothing was done: it is too late. It is of no use any more."
    assert (became(owed).closed_why, opened()) == ("It is of no use any more.", [])


@pytest.mark.parametrize(
    ("state", "waited", "becomes"),
    [
        (State.FAILED_TEMP, MINUTE, "failed_perm"),
        (State.QUEUED, 6 * MINUTE, "failed_perm"),  # no worker came to it
        (State.QUEUED, 4 * MINUTE, "expired"),  # it was news for a moment only
        (State.HELD, 6 * MINUTE, "expired"),  # as they wish
    ],
)
def test_only_what_was_to_go_out_before_has_failed(games, lead, state, waited, becomes):
    family, now = make_recipient(games.event), timezone.now()
    owed = owe(make_notice(games.event, expires_at=now), family, state=state, at=now - waited)
    deliveries.expire(games.event.pk, now=now)
    assert (became(owed).state, listed(lead)) == (becomes, [str(owed.pk)] if becomes == "failed_perm" else [])


@pytest.mark.parametrize(
    ("elsewhere", "becomes"),
    [("displayed", "expired"), ("opened", "expired"), ("acknowledged", "expired"), ("accepted", "failed_perm")],
)
def test_what_they_saw_on_another_phone_was_not_missed(games, lead, elsewhere, becomes):
    family, now = make_recipient(games.event, browsers=2), timezone.now()
    notice = make_notice(games.event, expires_at=now)
    other = family.subscriptions.values_list("digest", flat=True)[1]
    owe(notice, family, state=elsewhere, endpoint=other)
    owe(notice, make_recipient(games.event), state="displayed")  # by somebody else
    owed = owe(notice, family, state=State.FAILED_TEMP, at=now - MINUTE)
    deliveries.expire(games.event.pk, now=now)
    assert (became(owed).state, listed(lead)) == (becomes, [str(owed.pk)] if becomes == "failed_perm" else [])
