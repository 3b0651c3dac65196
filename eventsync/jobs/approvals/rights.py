"""Who may say what about an approval: one getter for each right, by the account's permissions."""

from django.http import HttpRequest

from eventsync.jobs.rules import Somebody


def may_decide(request: HttpRequest) -> bool:
    """To approve, to reject, and to review what others did without approval."""
    return request.user.has_perm("jobs.decide_approval")


def may_break_glass(request: HttpRequest) -> bool:
    """To have done at once, with a reason, what waits for a person."""
    return request.user.has_perm("jobs.break_glass")


def somebody(request: HttpRequest) -> Somebody:
    """Whoever is signed in."""
    return Somebody(f"user:{request.user.pk}", request.user.get_username())
