"""`manage.py devices`: whether anybody's records are missing."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from eventsync.sync.enrolment import revoke
from eventsync.sync.models import Device
from eventsync.sync.wire import write_time
from tests.cast import NOON, make_games, make_phone


def run(*options: str) -> str:
    out = StringIO()
    call_command("devices", "--event", "games", *options, stdout=out)
    return out.getvalue()


def test_devices_says_who_holds_what_and_what_never_arrived(games, phone):
    other = make_phone(games, name="Ben's", venue=games.pool, profile="lead")
    make_phone(make_games("other"))
    make_phone(games, profile="family")
    operations = [phone.arrive(person) for person in games.people]
    phone.push(operations[1], operations[4], pending=0)
    other.push(pending=3, oldest_unsent=write_time(NOON))
    revoke(Device.objects.get(id=other.id), now=timezone.now())
    Device.objects.update(heard_at=NOON)
    Device.objects.filter(id=phone.id).update(heard_at=None)
    common = {"revoked": False, "last_heard": None, "oldest_unsent": None, "venue": None, "profile": "door"}
    assert json.loads(run("--json")) == {
        "event": "games",
        "devices": [
            {
                "device": other.id,
                "name": "Ben's",
                "profile": "lead",
                "venue": "pool",
                "revoked": True,
                "pending": 3,
                "oldest_unsent": write_time(NOON),
                "last_heard": write_time(NOON),
                "holes": [],
            },
            common | {"device": phone.id, "name": "Phone", "pending": 0, "holes": [[1, 1], [3, 4]]},
        ],
    }
    noon = write_time(NOON)
    assert run().splitlines() == [
        f"Ben's (lead, revoked): holds 3 since {noon}; last heard {noon}; never arrived: none",
        "Phone (door): holds 0; last heard never; never arrived: 1, 3–4",
        "Phones: 2; holding records: 1; with records that never arrived: 1.",
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_devices_takes_as_many_queries_for_one_as_for_three(games, count, django_assert_num_queries):
    for _ in range(count):
        phone = make_phone(games)
        phone.push(phone.arrive(games.people[0], seq=4))
    with django_assert_num_queries(4):  # event, phones, their numbers, venues
        assert run().count("never arrived: 1–3") == count


def test_devices_of_no_event_is_refused(db):
    with pytest.raises(CommandError, match="There is no event “games”"):
        run()
