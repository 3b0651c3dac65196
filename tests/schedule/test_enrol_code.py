"""`manage.py enrol_code`."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from eventsync.sync.models import EnrolmentCode

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)


def enrol_code(**options):
    out = StringIO()
    call_command("enrol_code", stdout=out, **{"event": "games", "profile": "door", "json": True, **options})
    return out.getvalue()


@time_machine.travel(NOW, tick=False)
def test_code_enrols_a_phone_for_the_event(games, settings):
    said = json.loads(enrol_code())
    assert said == {
        "code": said["code"],
        "url": f"{settings.BASE_URL}/app/#enrol={said['code']}",
        "expires": "2026-07-03T08:00:00.000Z",
    }
    asked = {"code": said["code"], "device": "018f0000-0000-7000-8000-000000000001", "name": "", "protocol": 1}
    answer = Client().post("/api/v1/enrol", {**asked, "app_version": "1"}, content_type="application/json")
    assert (answer.status_code, answer.json()["event"]["slug"]) == (201, "games")


@time_machine.travel(NOW, tick=False)
def test_code_for_one_venue_several_phones_and_an_hour(games):
    enrol_code(venue="pool", uses=3, hours=1, profile="kiosk")
    row = EnrolmentCode.objects.get()
    assert (row.event_id, row.venue_id, row.uses, row.profile) == (games.event.id, games.pool.id, 3, "kiosk")
    assert row.expires == NOW + timedelta(hours=1)


def test_code_for_people_comes_with_a_picture(games):
    text = enrol_code(json=False)
    assert "\u2584" in text
    assert text.splitlines()[-3].startswith("code ")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"event": "nope"}, "There is no event “nope”."),
        ({"venue": "nope"}, "Games has no venue “nope”."),
        ({"profile": "boss"}, "There is no profile “boss”. Choose one of door, lead, kiosk, control, agent, family."),
        ({"uses": 0}, "A code is for 1 to 10,000 phones."),
        ({"uses": -1}, "A code is for 1 to 10,000 phones."),
        ({"uses": 10_001}, "A code is for 1 to 10,000 phones."),
        ({"hours": 0}, "A code lives for 1 to 8,784 hours."),
        ({"hours": 10**9}, "A code lives for 1 to 8,784 hours."),
    ],
)
def test_code_that_cannot_be_is_one_sentence(games, options, sentence):
    with pytest.raises(CommandError) as error:
        enrol_code(**options)
    assert (str(error.value), error.value.returncode) == (sentence, 1)
    assert not EnrolmentCode.objects.exists()
