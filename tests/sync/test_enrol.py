"""Enrolment: codes are counted, expire, and cannot be guessed."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from eventsync.sync.enrolment import invite, revoke
from eventsync.sync.models import Device, DeviceToken, EnrolmentCode
from tests.cast import Games, Phone, make_games, make_phone


def ask(code: str, /, *, device: str | None = None, **members: Any) -> Any:
    body = {"code": code, "device": device or str(uuid.uuid4()), "name": "Phone", "app_version": "1", "protocol": 1}
    return Client().post("/api/v1/enrol", body | members, content_type="application/json")


def invited(games: Games, *, uses: int = 1) -> str:
    now = datetime.now(UTC)
    return invite(event_id=games.event.id, venue_id=None, profile="door", uses=uses, now=now).code


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_enrol_answers_with_everything_a_device_needs(games: Games) -> None:
    device = str(uuid.uuid4())
    answer = ask(invited(games), device=device)
    said = answer.json()
    assert (answer.status_code, said.pop("token") != "") == (201, True)
    assert datetime.fromisoformat(said.pop("server_time"))
    assert said.pop("epoch") == answer["X-EventSync-Epoch"]
    assert said == {
        "device": device,
        "profile": {"name": "door", "retain_hours": 72, "roster_hours": 72, "phone": "Phone"},
        "event": {"id": str(games.event.id), "slug": "games", "name": "Games", "tz": "UTC"},
        "streams": [f"device:{device}", f"roster:{games.event.id}"]
        + [f"attendance:{venue}" for venue in sorted([games.hall.id, games.pool.id])]
        + [f"schedule:{games.event.id}"],
        "operations": [
            f"checkin.{verb}" for verb in ("arrive", "leave", "propose_safety", "refuse", "register", "void")
        ],
    }


def test_enrol_for_a_venue_reads_that_venue_only(games: Games) -> None:
    phone = make_phone(games, venue=games.hall)
    streams = [stream["stream"] for stream in phone.streams().json()["streams"]]
    plan = f"schedule:{games.event.id}"
    assert streams == [f"device:{phone.id}", f"roster:{games.event.id}", f"attendance:{games.hall.id}", plan]


def test_enrol_code_may_be_typed_as_people_type(games: Games) -> None:
    code = invited(games)
    assert ask(f" {code.lower().replace('-', ' ')} ").status_code == 201


def test_enrol_wrong_expired_and_used_up_codes_answer_alike(games: Games) -> None:
    used, expired = invited(games), invited(games)
    assert ask(used).status_code == 201
    EnrolmentCode.objects.filter(used=0).update(expires=timezone.now())
    answers = [ask(code) for code in ("WRONG", used, expired)]
    assert [error(answer) for answer in answers] == [(403, "forbidden")] * 3
    assert len({answer.json()["error"]["message"] for answer in answers}) == 1


def test_enrol_again_after_a_lost_reply_gives_a_fresh_token(games: Games) -> None:
    code, device = invited(games), str(uuid.uuid4())
    first, second = ask(code, device=device).json(), ask(code, device=device).json()
    assert (first["token"] != second["token"], first["device"]) == (True, second["device"])
    assert EnrolmentCode.objects.get().used == 1
    both = [Phone(games, device, answer["token"]).streams().status_code for answer in (first, second)]
    assert both == [200, 200]


def test_enrol_known_device_with_another_code_needs_one_made_for_it(games: Games, phone: Phone) -> None:
    code = invited(games, uses=2)
    assert error(ask(code, device=phone.id)) == (403, "forbidden")
    EnrolmentCode.objects.filter(used=0).update(device=phone.id)
    assert error(ask(code)) == (403, "forbidden")
    assert ask(code, device=phone.id).status_code == 201


def test_enrol_revoked_device_with_its_old_code_is_forbidden(games: Games) -> None:
    code, device = invited(games, uses=5), str(uuid.uuid4())
    ask(code, device=device)
    revoke(Device.objects.get(), now=timezone.now())
    assert error(ask(code, device=device)) == (403, "forbidden")


def test_enrol_guessing_is_slowed_down_and_right_codes_never_count(games: Games) -> None:
    code = invited(games, uses=50)
    minute = datetime.now(UTC).replace(second=15, microsecond=0)
    with time_machine.travel(minute, tick=False) as clock:
        assert [ask(code).status_code for _ in range(15)] == [201] * 15
        assert [ask("GUESS").status_code for _ in range(10)] == [403] * 10
        answer = ask("GUESS")
        assert (error(answer), answer["Retry-After"]) == ((429, "slow_down"), "61")
        clock.shift(timedelta(seconds=40))
        assert error(ask("GUESS")) == (429, "slow_down")
        clock.shift(timedelta(seconds=21))
        assert error(ask("GUESS")) == (403, "forbidden")


@pytest.mark.parametrize(
    "members",
    [{"device": "x"}, {"device": 5}, {"code": ""}, {"code": "x" * 65}, {"code": None}, {"name": "x" * 101}],
)
def test_enrol_malformed_says_which_member(games: Games, members: dict[str, Any]) -> None:
    answer = ask("CODE", **members)
    assert error(answer) == (400, "malformed")
    assert list(answer.json()["error"]["fields"]["members"]) == list(members)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "malformed")),
        (b"code=1", (400, "malformed")),
        (b"[]", (400, "malformed")),
        (b"[" * 8_000, (400, "malformed")),
        (b" " * 16_385, (413, "too_large")),
        (b" " * 30_000_000, (413, "too_large")),
    ],
    ids=["empty", "form", "list", "nested", "large", "huge"],
)
def test_enrol_unreadable(db: None, body: bytes, expected: tuple[int, str]) -> None:
    assert error(Client().post("/api/v1/enrol", body, content_type="application/json")) == expected


def test_enrol_of_a_phone_of_another_event_is_forbidden(games: Games, phone: Phone) -> None:
    """What it still holds belongs to its own event, and would be lost to it."""
    others = make_games("others")
    device = Device.objects.get(id=phone.id)
    now = timezone.now()
    code = invite(event_id=others.event.id, venue_id=None, profile="door", uses=1, now=now, device=device).code
    assert error(ask(code, device=phone.id)) == (403, "forbidden")


def test_enrol_again_after_revocation_leaves_the_old_token_deliver_only(games: Games, phone: Phone) -> None:
    device = Device.objects.get(id=phone.id)
    now = timezone.now()
    revoke(device, now=now)
    code = invite(event_id=games.event.id, venue_id=None, profile="door", uses=1, now=now, device=device).code
    again = Phone(games, phone.id, ask(code, device=phone.id).json()["token"])
    assert (again.streams().status_code, error(phone.streams())) == (200, (403, "device_revoked"))
    ours, theirs = (each.client.get("/api/v1/device", headers=each.headers).json() for each in (again, phone))
    assert (ours["streams"] != [], theirs["streams"]) == (True, [])
    assert phone.push(phone.arrive(games.people[0]))[0]["verdict"] == "accepted"


def come_back(games: Games, phone: Phone) -> str:
    """The code by which the phone came back after somebody had revoked it."""
    device = Device.objects.get(id=phone.id)
    now = timezone.now()
    revoke(device, now=now)
    code = invite(event_id=games.event.id, venue_id=None, profile="door", uses=1, now=now, device=device).code
    assert ask(code, device=phone.id).status_code == 201
    return code


def test_enrol_revoked_again_needs_another_code_than_the_one_by_which_it_came_back(games: Games, phone: Phone) -> None:
    spent = come_back(games, phone)
    assert ask(spent, device=phone.id).status_code == 201  # a lost reply
    revoke(Device.objects.get(id=phone.id), now=timezone.now())
    assert error(ask(spent, device=phone.id)) == (403, "forbidden")
    assert Device.objects.get(id=phone.id).revoked_at is not None


def test_enrol_by_the_code_from_before_a_revocation_stays_forbidden_when_the_phone_is_back(games: Games) -> None:
    """Whoever had the phone then may know that code."""
    code, device = invited(games), str(uuid.uuid4())
    come_back(games, Phone(games, device, ask(code, device=device).json()["token"]))
    assert error(ask(code, device=device)) == (403, "forbidden")


def test_enrol_secrets_are_stored_hashed(games: Games) -> None:
    code = invited(games)
    token = ask(code).json()["token"]
    assert EnrolmentCode.objects.filter(digest__contains=code.replace("-", "")).count() == 0
    assert DeviceToken.objects.filter(digest__contains=token).count() == 0


def test_device_says_who_it_is(games: Games, phone: Phone) -> None:
    answer = phone.client.get("/api/v1/device", headers=phone.headers).json()
    assert (answer["device"], answer["event"]["slug"]) == (phone.id, "games")


def test_enrol_of_another_protocol_asks_for_a_new_app_and_uses_no_code_up(games: Games) -> None:
    code = invited(games)
    answer = ask(code, protocol=2)
    assert error(answer) == (426, "upgrade_required")
    assert answer.json()["error"]["fields"] == {"protocol": 1}
    assert ask(code).status_code == 201
