"""A notice is made once, and other systems hear of it: screens, loudspeakers, whatever takes webhooks."""

import json
from datetime import timedelta

import pytest
from django.db import transaction

from eventsync.jobs.models import DomainEvent, Job
from notifications import making
from notifications.hand import sending
from notifications.models import Notice
from tests.cast import NOON
from tests.notifications.families import TEXTS, make_recipient
from tests.notifications.writing import LENA, SAID, written

HOUR = timedelta(hours=1)


def make(event, key="1", **said) -> Notice:
    new = {"kind": "hand", "importance": "big", "texts": TEXTS, "expires_at": NOON + HOUR}
    return making.make(event, key, new | said, now=NOON)


def facts() -> list[dict[str, object]]:
    return [json.loads(each.body) for each in DomainEvent.objects.filter(name="notice_made").order_by("occurred_at")]


def test_other_systems_hear_the_words_once(games):
    notice = make(games.event)
    assert make(games.event) == notice
    assert facts() == [
        {
            "event": str(games.event.pk),
            "venue": None,
            "notice": str(notice.pk),
            "importance": "big",
            "language": "en",
            **TEXTS["en"],
            "expires_at": (NOON + HOUR).isoformat(),
        }
    ]


def test_words_are_the_events_own_where_it_has_several(games):
    games.event.language = "fi"
    finnish = {"title": "Uinti", "body": "Halli."}
    make(games.event, texts=TEXTS | {"fi": finnish})
    assert [(each["language"], each["title"]) for each in facts()] == [("fi", "Uinti")]


def test_nobody_hears_of_a_notice_that_was_not_kept(games):
    with transaction.atomic():
        make(games.event)
        transaction.set_rollback(True)
    assert (Notice.objects.count(), facts()) == (0, [])


def test_what_was_written_by_hand_is_told_once_however_often_a_worker_comes(games):
    make_recipient(games.event)
    row = written(games.event)
    sending.send(row.pk, version=row.version, by=LENA, now=NOON)
    for _ in range(2):
        sending.go(row.pk, now=NOON + timedelta(minutes=1))
    assert [(each["title"], each["venue"]) for each in facts()] == [(SAID["en"]["title"], None)]


def test_it_owes_no_job_by_itself(games):
    make(games.event)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("newer", "older", "anew"),
    [
        ((0, 2, ["swim", "run"]), (0, 1, ["swim"]), True),
        ((0, 2, ["swim"]), (0, 1, ["swim"]), True),
        ((1, 2, ["swim"]), (0, 1, ["swim"]), False),  # of what changed first nobody would hear
        ((0, 2, ["swim"]), (0, 1, ["swim", "run"]), False),  # of the run nobody would hear
        ((0, 1, ["swim"]), (0, 2, ["swim"]), False),
        ((0, 2, ["swim"]), (0, 2, ["swim"]), False),
        ((0, 2, ["swim"]), (0, 1, []), False),
    ],
)
def test_a_newer_notice_says_an_older_one_anew_if_it_tells_all_of_the_same(newer, older, anew):
    made = [Notice(kind="plan", since=since, until=until, activities=about) for since, until, about in (newer, older)]
    assert made[0].says_anew(made[1]) is anew


def test_what_somebody_wrote_is_never_said_anew():
    assert not Notice(kind="plan", until=2, activities=["swim"]).says_anew(Notice(kind="hand", activities=["swim"]))
