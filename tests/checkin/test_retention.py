"""Some days after an event its people's data is erased: announced before, and only counts stay."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from checkin import tasks
from checkin.models import ErasedCode, RosterImport
from checkin.privacy import erasing, retention
from eventsync.jobs.models import Alert, Job
from eventsync.jobs.queue import run
from eventsync.schedule.models import Event
from eventsync.sync.models import Operation, Quarantined
from tests.cast import Games, make_games
from tests.checkin.erasure import Life, found, make_life
from tests.checkin.walk_ins import headcount, healthy
from tests.desk import alice, inline

DAY = timedelta(days=1)
NIGHT = datetime(2026, 8, 30, 4, tzinfo=UTC)  # the games were on 4 July: they are kept until 2 September


@pytest.fixture
def life(games: Games) -> Life:
    return make_life(games)


def told() -> list[tuple[str, bool]]:
    return [(each.message, each.cleared_at is None) for each in Alert.objects.filter(kind="retention").order_by("pk")]


def keep_until(games: Games, day: date) -> None:
    Event.objects.filter(pk=games.event.pk).update(keep_until=day)


def over(games: Games) -> None:
    """Its day is over, and was announced in time."""
    today = timezone.now().date()
    Event.objects.filter(pk=games.event.pk).update(keep_until=today - DAY, erasure_told_on=today - 7 * DAY)


def test_data_is_kept_sixty_days_after_the_last_day_unless_somebody_says_otherwise(games: Games) -> None:
    assert games.event.kept_until == date(2026, 9, 2)
    games.event.keep_until = date(2026, 7, 5)
    assert games.event.kept_until == date(2026, 7, 5)


def test_it_is_announced_a_week_before_and_once(games: Games) -> None:
    retention.look(NIGHT - 5 * DAY)
    assert told() == []
    for night in (NIGHT - 4 * DAY, NIGHT):
        retention.look(night)
    [(message, is_open)] = told()
    assert "of 5 people at Games are erased after 2 September 2026; only counts stay." in message
    assert (is_open, Job.objects.count()) == (True, 0)


def test_nothing_is_erased_before_its_day_nor_without_a_week_of_notice(games: Games) -> None:
    late = NIGHT + 30 * DAY
    retention.look(late)
    assert "after 6 October 2026" in told()[0][0]
    retention.look(late + 6 * DAY)
    assert not Job.objects.exists()
    for _ in range(2):
        retention.look(late + 7 * DAY)
    assert Job.objects.get().subject == games.event.pk


def test_later_day_takes_the_announcement_back(games: Games) -> None:
    retention.look(NIGHT)
    keep_until(games, date(2026, 12, 31))
    retention.look(NIGHT + DAY)
    assert [is_open for _, is_open in told()] == [False]
    keep_until(games, date(2026, 9, 2))
    retention.look(NIGHT + 2 * DAY)
    assert [is_open for _, is_open in told()] == [False, True]


def test_day_that_was_changed_after_the_job_was_owed_is_kept_to(life: Life) -> None:
    over(life.games)
    retention.look(timezone.now().replace(hour=4))
    keep_until(life.games, date(2199, 12, 31))
    run()
    assert Job.objects.get(task="checkin.erase_event").state == Job.State.DONE
    assert retention.kept(life.games.event).count() == 7


def test_everybody_is_erased_and_the_counts_stay(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    other = make_games("camp", people=2)
    over(life.games)
    before = [headcount(door) for door in (life.games.door, life.games.gate)]
    retention.look(timezone.now().replace(hour=4))
    run()
    assert found((*life.secrets, "Guest 3", *life.games.codes)) == {}
    assert sorted(retention.kept(other.event).values_list("name", flat=True)) == ["Guest 0", "Guest 1"]
    assert retention.kept(life.games.event).count() == 0
    assert [headcount(door) for door in (life.games.door, life.games.gate)] == before
    assert healthy(life.games) == []
    assert not Operation.objects.exclude(body="").exists()
    assert [bytes(row.body) for row in Quarantined.objects.all()] == [b""]
    assert (ErasedCode.objects.exists(), RosterImport.objects.get().report) == (False, {"rows": 1})
    assert not Alert.objects.filter(kind="retention", subject=str(life.games.event.pk), cleared_at=None).exists()


def test_it_goes_on_where_it_was_broken_off(life: Life) -> None:
    over(life.games)
    erasing.erase(life.person)
    for _ in range(2):
        retention.erase_event(life.games.event.pk)
    assert (retention.kept(life.games.event).count(), healthy(life.games)) == (0, [])


def test_files_that_nobody_confirmed_go_with_it(games: Games, settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    row = RosterImport(event=games.event, name="games.csv")
    row.file.save("games.csv", ContentFile(b"name\nAda\n"), save=True)
    over(games)
    retention.erase_event(games.event.pk)
    assert (RosterImport.objects.exists(), [each for each in tmp_path.rglob("*") if each.is_file()]) == (False, [])


def test_worker_looks_every_hour_and_acts_at_night(games: Games) -> None:
    tasks.look_at_retention(NIGHT.replace(hour=1))
    assert told() == []
    tasks.look_at_retention(NIGHT)
    assert len(told()) == 1


def test_page_of_an_event_says_until_when_and_takes_another_day(games: Games) -> None:
    desk, page = alice(), f"/admin/schedule/event/{games.event.pk}/change/"
    assert "That of 5 people is kept until 2 September 2026, then erased." in desk.get(page).content.decode()
    said = {"name": "Games", "slug": "games", "tz": "UTC", "first_day": "2026-07-04", "last_day": "2026-07-04"}
    said |= {"apart_minutes": "10"} | inline("venues")
    early = desk.post(page, said | {"keep_until": "2026-07-03"}).content.decode()
    assert "Personal data is needed until the last day at least." in early
    assert desk.post(page, said | {"keep_until": "2026-12-24"}).status_code == 302
    assert "kept until 24 December 2026" in desk.get(page).content.decode()
    retention.erase_event(games.event.pk)
    over(games)
    retention.erase_event(games.event.pk)
    assert "5 people were erased; only counts are left of them. There is none." in desk.get(page).content.decode()
