"""Years that nobody means, typed at the desk: a sentence, and no page breaks."""

import pytest
from django.core.exceptions import ValidationError

from eventsync.schedule.models import Activity, Event
from tests.cast import NOON
from tests.desk import alice, text_of
from tests.schedule.plan.plans import Day, make_day

AGES = "An activity is between the years 2000 and 2199."
FIRST, LAST = ("0001-01-01", "00:00"), ("9999-12-31", "23:59")


@pytest.fixture(params=["Pacific/Kiritimati", "America/Los_Angeles"])
def day(games, request) -> Day:
    """At either end of the day."""
    Event.objects.update(tz=request.param)
    games.event.refresh_from_db()
    return make_day(games)


def form(day: Day, **times: tuple[str, str]) -> dict[str, object]:
    usual = {"start": ("2026-07-04", "15:00"), "end": ("2026-07-04", "16:00")} | times
    halves = {f"{name}_{half}": text for name, both in usual.items() for half, text in enumerate(both)}
    same = {"title": "Walk", "delay": 0, "buffer": 0, "status": "planned", "priority": "important", "edited": 1}
    return same | halves | {"place": day.deck.pk}


@pytest.mark.parametrize("times", [{"start": FIRST}, {"end": LAST}, {"start": FIRST, "end": LAST}])
def test_activity_of_no_year_is_refused_in_words(day, times):
    client = alice()
    for page in ("/admin/schedule/activity/add/", f"/admin/schedule/activity/{day.swim.pk}/change/"):
        assert text_of(client.post(page, form(day, **times))).count(AGES) == len(times)
    assert set(Activity.objects.values_list("title", "version")) == {("Swim", 1), ("Relay", 1), ("Party", 1)}
    fine = form(day, start=("2000-01-01", "00:00"), end=("2199-12-31", "23:59"))
    assert client.post("/admin/schedule/activity/add/", fine).status_code == 302


def test_running_late_from_a_year_that_nobody_means_concerns_all_or_nothing(day):
    client, said = alice(), {"place": day.deck.pk, "group": "", "minutes": 30}
    for date, time in (FIRST, LAST):
        answer = client.post("/admin/schedule/activity/late/", said | {"since": f"{date}T{time}"})
        assert answer.status_code == 200
        assert Activity.objects.filter(delay__gt=0).count() == 0


@pytest.mark.parametrize("year", [1, 1999, 2200, 9999])
def test_model_says_it_too(games, year):
    day = make_day(games)
    day.swim.start = day.swim.end = NOON.replace(year=year)
    with pytest.raises(ValidationError) as caught:
        day.swim.full_clean()
    assert caught.value.message_dict == {"start": [AGES], "end": [AGES]}


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31"])
def test_event_of_no_year_is_refused_and_its_pages_stand(games, date):
    client, page = alice(), f"/admin/schedule/event/{games.event.pk}/change/"
    said = {"name": "Games", "slug": "games", "tz": "Pacific/Kiritimati", "apart_minutes": 10, "language": "en"}
    inline = {"venues-TOTAL_FORMS": 0, "venues-INITIAL_FORMS": 0}
    answer = client.post(page, said | inline | {"first_day": date, "last_day": date})
    assert "Ensure this value is" in text_of(answer)
    client.post(page, said | inline | {"first_day": "2026-07-04", "last_day": "2026-07-04", "keep_until": date})
    for each in (page, f"/admin/schedule/event/{games.event.pk}/copy/", "/admin/schedule/event/"):
        assert client.get(each).status_code == 200
