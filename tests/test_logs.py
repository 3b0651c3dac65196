"""The log: a line for each step of a push, with named fields, and nobody's data in any."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.db import IntegrityError, OperationalError
from django.test import Client

from checkin.models import Person
from eventsync import logs
from tests.cast import Games, Phone, add_person, make_phone
from tests.log_lines import SCHEMA, Lines, collected

ROOT = Path(__file__).parent.parent
Committing = Any  # pytest-django's fixture


@pytest.fixture
def lines() -> Iterator[Lines]:
    with collected() as found:
        yield found


@pytest.mark.django_db(transaction=True)
def test_each_step_of_a_push_is_a_line(games: Games, phone: Phone, lines: Lines) -> None:
    before = len(lines.all())
    operations = [phone.arrive(person) for person in games.people[:3]]
    phone.push(*operations)
    poked, applied, request = lines.all()[before:]
    assert [poked["event"], applied["event"], request["event"]] == ["poke.said", "push.applied", "request"]
    assert {line["correlation"] for line in (poked, applied, request)} == {operations[0]["id"]}
    assert applied["operations"] == [each["id"] for each in operations]
    assert (applied["device"], applied["verdicts"], applied["replayed"]) == (phone.id, {"accepted": 3}, 0)
    assert list(poked["heads"]) == [f"attendance:{games.hall.id}"]
    assert (request["method"], request["route"], request["status"]) == ("POST", "api/v1/push", 200)


def test_a_batch_is_one_line_however_long(games: Games, phone: Phone, lines: Lines) -> None:
    phone.push(*(phone.arrive(games.people[0]) for _ in range(100)))
    assert lines.events() == ["push.applied", "request"]
    assert lines.all("push")[0]["verdicts"] == {"accepted": 1, "flagged": 99}


def test_a_handler_that_fails_says_where_and_not_what(
    games: Games, phone: Phone, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("Maria Lopez is not expected")

    monkeypatch.setattr("checkin.operations.Attendance.apply", fail)
    operation = phone.arrive(games.people[0])
    phone.push(operation)
    (line,) = lines.all("push.quarantined")
    assert (line["operation"], line["kind"], line["level"]) == (operation["id"], "checkin.arrive", "error")
    assert line["exception"] == "ValueError"
    assert line["where"][-1].endswith(" fail")
    assert "Maria" not in lines.text


def test_nobodys_name_token_code_or_words_are_in_the_log(
    games: Games, lines: Lines, django_capture_on_commit_callbacks: Committing, admin_client: Client
) -> None:
    guest, ticket = add_person(games.event, name="Zdenka Quux", number="Z-77", code="TICKET-SECRET-7")
    phone = make_phone(games, profile="lead", name="Holder of Zdenka")
    with django_capture_on_commit_callbacks(execute=True):
        phone.push(
            phone.arrive(guest, actor="Volunteer Vanessa"),
            phone.record("checkin.hold", {"person": str(guest.id), "desk": "medical", "reason": "Insulin pump"}),
            phone.record("checkin.unheard_of", {"note": "Allergy to bees"}),
            holder="Volunteer Vanessa",
        )
    phone.client.get("/api/v1/nowhere/Zdenka", headers=phone.headers)
    Client().post("/api/v1/enrol", {"code": "WRONG-CODE-77"}, content_type="application/json")
    Client().post("/admin/login/", {"username": "zdenka.admin", "password": "Pa55-Zdenka"})
    admin_client.get("/admin/checkin/person/", {"q": "Zdenka Quux"})
    admin_client.get("/admin/checkin/person/Zdenka/change/")
    said = lines.text.lower()
    assert len(lines.all("request")) == 7  # enrolling, pushing and what is above
    words = ("zdenka", "quux", "z-77", ticket, "vanessa", "insulin", "bees", "wrong-code", "pa55", phone.token)
    assert [word for word in words if word.lower() in said] == []
    assert Person.objects.filter(pk=guest.pk).exists()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (IntegrityError('duplicate key\nDETAIL: Key (name)=("Maria")'), "IntegrityError"),
        (KeyError("Maria"), "KeyError"),
        (OperationalError("database is locked"), "OperationalError: database is locked"),
        (OSError(2, "No such file", "/home/maria/list.csv"), "FileNotFoundError: [Errno 2] No such file: …"),
        (ConnectionError(), "ConnectionError"),
    ],
)
def test_an_error_is_told_by_its_type_and_the_machines_own_words(error: Exception, said: str, lines: Lines) -> None:
    assert logs.told(error) == said
    logging.getLogger("a.library").warning("It went wrong: %s", error)
    assert lines.events() == [f"It went wrong: {said}"]


def test_what_is_called_like_a_secret_is_hidden(lines: Lines) -> None:
    words = "Authorization: Bearer abc.def at https://games.example/app/#enrol=ABCD-1234"
    structlog.get_logger("any").info(words, token="abc", name="Maria", actor="Maria", size=3)
    (line,) = lines.all()
    assert (line["token"], line["name"], line["actor"], line["size"]) == ("…", "…", "…", 3)
    assert line["event"] == "Authorization: Bearer … at https://games.example/app/#enrol=…"


def test_every_event_of_ours_is_in_the_schema() -> None:
    """An event that is only in the code would be held against nothing."""
    source = "\n".join(
        path.read_text() for app in ("eventsync", "checkin", "notifications") for path in (ROOT / app).rglob("*.py")
    )
    said = {name for name in SCHEMA["$defs"] if f'"{name}"' in source or name.startswith("job.")}
    assert said == set(SCHEMA["$defs"])


def test_in_debug_lines_are_for_people() -> None:
    script = "import structlog; structlog.get_logger('x').info('job.done', task='tidy')"
    setup = "import django; django.setup(); "
    environment = os.environ | {"EVENTSYNC_DEBUG": "1", "DJANGO_SETTINGS_MODULE": "eventsync.settings"}
    done = subprocess.run(
        [sys.executable, "-c", setup + script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stderr.split()[1:] == ["[info", "]", "job.done", "[x]", "task=tidy"]
