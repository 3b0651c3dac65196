"""What of check-in waits for somebody at the organisers' desk, as far as its reader may see it."""

from typing import Any

from django import template

from checkin.models import Conflict, ConflictState, Person
from eventsync.sync.templatetags.desk import seen

register = template.Library()


@register.simple_tag(takes_context=True)
def open_conflicts(context: Any) -> int:
    return seen(context, Conflict).filter(state=ConflictState.OPEN).count()


@register.simple_tag(takes_context=True)
def open_walk_ins(context: Any) -> int:
    return seen(context, Person).filter(walk_in=True, merged_into=None).count()
