"""Settings from the environment: sensible without any, and a wrong one stops the start with one sentence."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from eventsync import environment, messaging

ROOT = Path(__file__).parent.parent


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("EVENTSYNC_", "AWS_"))}
    command = [sys.executable, "manage.py", "check"]
    return subprocess.run(command, cwd=ROOT, env=inherited | variables, capture_output=True, text=True, check=False)


def test_start_needs_no_variables() -> None:
    assert start().returncode == 0


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("EVENTSYNC_DATABASE_URL", "mysql://localhost/x", "must look like sqlite://…."),
        ("EVENTSYNC_DATABASE_URL", "postgres", "must look like sqlite://…."),
        ("EVENTSYNC_DATABASE_URL", "postgres://host:port/x", "must look like sqlite://…."),
        ("EVENTSYNC_DATABASE_URL", "postgress://ann:topsecret@h/db", "must look like sqlite://…."),
        ("EVENTSYNC_DATABASE_URL", "postgres://host", "must end with the name of a database."),
        ("EVENTSYNC_REDIS_URL", "localhost:6379", "must look like redis://…."),
        ("EVENTSYNC_REDIS_URL", "redis://h:xx", "must look like redis://…."),
        ("EVENTSYNC_BASE_URL", "games.example", "must look like http://…."),
        ("EVENTSYNC_BASE_URL", "http://[::1", "must look like http://…."),
        ("EVENTSYNC_BASE_URL", "http:/foo", "must be a scheme and a host, such as https://games.example."),
        ("EVENTSYNC_BASE_URL", "https://a.b/sub?x=1", "must be a scheme and a host, such as https://games.example."),
        ("EVENTSYNC_ALLOWED_HOSTS", ",", "must name hosts, separated by commas."),
        ("EVENTSYNC_ALLOWED_HOSTS", "http://a b", "must name hosts, separated by commas."),
        ("EVENTSYNC_SECRET_KEY", "short", "is shorter than 20 characters."),
        ("EVENTSYNC_PROXIES", "-1", "is '-1'; it must be a number from 0 to 9."),
        ("EVENTSYNC_QUEUE", "a queue", "is 'a queue'; it must be at most 80 letters, digits, hyphens and underscores."),
        ("EVENTSYNC_JOB_TIMEOUT", "0", "is '0'; it must be a number from 1 to 86400."),
        (
            "EVENTSYNC_DROPPABLE_JOBS",
            "500/100",
            "is '500/100'; it must be two numbers from 1 to 1000000, the smaller first, such as 1000/5000.",
        ),
        ("EVENTSYNC_BACKUPS", "backups", "is 'backups'; it must be a whole path, such as /mnt/other-disk/backups."),
        ("EVENTSYNC_KEEP_DAYS", "0", "is '0'; it must be a number from 1 to 3650."),
        ("EVENTSYNC_VAPID_KEY", "short", "must be the 32 bytes of a private key on the curve P-256, as base64url."),
        ("EVENTSYNC_VAPID_KEY", "_" * 43, "must be the 32 bytes of a private key on the curve P-256, as base64url."),
        (
            "EVENTSYNC_PUSH_CONTACT",
            "help",
            "must be an address such as mailto:help@games.example or https://games.example.",
        ),
        ("EVENTSYNC_SMS", "pigeon", "is 'pigeon'; it must be one of none, console, file, twilio, http."),
        ("EVENTSYNC_SMS", "twilio", "is twilio, so EVENTSYNC_SMS_USER, _PASSWORD and _FROM must be set."),
        ("EVENTSYNC_SMS", "http", "is http, so EVENTSYNC_SMS_URL must say where the gateway is."),
        ("EVENTSYNC_SMS_URL", "sms.example", "must look like https://…."),
        (
            "EVENTSYNC_SMS_FROM",
            "The whole games",
            "is 'The whole games'; it must be a number such as +358401234567, or a name of at most 11 letters.",
        ),
        ("EVENTSYNC_SMS_FIELDS", "whom=x", "must look like to=number,text=body,from=sender,id=reference."),
        ("EVENTSYNC_SMS_FORMAT", "xml", "is 'xml'; it must be one of json, form."),
        ("EVENTSYNC_SMS_PRICE", "cheap", "is 'cheap'; it must be what a segment costs, such as 0.075 EUR."),
        (
            "EVENTSYNC_EMAIL_URL",
            "smtp://mail.example",
            "is set, so EVENTSYNC_EMAIL_FROM must be an address such as news@games.example.",
        ),
        ("EVENTSYNC_BROKER", "kafka", "is 'kafka'; it must be one of orm, redis, sqs."),
        ("EVENTSYNC_METRICS_TOKEN", "short", "must have 20 characters or more, without spaces and accents."),
        (
            "PROMETHEUS_MULTIPROC_DIR",
            "/nowhere",
            "is '/nowhere'; it must be a folder that is there and can be written to.",
        ),
        ("EVENTSYNC_DEBUG", "maybe", "is 'maybe'; it must be 1 or 0."),
    ],
)
def test_wrong_value_stops_the_start_with_one_sentence(variable: str, value: str, sentence: str) -> None:
    done = start(**{variable: value})
    assert (done.returncode, done.stderr) == (1, f"EventSync cannot start: {variable} {sentence}\n")


AMAZON = {"EVENTSYNC_BROKER": "sqs", "AWS_CONFIG_FILE": "/dev/null"}


@pytest.mark.parametrize(
    ("installed", "sentence"),
    [
        (False, "so boto3 must be installed: .venv/bin/pip install boto3."),
        (True, "so AWS_DEFAULT_REGION must say where, such as eu-north-1."),
    ],
)
def test_amazon_as_broker_needs_its_library_and_a_region(tmp_path: Path, installed: bool, sentence: str) -> None:
    if not installed:
        (tmp_path / "boto3.py").write_text("raise ImportError")
    done = start(**AMAZON, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (1, f"EventSync cannot start: EVENTSYNC_BROKER is sqs, {sentence}\n")


def test_amazon_as_broker_starts_with_both() -> None:
    assert start(**AMAZON, AWS_DEFAULT_REGION="eu-north-1").returncode == 0


SENDER = {"EVENTSYNC_EMAIL_FROM": "news@games.example"}


def test_any_backend_for_django_sends_e_mails_with_settings_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setenv("EVENTSYNC_EMAIL_URL", f"django:{backend}?MAILGUN_API_KEY=a%26b&IGNORE=1")
    monkeypatch.setenv("EVENTSYNC_EMAIL_FROM", SENDER["EVENTSYNC_EMAIL_FROM"])
    found = messaging.mail()
    assert (found.backend, found.options) == (backend, {"MAILGUN_API_KEY": "a&b", "IGNORE": "1"})
    assert "a&b" not in repr(found)
    assert start(**SENDER, EVENTSYNC_EMAIL_URL=f"django:{backend}?A=1").returncode == 0


@pytest.mark.parametrize("path", ["nobody_wrote_this.EmailBackend?KEY=secret", "EmailBackend", "..x", "os;x.y"])
def test_backend_that_is_not_installed_stops_the_start_and_is_not_repeated(path: str) -> None:
    done = start(**SENDER, EVENTSYNC_EMAIL_URL=f"django:{path}")
    assert done.returncode == 1
    assert "EVENTSYNC_EMAIL_URL names no backend that is installed" in done.stderr
    assert "secret" not in done.stderr


def test_redis_as_broker_needs_redis() -> None:
    done = start(EVENTSYNC_BROKER="redis")
    assert (done.returncode, done.stderr) == (
        1,
        "EventSync cannot start: EVENTSYNC_BROKER is redis, so EVENTSYNC_REDIS_URL must say where it is.\n",
    )


def test_secret_key_is_made_once_and_kept_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVENTSYNC_SECRET_KEY", raising=False)
    first = environment.secret_key("EVENTSYNC_SECRET_KEY", directory=tmp_path / "var")
    assert len(first) >= 50
    assert environment.secret_key("EVENTSYNC_SECRET_KEY", directory=tmp_path / "var") == first
    [kept] = (tmp_path / "var").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    monkeypatch.setenv("EVENTSYNC_SECRET_KEY", "given by the operator")
    assert environment.secret_key("EVENTSYNC_SECRET_KEY", directory=tmp_path / "var") == "given by the operator"


def test_sqlite_writes_safely_and_waits_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB", f"sqlite:///{tmp_path}/x.sqlite3")
    options = environment.database("DB", root=tmp_path)["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert {"PRAGMA journal_mode=WAL;", "PRAGMA synchronous=FULL;"} <= {
        f"{part};" for part in options["init_command"].replace("; ", ";").split(";")
    }


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's own setting")
def test_postgresql_has_each_commit_on_the_disk_before_it_is_acknowledged() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)


def test_database_in_a_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    done = start(EVENTSYNC_DATABASE_URL=f"sqlite:///{tmp_path}/nowhere/x.sqlite3")
    expected = f"EventSync cannot start: the folder {tmp_path}/nowhere of the database does not exist.\n"
    assert (done.returncode, done.stderr, (tmp_path / "nowhere").exists()) == (1, expected, False)


@pytest.mark.parametrize(
    "command",
    [
        *(pytest.param(words, marks=pytest.mark.long) for words in (["audit"], ["demo"], ["worker"])),
        ["headcount", "--event", "demo"],
    ],
)
def test_command_without_tables_ends_with_one_sentence(tmp_path: Path, command: list[str]) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("EVENTSYNC_")}
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=inherited | {"EVENTSYNC_DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.splitlines()[-1][:30]) == (1, "The database cannot be used (n")
    assert "Traceback" not in done.stderr


def test_key_of_pushes_is_made_once_and_is_its_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVENTSYNC_VAPID_KEY", raising=False)
    made = [environment.vapid_key("EVENTSYNC_VAPID_KEY", directory=tmp_path) for _ in range(2)]
    assert made[0] == made[1]
    assert stat.S_IMODE((tmp_path / "vapid_key").stat().st_mode) == 0o600
    monkeypatch.setenv("EVENTSYNC_VAPID_KEY", "A" * 42 + "E")
    assert environment.vapid_key("EVENTSYNC_VAPID_KEY", directory=tmp_path) == "A" * 42 + "E"


@pytest.mark.parametrize(
    ("base", "contact"),
    [
        ("https://games.example:8443", "https://games.example"),
        ("https://192.168.1.5:8443", "https://192.168.1.5"),
        ("http://127.0.0.1:8000", "https://127.0.0.1"),
        ("https://localhost", "https://eventsync.example"),
        ("https://[::1]", "https://eventsync.example"),
    ],
)
def test_push_services_turn_to_the_host_that_we_serve(base: str, contact: str) -> None:
    assert environment.contact("EVENTSYNC_NOTHING", base) == contact
