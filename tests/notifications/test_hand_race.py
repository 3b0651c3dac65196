"""At the same moment: two who send, a worker and somebody who takes it back, two who guess a code."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from eventsync.jobs.approvals.deciding import Answer
from eventsync.jobs.models import Job
from notifications.confirming import codes, rules
from notifications.hand import sending
from notifications.hand.rules import Stage
from notifications.models import Channel, Confirmation, Delivery, HandNotice, Notice
from tests.cast import NOON, Games, make_games
from tests.notifications.carried import NUMBER
from tests.notifications.families import make_recipient
from tests.notifications.writing import LENA, MARA, now_of, written
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

DUE = NOON + timedelta(minutes=1)


@pytest.fixture
def games(transactional_db: None) -> Games:
    return make_games(people=1)


def sent(row: HandNotice) -> HandNotice:
    sending.send(row.pk, version=row.version, by=LENA, now=NOON)
    return row


def test_two_who_send_it_at_once_send_it_once(games):
    row = written(games.event)
    answers = together([partial(sending.send, row.pk, version=row.version, by=by, now=NOON) for by in (LENA, MARA)])
    assert sorted(each.done for each in answers) == [False, True]
    assert Job.objects.filter(task=sending.SEND).count() == 1


def test_it_goes_out_once_or_is_taken_back_but_never_both(games):
    family = make_recipient(games.event)
    for _ in range(5):
        row = sent(written(games.event))
        go = partial(sending.go, row.pk, now=DUE)
        tasks: list[Callable[[], Answer | None]] = [partial(sending.undo, row.pk), go, go]
        taken_back = together(tasks)[0]
        assert taken_back is not None
        told = Delivery.objects.filter(notice__by_hand=row, recipient=family, channel=Channel.IN_APP).count()
        stage = Stage.WRITTEN if taken_back.done else Stage.SENT
        assert (now_of(row).stage, told) == (stage, 0 if taken_back.done else 1)
    assert Notice.objects.count() == HandNotice.objects.filter(stage=Stage.SENT).count()


def test_of_many_guesses_at_once_five_are_looked_at(games):
    family = make_recipient(games.event, browsers=0)
    assert codes.ask(family, Channel.SMS, NUMBER, now=NOON) is None
    row = Confirmation.objects.get()
    wrong = f"{(int(codes.code_of(row)) + 1) % 10**6:06}"
    said = together([partial(codes.confirm, family, Channel.SMS, wrong, now=NOON) for _ in range(8)])
    assert sorted(map(str, said)) == ["code_over"] * 3 + ["code_wrong"] * rules.TRIES


def test_number_that_two_phones_confirm_at_once_is_with_one_of_them(games):
    families = [make_recipient(games.event, browsers=0) for _ in range(2)]
    tasks = []
    for each in families:
        assert codes.ask(each, Channel.SMS, NUMBER, now=NOON) is None
        tasks.append(partial(codes.confirm, each, Channel.SMS, codes.code_of(each.confirmations.get()), now=NOON))
    assert together(tasks) == [None, None]
    for each in families:
        each.refresh_from_db()
    assert sorted(each.phone for each in families) == ["", NUMBER]
