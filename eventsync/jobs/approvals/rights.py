"""Who may say what about an approval: one getter for each right, where it belongs."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from eventsync.access.scope import Belongs, may
from eventsync.jobs.rights import BREAK_GLASS, DECIDE, OF_PLACE
from eventsync.jobs.rules import Somebody


def may_decide(request: HttpRequest, about: Model, belongs: Belongs = OF_PLACE) -> bool:
    """To approve, to reject, and to review what others did without approval. `about`: the approval, or its subject."""
    return may(request.user, DECIDE, about, belongs)


def may_break_glass(request: HttpRequest, about: Model, belongs: Belongs = OF_PLACE) -> bool:
    """To have done at once, with a reason, what waits for a person."""
    return may(request.user, BREAK_GLASS, about, belongs)


def somebody(request: HttpRequest) -> Somebody:
    """Whoever is signed in."""
    return account(request.user)


def account(user: Any) -> Somebody:
    return Somebody(f"user:{user.pk}", user.get_username())
