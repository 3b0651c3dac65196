"""What of notices waits for somebody at the organisers' desk, as far as its reader may see it."""

from typing import Any

from django import template

from eventsync.sync.templatetags.desk import seen
from notifications.ladder.rules import Call
from notifications.models import CallTask

register = template.Library()


@register.simple_tag(takes_context=True)
def open_calls(context: Any) -> int:
    return seen(context, CallTask).filter(state=Call.OPEN).count()
