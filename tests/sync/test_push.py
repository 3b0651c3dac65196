"""Push: what goes in, what comes out, and what can never be got wrong by sending it badly."""

import gzip
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
import zstandard
from django.utils import timezone

from checkin.models import AttendanceRecord, Headcount
from eventsync.sync.enrolment import revoke
from eventsync.sync.models import Device, Operation, Quarantined
from tests.cast import Games, Phone, make_games, make_phone


def verdicts(results: list[Any]) -> list[tuple[str, list[str], str]]:
    return [(result["verdict"], result["flags"], result.get("code", "")) for result in results]


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def counts(games: Games) -> list[tuple[str, int, int, int]]:
    rows = Headcount.objects.filter(checkpoint=games.door)
    return list(rows.values_list("window", "present", "unidentified", "voided"))


def test_push_arrival_is_recorded_and_visible(games: Games, phone: Phone) -> None:
    operation = phone.arrive(games.people[0])
    [result] = phone.push(operation)

    stream = f"attendance:{games.hall.id}"
    assert result == {
        "id": operation["id"],
        "verdict": "accepted",
        "flags": [],
        "at": {stream: 2},
        "replayed": False,
    }
    assert phone.attendance("presence") == [
        {
            "checkpoint": str(games.door.id),
            "window": "",
            "person": str(games.people[0].id),
            "state": "present",
            "since": "2026-07-04T12:00:00.000Z",
            "by": "Maria",
            "phone": "Phone",
            "operation": operation["id"],
            "duplicates": 0,
        }
    ]
    assert phone.attendance("headcount") == [
        {"checkpoint": str(games.door.id), "window": "", "present": 1, "unidentified": 0, "voided": 0}
    ]


def test_push_answer_is_stamped_with_the_epoch_and_server_time(games: Games, phone: Phone) -> None:
    before = timezone.now()
    answer = phone.post({"operations": [phone.arrive(games.people[0])]})
    assert uuid.UUID(answer["X-EventSync-Epoch"]).version == 4
    assert before - timedelta(seconds=1) < datetime.fromisoformat(answer.json()["server_time"])


@pytest.mark.parametrize("times", [1, 5])
def test_push_repeat_returns_the_first_verdict_and_changes_nothing(games: Games, phone: Phone, times: int) -> None:
    operations = [phone.arrive(games.people[0]), phone.arrive(games.people[0])]
    first = phone.push(*operations)
    assert verdicts(first) == [("accepted", [], ""), ("flagged", ["second_admission"], "")]
    for _ in range(times):
        assert phone.push(*operations) == [result | {"replayed": True} for result in first]
    assert (Operation.objects.count(), AttendanceRecord.objects.count()) == (2, 2)
    assert counts(games) == [("", 1, 0, 0)]


def test_push_same_id_twice_in_one_batch_is_applied_once(games: Games, phone: Phone) -> None:
    operation = phone.arrive(games.people[0])
    results = phone.push(operation, operation)
    assert [result["replayed"] for result in results] == [False, True]
    assert verdicts(results) == [("accepted", [], "")] * 2
    assert counts(games) == [("", 1, 0, 0)]


def test_push_same_body_in_another_spelling_is_a_repeat(games: Games, phone: Phone) -> None:
    operation = phone.arrive(games.people[0])
    phone.push(operation)
    respelled = dict(reversed(operation.items())) | {"device": phone.id, "new_in_a_later_version": None}
    assert [result["replayed"] for result in phone.push(respelled)] == [True]


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_push_same_id_with_another_body_is_kept_aside(games: Games, phone: Phone, in_one_batch: bool) -> None:
    operation = phone.arrive(games.people[0])
    other = operation | {"payload": operation["payload"] | {"person": str(games.people[1].id)}}
    results = phone.push(operation, other) if in_one_batch else phone.push(operation) + phone.push(other)
    assert verdicts(results) == [("accepted", [], ""), ("quarantined", [], "id_reused")]
    again = phone.push(other, other)
    assert verdicts(again) == [("quarantined", [], "id_reused")] * 2
    assert [result["replayed"] for result in again] == [True, True]
    assert phone.push(operation)[0]["verdict"] == "accepted"
    assert counts(games) == [("", 1, 0, 0)]
    [kept] = Quarantined.objects.all()
    assert (str(kept.operation_id), json.loads(bytes(kept.body))) == (operation["id"], other)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "malformed")),
        (b"not json", (400, "malformed")),
        (b"[]", (400, "malformed")),
        (b"{}", (400, "malformed")),
        (b'{"operations": 1}', (400, "malformed")),
        (b'{"operations": [{"kind": "checkin.arrive"}]}', (400, "malformed")),
        (b'{"operations": [{"id": "NOT-A-UUID"}]}', (400, "malformed")),
        (b'{"operations": ["' + b"x" * 10_000_000 + b'"]}', (413, "too_large")),
        (b'{"operations": [' + b",".join([b"{}"] * 501) + b"]}", (413, "too_large")),
        (b'{"operations": [{"x": "' + b"x" * 16_384 + b'"}]}', (413, "too_large")),
        (b'{"operations": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", (400, "malformed")),
        (b'{"operations": [{"id": "\xff"}]}', (400, "malformed")),
    ],
    ids=lambda value: value[:30] if isinstance(value, bytes) else "",
)
def test_push_unreadable_is_refused_with_a_code_and_stores_nothing(
    phone: Phone, body: bytes, expected: tuple[int, str]
) -> None:
    answer = phone.post(body)
    assert error(answer) == expected
    assert answer.json()["error"]["message"]
    assert answer["X-EventSync-Epoch"]
    assert Operation.objects.count() == 0


def test_push_upper_case_id_is_malformed(games: Games, phone: Phone) -> None:
    operation = phone.arrive(games.people[0])
    assert error(phone.post({"operations": [operation | {"id": operation["id"].upper()}]})) == (400, "malformed")


def test_push_limits_are_told(phone: Phone) -> None:
    fields = phone.post({"operations": [{}] * 501}).json()["error"]["fields"]
    assert fields == {"max_operations": 500, "max_bytes": 1_048_576, "max_operation_bytes": 16_384}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "checkin.teleport"}, "unknown_kind"),
        ({"kind": 7}, "unknown_kind"),
        ({"payload": {}}, "invalid_payload"),
        ({"payload": "arrive"}, "invalid_payload"),
        ({"payload": None}, "invalid_payload"),
        ({"seq": 0}, "invalid_payload"),
        ({"seq": "1"}, "invalid_payload"),
        ({"occurred_at": "yesterday"}, "invalid_payload"),
        ({"occurred_at": "2026-07-04T12:00:00"}, "invalid_payload"),
        ({"occurred_at": "2026-W27-6T12:00Z"}, "invalid_payload"),
        ({"occurred_at": "2026-07-04T12:00:00+00:00:30"}, "invalid_payload"),
        ({"refers_to": "0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f11\n"}, "invalid_payload"),
        ({"offset_ms": 1.5}, "invalid_payload"),
        ({"actor": "Zoë\0"}, "unstorable"),
        ({"actor": "\ud800"}, "unstorable"),
        ({"extra": 2**53 + 1}, "unstorable"),
        ({"extra": [{"deep": -(2**70)}]}, "unstorable"),
    ],
)
def test_push_what_cannot_be_applied_is_quarantined_whole(
    games: Games, phone: Phone, change: dict[str, Any], code: str
) -> None:
    good, bad = phone.arrive(games.people[0]), phone.arrive(games.people[1]) | change
    results = phone.push(bad, good)
    assert verdicts(results) == [("quarantined", [], code), ("accepted", [], "")]
    assert results[0]["message"]
    [kept] = Quarantined.objects.all()
    assert (kept.code, json.loads(bytes(kept.body))) == (code, bad)
    assert phone.push(bad, good) == [result | {"replayed": True} for result in results]


def test_push_unstorable_is_the_same_whoever_carries_it(games: Games, phone: Phone, other_phone: Phone) -> None:
    operation = phone.arrive(games.people[0], actor="\0")
    phone.push(operation)
    carried = dict(reversed(operation.items())) | {"device": phone.id}
    [result] = other_phone.push(carried)
    assert (result["code"], result["replayed"]) == ("unstorable", True)


def test_push_four_byte_characters_survive(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive(games.people[0], actor="Zoë 🌧️ 王"))
    assert phone.attendance("presence")[0]["by"] == "Zoë 🌧️ 王"


def test_push_escaped_backslash_is_no_nul(games: Games, phone: Phone) -> None:
    assert verdicts(phone.push(phone.arrive(games.people[0], actor="C:\\u0000\\ud800"))) == [("accepted", [], "")]


def test_push_surrogates_keep_their_exact_bytes(games: Games, phone: Phone) -> None:
    operations = [phone.arrive(games.people[0], actor="\ud800"), phone.arrive(games.people[1], actor="\U0001f327")]
    bodies = [json.dumps(operation, indent=1).encode() for operation in operations]
    answer = phone.post(b'{"operations":[' + b" , ".join(bodies) + b"]}")
    assert verdicts(answer.json()["results"]) == [("quarantined", [], "unstorable"), ("accepted", [], "")]
    assert [bytes(kept.body) for kept in Quarantined.objects.all()] == [bodies[0]]
    assert phone.attendance("presence")[0]["by"] == "\U0001f327"


def test_push_of_a_person_of_another_event_is_quarantined(games: Games, phone: Phone) -> None:
    others = make_games("others")
    stranger = phone.arrive(others.people[0])
    elsewhere = phone.arrive(games.people[0], door=others.door)
    assert verdicts(phone.push(stranger, elsewhere)) == [("quarantined", [], "wrong_event")] * 2


def test_push_of_a_code_of_another_event_is_unidentified(games: Games, phone: Phone) -> None:
    others = make_games("others")
    assert verdicts(phone.push(phone.arrive(others.digest(0)))) == [("flagged", ["unknown_person"], "")]
    assert counts(games) == [("", 0, 1, 0)]


def test_push_at_another_venue_counts_and_says_so(games: Games) -> None:
    phone = make_phone(games, venue=games.hall)
    [result] = phone.push(phone.arrive(games.people[0], door=games.pool_door))
    assert (result["verdict"], result["flags"], result["at"]) == ("flagged", ["wrong_scope"], {})
    assert Headcount.objects.get().present == 1


def test_push_by_a_revoked_device_in_anothers_name_is_flagged(games: Games, phone: Phone, other_phone: Phone) -> None:
    Device.objects.filter(id=phone.id).update(revoked_at=timezone.now())
    results = phone.push(other_phone.arrive(games.people[0]) | {"device": other_phone.id})
    assert verdicts(results) == [("flagged", ["device_revoked"], "")]


def test_push_of_a_revoked_device_is_delivered(games: Games, phone: Phone) -> None:
    operation = phone.arrive(games.people[0])
    revoke(Device.objects.get(id=phone.id), now=timezone.now())
    assert verdicts(phone.push(operation)) == [("flagged", ["device_revoked"], "")]
    assert error(phone.streams()) == (403, "device_revoked")
    assert error(phone.page(f"roster:{games.event.id}")) == (403, "device_revoked")


def test_push_without_a_token_is_unauthenticated(games: Games, phone: Phone) -> None:
    phone.token = "invented"
    answer = phone.post({"operations": [phone.arrive(games.people[0])]})
    assert (error(answer), answer["WWW-Authenticate"]) == ((401, "unauthenticated"), "Bearer")


def test_push_by_a_profile_without_the_right_is_quarantined(games: Games) -> None:
    family = make_phone(games, profile="family")
    assert verdicts(family.push(family.arrive(games.people[0]))) == [("quarantined", [], "not_permitted")]


def test_push_of_anothers_operations_follows_the_author(games: Games, phone: Phone, other_phone: Phone) -> None:
    operation = phone.arrive(games.people[0])
    assert verdicts(other_phone.push(operation | {"device": phone.id})) == [("accepted", [], "")]
    stored = Operation.objects.get()
    assert (str(stored.device_id), str(stored.carrier_id)) == (phone.id, other_phone.id)
    assert [result["replayed"] for result in phone.push(operation)] == [True]


@pytest.mark.parametrize("encode", [gzip.compress, zstandard.compress])
def test_push_compressed(games: Games, phone: Phone, encode: Any) -> None:
    body = encode(json.dumps({"operations": [phone.arrive(games.people[0])]}).encode())
    encoding = "gzip" if encode is gzip.compress else "zstd"
    assert phone.post(body, **{"Content-Encoding": encoding}).status_code == 200
    assert error(phone.post(b"damaged", **{"Content-Encoding": encoding})) == (400, "malformed")
    bomb = encode(b" " * 50_000_000)
    assert error(phone.post(bomb, **{"Content-Encoding": encoding})) == (413, "too_large")
    assert error(phone.post(body, **{"Content-Encoding": "rot13"})) == (400, "malformed")


def test_push_says_what_the_device_still_holds(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive(games.people[0]), pending=7)
    assert Device.objects.get(id=phone.id).pending == 7
    phone.push(pending=0)
    assert Device.objects.get(id=phone.id).pending == 0


def test_push_applies_in_the_authors_order_within_a_batch(games: Games, phone: Phone) -> None:
    first, second = phone.arrive(games.people[0]), phone.arrive(games.people[0])
    assert verdicts(phone.push(second, first)) == [("flagged", ["second_admission"], ""), ("accepted", [], "")]
