"""The states of jobs as they are documented, tasks of several policies, and what can happen to who does them."""

from datetime import timedelta

from eventsync.jobs import queue
from eventsync.jobs.rules import Policy

POLICIES = {
    "plain": Policy(),
    "ordered": Policy(ordered=True, retries=(timedelta(seconds=5),)),
    "brief": Policy(expires_after=timedelta(minutes=5)),
}
AGREED_TO = "agreed to"  # the task whose jobs another person must agree to
OUT = {
    "waiting_approval": {"available", "cancelled", "expired"},
    "available": {"running", "cancelled", "expired"},
    "running": {"done", "retry_wait", "dead", "available", "waiting_approval", "cancelled", "expired"},
    "retry_wait": {"running", "cancelled", "expired"},
    "dead": {"available", "cancelled"},
}
LONG = queue.LEASE + timedelta(minutes=1)


class Killed(BaseException):
    """kill -9: nothing that was to follow is done."""


class Wrong(BaseException):
    """A job runs that must not: no error of its task, which would only fail it."""


def need(*conditions: bool) -> None:
    if not all(conditions):
        raise Wrong(conditions)
