"""How log lines look: one JSON object each, or for people in debug (docs/logs.md). Nobody's data is in them.

What an exception says may hold what a person typed: outside debug a line has its type, and where it was. The words
are kept only of errors that come from the machine, and without what stands in quotes.
"""

import copy
import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any

import orjson
import structlog
from django.db import OperationalError
from structlog.typing import Processor

SECRET = frozenset(
    {"actor", "authorization", "body", "code", "cookie", "credential", "holder", "name", "password", "payload", "token"}
)
HIDDEN = "…"
_FRAMES = 12
_OF_THE_MACHINE = (OSError, OperationalError, MemoryError)
_QUOTED = re.compile(r"""(["'`]).*?\1""")
_SAID = re.compile(r"(?i)(bearer\s+|enrol=|/f/[^/\s]+/)[^\s\"']+")

Line = MutableMapping[str, Any]
Raised = tuple[type[BaseException], BaseException, TracebackType | None]


def told(error: BaseException) -> str:
    """What may be said of an error."""
    words = str(error).partition("\n")[0] if isinstance(error, _OF_THE_MACHINE) else ""
    kind = type(error).__name__
    return f"{kind}: {_QUOTED.sub(HIDDEN, words)}" if words else kind


def tell_exception(logger: object, method: str, line: Line) -> Line:
    """`exc_info` becomes `exception`: what was raised, what caused it, and where: `file:line function`."""
    raised = _raised(line.pop("exc_info", None))
    if raised is not None:
        _, error, trace = raised
        cause = error.__cause__
        line["exception"] = told(error) if cause is None else f"{told(error)} ← {told(cause)}"
        frames = traceback.extract_tb(trace or (cause.__traceback__ if cause else None))[-_FRAMES:]
        line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return line


def _raised(exc_info: Any) -> Raised | None:
    match exc_info:
        case BaseException():
            return type(exc_info), exc_info, exc_info.__traceback__
        case (kind, error, trace) if error is not None:
            return kind, error, trace
        case True:
            return _raised(sys.exc_info())
    return None


def hide(logger: object, method: str, line: Line) -> Line:
    """The last gate: whatever is called like a secret or like somebody's data is not written."""
    for key, value in line.items():
        if key in SECRET:
            line[key] = HIDDEN
        elif isinstance(value, str):
            line[key] = _SAID.sub(rf"\1{HIDDEN}", value)
    return line


class Formatter(structlog.stdlib.ProcessorFormatter):
    """Also of what libraries log: an error that a sentence ends with is told as an exception is."""

    def format(self, record: logging.LogRecord) -> str:
        if isinstance(record.msg, dict) and hasattr(record, "_logger"):
            return self._finished(record.msg.copy())
        if isinstance(record.args, tuple) and any(isinstance(each, BaseException) for each in record.args):
            record = copy.copy(record)
            record.args = tuple(told(each) if isinstance(each, BaseException) else each for each in record.args or ())
        return super().format(record)

    def _finished(self, line: Any) -> str:
        """A line of ours, without the copies that the library makes of its record: they are half of what it costs."""
        for step in self.processors[1:]:
            line = step(None, "", line)
        return str(line)


_BEFORE: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]


def json_formatter() -> Formatter:
    return Formatter(
        foreign_pre_chain=_BEFORE,
        processors=[Formatter.remove_processors_meta, tell_exception, hide, _as_json],
    )


def debug_formatter() -> Formatter:
    """For whoever develops: colours where the terminal has them, whole exceptions."""
    for_people = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), timestamp_key="at")
    return Formatter(foreign_pre_chain=_BEFORE, processors=[Formatter.remove_processors_meta, hide, for_people])


def _as_json(logger: object, method: str, line: Line) -> str:
    first = {key: line.pop(key) for key in ("at", "level", "event")}
    return orjson.dumps(first | dict(line), default=str).decode()


# A line of a push costs a tenth of it; what is never written need not be found out for each.
logging.logProcesses = logging.logMultiprocessing = logging.logThreads = False
logging._srcfile = None  # noqa: SLF001 - logging's own manual says it so


def configure(*, debug: bool) -> dict[str, Any]:
    """Sets structlog up; answers with what Django's LOGGING is to be."""
    structlog.configure(
        processors=[*_BEFORE, Formatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    levels: Mapping[str, Any] = {
        "daphne": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},  # the line of the request says the rest
        "django-q": {"level": "WARNING", "handlers": ["stderr"], "propagate": False},
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": debug_formatter if debug else json_formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": levels,
    }
