"""What it all began with: one id from what a person did to every request, job and log line that follows from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from structlog.contextvars import bind_contextvars, bound_contextvars, get_contextvars

_KEY = "correlation"


def current() -> UUID | None:
    """Of what is being done now; None outside of any request and job."""
    found = get_contextvars().get(_KEY)
    return UUID(found) if found else None


def rename(correlation: str) -> None:
    """It is known better now what this request began with. It holds until `correlated` ends."""
    bind_contextvars(**{_KEY: correlation})


@contextmanager
def correlated(correlation: object, **also: object) -> Iterator[None]:
    """All log lines inside say this id, and what else is given."""
    with bound_contextvars(**{_KEY: str(correlation)}, **also):
        yield
