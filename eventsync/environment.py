"""Readers of the environment: a wrong value stops the start with one sentence."""

import base64
import hashlib
import os
import re
import secrets
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import environ

_WORD = re.compile(r"[A-Za-z0-9_-]{1,80}")
_CONTACT = re.compile(r"(mailto:[^@\s]+@|https://)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_HOST = re.compile(r"[\w.*:\[\]-]+")
SHORTEST_KEY = 20
_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # how many private keys there are
_TELEMETRY = {"opentelemetry-sdk": "1.45.2", "opentelemetry-exporter-otlp-proto-http": "1.45.2"}  # as tested
_DATABASES = {"sqlite": "sqlite3", "sqlite3": "sqlite3", "postgres": "postgresql", "postgresql": "postgresql"}


def stop(sentence: str) -> NoReturn:
    """Ends the process as a wrong setting does: one sentence on stderr, exit 1."""
    sys.stderr.write(f"EventSync cannot start: {sentence}\n")
    raise SystemExit(1)


def text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str) -> bool:
    value = text(name, "0").lower()
    if value not in {"0", "1", "true", "false", "yes", "no", "on", "off"}:
        stop(f"{name} is {value!r}; it must be 1 or 0.")
    return value in {"1", "true", "yes", "on"}


def choice(name: str, options: tuple[str, ...]) -> str:
    value = text(name, options[0])
    if value not in options:
        stop(f"{name} is {value!r}; it must be one of {', '.join(options)}.")
    return value


def number(name: str, default: int, *, least: int = 0, most: int) -> int:
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        stop(f"{name} is {value!r}; it must be a number from {least} to {most}.")
    return int(value)


def two_numbers(name: str, default: tuple[int, int], *, most: int) -> tuple[int, int]:
    """Written as 1000/5000, the smaller one first."""
    value = text(name, f"{default[0]}/{default[1]}")
    found = [int(part) for part in value.split("/") if part.isascii() and part.isdigit()]
    if value.count("/") != 1 or len(found) != 2 or not 1 <= found[0] <= found[1] <= most:
        stop(f"{name} is {value!r}; it must be two numbers from 1 to {most}, the smaller first, such as 1000/5000.")
    return found[0], found[1]


def word(name: str, default: str) -> str:
    value = text(name, default)
    if not _WORD.fullmatch(value):
        stop(f"{name} is {value!r}; it must be at most 80 letters, digits, hyphens and underscores.")
    return value


def url(name: str, default: str, schemes: tuple[str, ...]) -> str:
    """The URL in the variable. A wrong one is not repeated in the error: it may hold a password."""
    value = text(name, default)
    if value and not _is_url(value, schemes):
        stop(f"{name} must look like {schemes[0]}://….")
    return value.rstrip("/")


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return port_is_right and parts.scheme in schemes and bool(parts.hostname or parts.path.strip("/"))


def base_url(name: str, default: str) -> str:
    """The address that phones use: scheme and host, maybe a port, and nothing else."""
    value = url(name, default, ("http", "https"))
    parts = urlsplit(value)
    if not parts.hostname or parts.path or parts.query or parts.fragment or parts.username:
        stop(f"{name} must be a scheme and a host, such as https://games.example.")
    return value


def hosts(name: str, default: list[str]) -> list[str]:
    found = [host.strip() for host in text(name, ",".join(default)).split(",") if host.strip()]
    if not found or any(not _HOST.fullmatch(host) for host in found):
        stop(f"{name} must name hosts, separated by commas.")
    return found


def database(name: str, *, root: Path) -> dict[str, Any]:
    """Django's settings for the database at the URL in the variable `name`, by default SQLite in var/."""
    value = url(name, "sqlite:///var/eventsync.sqlite3", tuple(_DATABASES))
    config: dict[str, Any] = dict(environ.Env.db_url_config(value))
    if not config["NAME"]:
        stop(f"{name} must end with the name of a database.")
    if _DATABASES[urlsplit(value).scheme] == "sqlite3":
        return _sqlite(root / str(config["NAME"]))
    config["ENGINE"] = "django.db.backends.postgresql"
    config["CONN_MAX_AGE"] = 0  # with ASGI, anything else leaves a connection behind for each thread
    # Without synchronous_commit, what was acknowledged could be lost when the power goes.
    config["OPTIONS"] = {**config.get("OPTIONS", {}), "options": "-c lock_timeout=5000 -c synchronous_commit=on"}
    return config


def _sqlite(path: Path) -> dict[str, Any]:
    if not path.parent.is_dir():
        stop(f"the folder {path.parent} of the database does not exist.")
    return {
        "ENGINE": "eventsync.sqlite",
        "NAME": path,
        "OPTIONS": {
            # The default, deferred, fails at once when two writers meet, whatever the timeout.
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,  # seconds; a phone waits 20 for its answer
            # NORMAL under WAL can lose acknowledged commits when the power goes.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;",
        },
        "TEST": {"NAME": path.parent / f"test-{os.getpid()}.sqlite3"},
    }


def marker(name: str, config: Mapping[str, Any], *, directory: Path) -> Path:
    """The file that remembers how far the database has been; by default in `directory`, one for each database."""
    if value := text(name, ""):
        path = Path(value).expanduser()
        if not path.parent.is_dir():
            stop(f"the folder {path.parent} of {name} does not exist.")
        return path
    place = "|".join(str(config.get(part, "")) for part in ("ENGINE", "HOST", "PORT", "NAME"))
    return directory / f"marker-{hashlib.sha256(place.encode()).hexdigest()[:8]}.json"


def file(name: str) -> Path | None:
    """The file that the variable names; None without one."""
    value = text(name, "")
    if not value:
        return None
    path = Path(value).expanduser()
    if not path.is_file():
        stop(f"the file {path} of {name} does not exist.")
    return path


def folder(name: str) -> Path | None:
    """The absolute path that the variable names, made when it is needed; None without one."""
    value = text(name, "")
    if value and not Path(value).is_absolute():
        stop(f"{name} is {value!r}; it must be a whole path, such as /mnt/other-disk/backups.")
    return Path(value) if value else None


def check_folder(name: str) -> None:
    """For a variable that a library reads by itself: stops unless it is empty, or names a folder to write to."""
    value = text(name, "")
    if value and not (Path(value).is_dir() and os.access(value, os.W_OK)):
        stop(f"{name} is {value!r}; it must be a folder that is there and can be written to.")


def secret_key(name: str, *, directory: Path) -> str:
    """The variable's value, or one generated into `directory` at the first start."""
    if value := os.environ.get(name, ""):
        if len(value) < SHORTEST_KEY:
            stop(f"{name} is shorter than {SHORTEST_KEY} characters.")
        return value
    path = directory / "secret_key"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        _create_once(path, secrets.token_urlsafe(50))
    return path.read_text().strip()


def vapid_key(name: str, *, directory: Path) -> str:
    """The private key by which browsers know us, as base64url of its 32 bytes; generated into `directory` once."""
    value = os.environ.get(name, "").strip()
    if not value:
        path = directory / "vapid_key"
        if not path.exists():
            _create_once(path, _coded(secrets.randbelow(_P256 - 1) + 1))
        value = path.read_text().strip()
    try:
        number = int.from_bytes(base64.b64decode(f"{value}=", altchars=b"-_", validate=True))
    except ValueError:
        number = 0
    if not 0 < number < _P256 or _coded(number) != value:
        stop(f"{name} must be the 32 bytes of a private key on the curve P-256, as base64url.")
    return value


def _coded(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32)).rstrip(b"=").decode()


def contact(name: str, base_url: str) -> str:
    """Whom a push service can turn to, mailto: or https: and a host with a name; by default the host that we serve."""
    value = text(name, "")
    if value and not _CONTACT.fullmatch(value):
        stop(f"{name} must be an address such as mailto:help@games.example or https://games.example.")
    served = f"https://{urlsplit(base_url).hostname}"
    return value or (served if _CONTACT.fullmatch(served) else "https://eventsync.example")


def _create_once(path: Path, content: str) -> None:
    """Two processes that start together must end up with the same file, whole and readable by its owner only."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def with_timeouts(redis_url: str) -> str:
    """For the broker: without, one that hangs would keep everybody who owes a job. A worker waits 1 second for word."""
    return f"{redis_url}{'&' if '?' in redis_url else '?'}socket_connect_timeout=2&socket_timeout=4"


def amazon(why: str) -> None:
    """Stops without the library that speaks to Amazon, or without a region. Its keys are looked for when needed."""
    try:
        from boto3 import Session  # noqa: PLC0415 - installed only where it is used
    except ImportError:
        stop(f"{why}, so boto3 must be installed: .venv/bin/pip install boto3.")
    if Session().region_name is None:
        stop(f"{why}, so AWS_DEFAULT_REGION must say where, such as eu-north-1.")


def telemetry() -> bool:
    """Whether OpenTelemetry's own variables ask for spans. Stops without its libraries, or for what we do not speak."""
    asked = any(name.startswith("OTEL_") and value.strip() for name, value in os.environ.items())
    if not asked or flag("OTEL_SDK_DISABLED") or choice("OTEL_TRACES_EXPORTER", ("otlp", "none")) == "none":
        return False
    for name in ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"):
        choice(name, ("http/protobuf",))
    try:
        for package in _TELEMETRY:
            version(package)
    except PackageNotFoundError:
        wanted = " ".join(f"{package}=={pin}" for package, pin in _TELEMETRY.items())
        stop(f"an OTEL_ variable is set, so OpenTelemetry must be installed: .venv/bin/pip install {wanted}")
    return True


def token(name: str) -> str:
    """A secret that callers show; empty without one. It is not repeated in the error."""
    value = text(name, "")
    if value and (len(value) < SHORTEST_KEY or not value.isascii() or not value.isprintable() or " " in value):
        stop(f"{name} must have {SHORTEST_KEY} characters or more, without spaces and accents.")
    return value


def redis_layer(redis_url: str) -> Mapping[str, Any]:
    if not redis_url:
        return {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    return {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [redis_url]}}


def cache(redis_url: str) -> Mapping[str, Any]:
    if not redis_url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {"BACKEND": "eventsync.caching.RedisOrOwnCache", "LOCATION": redis_url}
