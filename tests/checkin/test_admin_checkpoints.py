"""Checkpoints in admin: what is saved is in the streams; what was used stays."""

from datetime import UTC, datetime, timedelta

import pytest

from checkin.admin.checkpoints import CheckpointAdmin
from checkin.models import Checkpoint, CheckpointWindow
from eventsync.schedule.models import Event
from eventsync.sync.models import StreamHead
from tests.cast import NOON
from tests.desk import alice, inline

LIST = "/admin/checkin/checkpoint/"


def change(door):
    return f"{LIST}{door.pk}/change/"


def checkpoints_of(phone):
    return {each["name"]: each for each in phone.attendance("checkpoint")}


def window(name, start, end, **more):
    """A row of the inline: times of 4 July 2026 in the checkpoint's zone."""
    times = {"start_0": "2026-07-04", "start_1": start, "end_0": "2026-07-04", "end_1": end}
    return {"name": name, **times, **more}


def test_new_checkpoint_reaches_the_phones(games, phone):
    said = {"venue": games.hall.pk, "name": "Side door", "policy": "once", "tz": "", **inline("windows")}
    assert alice().post(f"{LIST}add/", said).status_code == 302
    assert checkpoints_of(phone)["Side door"]["policy"] == "once"


def test_new_checkpoint_with_windows_asks_for_them_next(games):
    said = {"venue": games.hall.pk, "name": "Dinner", "policy": "per_window", "tz": "", **inline("windows")}
    answer = alice().post(f"{LIST}add/", said, follow=True)
    assert answer.redirect_chain[-1][0] == change(Checkpoint.objects.get(name="Dinner"))
    page = answer.content.decode()
    assert "has no time windows yet" in page
    assert "Time windows (times in UTC)" in page


def test_windows_are_typed_in_the_zone_of_the_checkpoint_and_reach_the_phones(games, phone):
    Event.objects.update(tz="Europe/Helsinki")
    CheckpointWindow.objects.all().delete()
    said = {"name": "Lunch", "policy": "per_window", "tz": "", **inline("windows", window("lunch", "12:00", "13:00"))}
    client = alice()
    assert client.post(change(games.lunch), said).status_code == 302
    assert games.lunch.windows.get().start == datetime(2026, 7, 4, 9, tzinfo=UTC)
    assert checkpoints_of(phone)["Lunch"]["windows"] == [
        {"id": "lunch", "start": "2026-07-04T09:00:00.000Z", "end": "2026-07-04T10:00:00.000Z"}
    ]
    page = client.get(change(games.lunch)).content.decode()
    assert 'value="12:00:00"' in page
    assert "times in Europe/Helsinki" in page


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        (window("late", "12:30", "14:00"), "early and late overlap."),
        (window("late", "14:00", "13:30"), "window_ends_after_it_starts"),
        (window("none", "14:00", "15:00"), "window_is_not_called_none"),
        (window("early", "14:00", "15:00"), "Please correct the duplicate values below."),
    ],
)
def test_windows_that_cannot_be_are_explained(games, second, sentence):
    CheckpointWindow.objects.all().delete()
    said = {"name": "Lunch", "policy": "per_window", "tz": ""}
    answer = alice().post(change(games.lunch), said | inline("windows", window("early", "12:00", "13:00"), second))
    assert (answer.status_code, sentence in answer.content.decode()) == (200, True)
    assert not CheckpointWindow.objects.exists()


def test_two_windows_next_to_each_other_are_shifted_in_one_save(games):
    late = games.lunch.windows.create(name="late", start=NOON + timedelta(hours=1), end=NOON + timedelta(hours=3))
    rows = [
        window(name, start, end, id=stored.pk, checkpoint=games.lunch.pk)
        for name, start, end, stored in [
            ("lunch", "12:00", "14:00", games.lunch.windows.get(name="lunch")),
            ("late", "14:00", "16:00", late),
        ]
    ]
    said = {"name": "Lunch", "policy": "per_window", "tz": "", **inline("windows", *rows, stored=2)}
    assert alice().post(change(games.lunch), said).status_code == 302
    assert list(games.lunch.windows.values_list("name", "start", "end")) == [
        ("lunch", NOON, NOON + timedelta(hours=2)),
        ("late", NOON + timedelta(hours=2), NOON + timedelta(hours=4)),
    ]


def test_window_that_people_were_admitted_in_keeps_its_name_and_stays(games, phone):
    phone.push(phone.arrive(games.people[0], door=games.lunch))
    stored = {"id": games.lunch.windows.get().pk, "checkpoint": games.lunch.pk}
    renamed = inline("windows", window("brunch", "11:00", "13:00", **stored), stored=1)
    deleted = inline("windows", window("lunch", "11:00", "13:00", DELETE="on", **stored), stored=1)
    client = alice()
    assert client.post(change(games.lunch), {"name": "Lunch", **renamed}).status_code == 302
    answer = client.post(change(games.lunch), {"name": "Lunch", **deleted})
    assert "People were admitted in lunch, so it has to stay." in answer.content.decode()
    assert games.lunch.windows.get().name == "lunch"


def test_policy_and_zone_are_fixed_once_somebody_was_recorded(games, phone):
    client, said = alice(), {"name": "Front door", "policy": "in_out", "tz": "Asia/Tokyo"}
    phone.push(phone.arrive(games.people[0]))
    for door in (games.door, games.pool_door):
        assert client.post(change(door), said).status_code == 302
    games.door.refresh_from_db()
    games.pool_door.refresh_from_db()
    assert (games.door.name, games.door.policy, games.door.tz) == ("Front door", "once", "")
    assert (games.pool_door.name, games.pool_door.policy, games.pool_door.tz) == ("Front door", "in_out", "Asia/Tokyo")
    assert "cannot change any more" in client.get(change(games.door)).content.decode()
    assert "cannot change any more" not in client.get(change(games.pool_door)).content.decode()


def test_name_that_the_venue_has_already_is_explained(games):
    answer = alice().post(change(games.door), {"name": "Gate", "policy": "once", "tz": ""})
    assert "Main hall has a checkpoint of this name already." in answer.content.decode()


def test_checkpoint_without_records_can_be_deleted_and_leaves_the_phones(games, phone):
    assert alice().post(f"{LIST}{games.lunch.pk}/delete/", {"post": "yes"}).status_code == 302
    assert "Lunch" not in checkpoints_of(phone)
    _, changes = phone.pull(f"attendance:{games.hall.id}", after=1)
    assert [(each["kind"], each["key"], each["deleted"]) for each in changes] == [
        ("checkpoint", str(games.lunch.id), True)
    ]


def test_checkpoint_with_records_stays_and_says_why(games, phone):
    phone.push(phone.arrive(games.people[0]))
    client, page = alice(), f"{LIST}{games.door.pk}/delete/"
    sentence = "The ledger has 1 record of Main hall: Door. Nothing is ever removed from it"
    assert sentence in client.get(page).content.decode()
    client.post(page, {"post": "yes"})
    assert Checkpoint.objects.filter(pk=games.door.pk).exists()


def test_several_checkpoints_are_deleted_together_or_not_at_all(games, phone):
    phone.push(phone.arrive(games.people[0]))
    client = alice()
    for doors, left in [([games.door, games.lunch], 5), ([games.gate, games.lunch], 3)]:
        asked = {"action": "delete_selected", "_selected_action": [door.pk for door in doors], "post": "yes"}
        client.post(LIST, asked)
        assert Checkpoint.objects.count() == left
    assert sorted(checkpoints_of(phone)) == ["Daily door", "Door"]


def test_zone_of_the_event_reaches_its_checkpoints_until_somebody_was_recorded(games, phone):
    client, page = alice(), f"/admin/schedule/event/{games.event.pk}/change/"
    said = {
        "name": "Games",
        "slug": "games",
        "first_day": "2026-07-04",
        "last_day": "2026-07-04",
        "apart_minutes": "10",
        **inline("venues"),
    }
    client.post(page, {**said, "tz": "Asia/Tokyo"})
    assert checkpoints_of(phone)["Door"]["tz"] == "Asia/Tokyo"
    phone.push(phone.arrive(games.people[0]))
    client.post(page, {**said, "tz": "Europe/Oslo"})
    assert checkpoints_of(phone)["Door"]["tz"] == "Asia/Tokyo"


def test_new_name_of_a_venue_reaches_the_phones(games, phone):
    said = {"name": "Great hall", "slug": "hall"}
    assert alice().post(f"/admin/schedule/venue/{games.hall.pk}/change/", said).status_code == 302
    assert {each["venue"] for each in phone.attendance("checkpoint")} == {"Great hall"}
    assert {each["venue"] for each in phone.attendance("checkpoint", venue=games.pool)} == {"Pool"}


def test_new_name_of_a_venue_on_the_page_of_its_event_reaches_the_phones(games, phone):
    rows = [
        {"id": venue.pk, "event": games.event.pk, "name": name, "slug": venue.slug}
        for venue, name in [(games.hall, "Main hall"), (games.pool, "Great pool")]
    ]
    said = {
        "name": "Games",
        "slug": "games",
        "tz": "UTC",
        "first_day": "2026-07-04",
        "last_day": "2026-07-04",
        "apart_minutes": "10",
    }
    page = f"/admin/schedule/event/{games.event.pk}/change/"
    before = StreamHead.objects.get(stream=f"attendance:{games.hall.pk}").head
    assert alice().post(page, said | inline("venues", *rows, stored=2)).status_code == 302
    assert {each["venue"] for each in phone.attendance("checkpoint", venue=games.pool)} == {"Great pool"}
    assert {each["venue"] for each in phone.attendance("checkpoint")} == {"Main hall"}
    assert StreamHead.objects.get(stream=f"attendance:{games.hall.pk}").head == before


def test_kind_places_and_whom_it_admits_reach_the_phones(games, phone):
    said = {
        "venue": games.hall.pk, "name": "Bunks", "kind": "bunk", "policy": "in_out", "tz": "",
        "slots": "A-1\r\n\r\n  A-2 \nA-1\n", "roles": "athlete", "delegations": "Norway\nSweden", **inline("windows"),
    }  # fmt: skip
    answer = alice().post(f"{LIST}add/", said, follow=True)
    body = checkpoints_of(phone)["Bunks"]
    assert (body["kind"], body["slots"]) == ("bunk", ["A-1", "A-2"])
    assert body["admits"] == {"roles": ["athlete"], "delegations": ["Norway", "Sweden"]}
    assert "Nobody on the roster is “athlete”, “Norway”, “Sweden”." in answer.content.decode()


def test_policy_that_an_arrival_has_settled_since_the_page_was_opened_stays(games, phone, monkeypatch):
    phone.push(phone.arrive(games.people[0]))
    monkeypatch.setattr(CheckpointAdmin, "get_readonly_fields", lambda *_: ["venue"])  # as before the arrival
    monkeypatch.setattr(CheckpointAdmin, "get_fieldsets", lambda *_: [(None, {"fields": CheckpointAdmin.fields})])
    said = {"name": "Front door", "kind": "door", "policy": "daily", "tz": "Asia/Tokyo", **inline("windows")}
    page = alice().post(change(games.door), said, follow=True).content.decode()
    games.door.refresh_from_db()
    assert (games.door.name, games.door.policy, games.door.tz) == ("Front door", "once", "")
    assert "was recorded at Main hall" in page


def test_kind_and_places_can_change_after_people_came_and_the_policy_cannot(games, phone):
    phone.push(phone.arrive(games.people[0]))
    client = alice()
    page = client.get(change(games.door)).content.decode()
    assert "Places for one person each" in page
    said = {"name": "Door", "kind": "bus", "policy": "daily", "slots": "1\n2", "roles": "", "delegations": ""}
    assert client.post(change(games.door), said | inline("windows")).status_code == 302
    body = checkpoints_of(phone)["Door"]
    assert (body["kind"], body["policy"], body["slots"], "admits" in body) == ("bus", "once", ["1", "2"], False)
    assert ">\n1\n2</textarea>" in client.get(change(games.door)).content.decode()


@pytest.mark.parametrize(
    ("slots", "sentence"),
    [
        ("x" * 51, "“xxxxxxxxxxxxxxxxxxxx…” has 51 characters; at most 50 fit."),
        ("\n".join(map(str, range(2001))), "There are 2,001 lines; at most 2,000 fit."),
    ],
)
def test_places_that_cannot_be_are_explained(games, slots, sentence):
    said = {"name": "Door", "kind": "bunk", "policy": "once", "slots": slots, **inline("windows")}
    answer = alice().post(change(games.door), said)
    assert (answer.status_code, sentence in answer.content.decode()) == (200, True)
    assert Checkpoint.objects.get(pk=games.door.pk).slots == []
