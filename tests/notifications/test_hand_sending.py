"""Notices by hand: kept, held for a minute, undone, sent once, and after another person agreed where that is so."""

from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from eventsync.jobs import queue, retention
from eventsync.jobs.approvals import deciding
from eventsync.jobs.models import Approval, Job
from eventsync.schedule.models import Activity, Event
from notifications.hand import audience, sending
from notifications.hand.rules import Stage, To, end_of_day, needs_two
from notifications.hand.writing import GOES, OVERTAKEN, write
from notifications.models import Channel, Delivery, HandNotice, Notice, Template
from notifications.plan import holding, telling
from notifications.push.payload import tag_of
from notifications.rules import Importance
from tests.cast import NOON
from tests.notifications.families import make_notice, make_recipient, owe
from tests.notifications.writing import LENA, MARA, OWEN, SAID, now_of, words, written
from tests.schedule.plan.plans import make_day, release

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def send(row: HandNotice, *, at=NOON, by=LENA) -> deciding.Answer:
    return sending.send(row.pk, version=now_of(row).version, by=by, now=at)


def go(row: HandNotice, *, at=NOON + MINUTE) -> None:
    sending.go(row.pk, now=at)


def pushed() -> list[tuple[str, str]]:
    rows = Delivery.objects.filter(channel=Channel.PUSH).order_by("notice__made_at", "recipient__since")
    return [(each.state, each.why) for each in rows]


def test_it_goes_out_by_itself_after_a_minute(games, time_machine):
    family = make_recipient(games.event)
    row = written(games.event)
    time_machine.move_to(NOON, tick=False)
    answer = send(row)
    assert (answer.done, answer.told) == (True, "It goes out in a minute. Until then you can take it back.")
    queue.run()
    assert (now_of(row).stage, Notice.objects.count()) == (Stage.HELD, 0)
    time_machine.move_to(NOON + MINUTE, tick=False)
    assert queue.run_one()
    notice = Notice.objects.get()
    assert (notice.by_hand, notice.texts, notice.kind) == (row, SAID, "hand")
    assert (notice.since, notice.until, notice.expires_at) == (0, 0, row.expires_at)
    channels = Delivery.objects.filter(recipient=family).order_by("channel").values_list("channel", "state")
    assert list(channels) == [("in_app", "accepted"), ("push", "queued")]
    assert Job.objects.filter(task="notifications.deliver").count() == 1


def test_within_the_minute_it_can_be_taken_back_changed_and_sent_again(games):
    make_recipient(games.event)
    row = written(games.event)
    send(row)
    assert sending.undo(row.pk).told == "It is taken back. Nobody heard of it."
    go(row)
    assert (now_of(row).stage, now_of(row).due_at, Notice.objects.count()) == (Stage.WRITTEN, None, 0)
    assert sending.undo(row.pk).done is False
    send(row, at=NOON + MINUTE)
    go(row)  # the job of the first time
    assert Notice.objects.count() == 0
    go(row, at=NOON + 2 * MINUTE)
    assert Notice.objects.count() == 1
    assert sending.undo(row.pk).told == "It has gone out already."


def test_what_is_sent_twice_goes_out_once(games):
    make_recipient(games.event)
    row = written(games.event)
    assert [send(row).done for _ in range(2)] == [True, False]
    for _ in range(2):
        go(row)
    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 2)
    assert send(row).told == sending.ALREADY[Stage.SENT]


def test_a_job_that_died_in_between_goes_on_with_those_who_lack_it(games, monkeypatch):
    monkeypatch.setattr("notifications.deliveries.AT_ONCE", 1)
    for _ in range(2):
        make_recipient(games.event)
    row = written(games.event)
    send(row)
    parts = telling.plan
    monkeypatch.setattr(telling, "plan", lambda *args, **said: (parts(*args, **said), 1 / 0))
    with pytest.raises(ZeroDivisionError):
        go(row)
    assert Delivery.objects.count() == 2
    monkeypatch.undo()
    go(row, at=NOON + 2 * MINUTE)
    assert Delivery.objects.count() == 4


@pytest.mark.parametrize(
    ("importance", "people", "two"),
    [
        (Importance.NORMAL, 200, False),
        (Importance.BIG, 201, True),
        (Importance.CRITICAL, 0, True),
    ],
)
def test_another_person_is_needed_for_many_and_for_what_is_critical(importance, people, two):
    assert needs_two(importance, people=people, most=200) is two


def test_what_many_hear_waits_for_another_person_and_then_for_a_minute(games, settings):
    settings.NOTICE_ALONE = 1
    for _ in range(2):
        make_recipient(games.event)
    row = written(games.event)
    assert send(row).told == "It waits until another person agrees."
    approval = Approval.objects.get()
    assert approval.sentence == (
        "Tell everybody: “Meet at the gate. Saturday 4 July, 3 pm. Gate 2. Please bring your water.” (Games)"
    )
    assert deciding.grant(approval.pk, by=LENA, now=NOON).told == deciding.OWN
    go(row)
    assert Notice.objects.count() == 0
    assert deciding.grant(approval.pk, by=MARA, now=NOON).done
    assert (now_of(row).stage, now_of(row).due_at) == (Stage.HELD, NOON + MINUTE)
    go(row)
    assert Notice.objects.count() == 1


def test_what_is_changed_is_not_what_somebody_agreed_to(games):
    row = written(games.event, importance=Importance.CRITICAL)
    send(row)
    first = Approval.objects.get()
    other = words(importance=Importance.CRITICAL, texts={"en": {"title": "Other", "body": "Come."}})
    assert write(row.pk, games.event, other, version=1, by=LENA, now=NOON) == row
    assert now_of(row).stage == Stage.WRITTEN
    assert deciding.grant(first.pk, by=MARA, now=NOON).done is False
    assert send(row).done
    assert [each.state for each in Approval.objects.all()] == ["requested", "invalidated"]


def test_a_row_changed_behind_its_back_waits_anew(games):
    row = written(games.event, importance=Importance.CRITICAL)
    send(row)
    HandNotice.objects.update(texts={"en": {"title": "Other", "body": "Come."}})
    assert deciding.grant(Approval.objects.get().pk, by=MARA, now=NOON).told == deciding.CHANGED


def test_whoever_says_no_gives_it_back_to_whoever_wrote_it(games):
    row = written(games.event, importance=Importance.CRITICAL)
    send(row)
    assert deciding.reject(Approval.objects.get().pk, by=MARA, reason="Not now.", now=NOON).done
    assert now_of(row).stage == Stage.WRITTEN


def test_taken_back_while_it_waits_nobody_has_to_decide(games):
    row = written(games.event, importance=Importance.CRITICAL)
    send(row)
    assert sending.undo(row.pk).done
    assert Approval.objects.get().state == "invalidated"


def test_who_breaks_the_glass_waits_for_nothing(games):
    make_recipient(games.event)
    row = written(games.event, importance=Importance.CRITICAL)
    send(row)
    assert deciding.force(Approval.objects.get().pk, by=OWEN, reason="A storm.", now=NOON).done
    go(row, at=NOON)
    assert pushed() == [("queued", "critical")]


def test_what_would_be_over_before_anybody_hears_of_it_is_not_sent(games):
    row = written(games.event, expires_at=NOON + MINUTE)
    assert (send(row).done, send(row).told) == (False, sending.OVER)


def test_only_the_version_that_somebody_looked_at_goes_out(games):
    row = written(games.event)
    assert write(row.pk, games.event, words(), version=1, by=MARA, now=NOON) == row
    assert sending.send(row.pk, version=1, by=LENA, now=NOON).told == sending.CHANGED
    assert write(row.pk, games.event, words(), version=1, by=MARA, now=NOON) == OVERTAKEN
    send(row)
    assert write(row.pk, games.event, words(), version=2, by=MARA, now=NOON) == GOES


def test_the_same_page_saved_twice_is_one_row(games):
    key = uuid4()
    assert written(games.event, key=key) == written(games.event, key=key)
    assert HandNotice.objects.get().version == 1


@pytest.mark.parametrize(
    ("to", "hear"),
    [
        ({"to": To.EVERYBODY}, ["all", "Finland", "Norway", "Peru"]),
        ({"to": To.GROUPS, "groups": ["Norway", "Peru"]}, ["all", "Norway", "Peru"]),
        ({"to": To.VENUE, "venue": "pool"}, ["all", "Finland", "Norway"]),
        ({"to": To.VENUE, "venue": "hall"}, ["all", "Finland", "Norway", "Peru"]),  # the party is for everybody
    ],
)
def test_those_hear_of_it_who_are_to(games, to, hear):
    release(make_day(games).event)
    for group in ("Finland", "Norway", "Peru", ""):
        make_recipient(games.event, groups=[group] if group else None, browsers=0)
    if "venue" in to:
        to = to | {"venue": getattr(games, to["venue"])}
    row = written(games.event, **to)
    assert sorted(each.groups[0] if each.groups else "all" for each in audience.hearers(row)) == sorted(hear)


def test_groups_are_those_of_the_schedule_and_of_whoever_hears(games):
    make_day(games)
    make_recipient(games.event, groups=["Peru"])
    assert audience.groups_of(games.event) == ["Finland", "Norway", "Peru"]


def test_at_night_it_waits_and_each_is_said_by_itself_beside_the_plan(games):
    day, night, morning = make_day(games), NOON + 10 * HOUR, NOON + 19 * HOUR
    release(day.event)
    family = make_recipient(games.event)
    for importance in (Importance.NORMAL, Importance.BIG):
        row = written(games.event, importance=importance, expires_at=morning + HOUR)
        send(row, at=night)
        go(row, at=night + MINUTE)
    plan = make_notice(games.event, since=1, until=2, expires_at=morning + HOUR)
    owe(plan, family, state="held", at=morning)
    Activity.objects.update(place=day.stage)
    assert pushed() == [("held", "")] + [("held", "quiet")] * 2
    holding.let_go(games.event.pk, now=morning)
    assert [state for state, _ in pushed()] == ["queued"] * 3
    assert Notice.objects.count() == 3


def test_the_day_s_four_go_to_what_matters_most(games):
    night, morning = NOON + 10 * HOUR, NOON + 19 * HOUR
    make_recipient(games.event)
    for importance in [Importance.NORMAL] * 2 + [Importance.BIG] * 3:
        row = written(games.event, importance=importance, expires_at=morning + HOUR)
        send(row, at=night)
        go(row, at=night + MINUTE)
    holding.let_go(games.event.pk, now=morning)
    went = Delivery.objects.filter(channel=Channel.PUSH).values_list("notice__importance", "state")
    assert sorted(went) == [("big", "queued")] * 3 + [("normal", "over_budget"), ("normal", "queued")]


def test_on_a_phone_what_somebody_wrote_stands_by_itself(games):
    family = make_recipient(games.event)
    tags = {tag_of(owe(make_notice(games.event, kind="hand", since=0, until=0), family)) for _ in range(2)}
    assert len(tags) == 2


def test_end_of_the_day_is_the_event_s(games):
    assert end_of_day(NOON, ZoneInfo("Asia/Tokyo")) == NOON + 3 * HOUR


def make_template(event: Event) -> Template:
    return Template.objects.create(event=event, name="Bus", language="en", title="Bus", body="It comes.")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda event: make_notice(event, kind="hand", since=0, until=1),
        lambda event: make_notice(event, kind="plan", since=0, until=0),
        lambda event: written(event, to=To.VENUE),
        lambda event: HandNotice.objects.filter(pk=written(event).pk).update(stage="held"),
        lambda event: HandNotice.objects.filter(pk=written(event).pk).update(notice=make_notice(event)),
        lambda event: [make_template(event) for _ in range(2)],
    ],
)
def test_database_refuses(games, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong(games.event)


def test_it_is_forgotten_with_the_event_s_data(games):
    row = written(games.event)
    send(row)
    go(row)
    gone = retention.clear(now=NOON + timedelta(days=61))
    assert (gone["notices by hand"], gone["notices"], HandNotice.objects.count()) == (1, 1, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_sending_to_one_takes_as_many_queries_as_to_three(games, count, django_assert_num_queries):
    for _ in range(count):
        make_recipient(games.event)
    row = written(games.event)
    send(row)
    with django_assert_num_queries(26):
        go(row)
