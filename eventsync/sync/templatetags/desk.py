"""What waits for somebody at the organisers' desk, as far as its reader may see it."""

from typing import Any

from django import template
from django.contrib import admin
from django.db.models import QuerySet
from django.utils import timezone

from eventsync.access.admin import ago
from eventsync.jobs.alerts import unsilenced
from eventsync.jobs.approvals.models import NEEDS_A_PERSON
from eventsync.jobs.models import Alert, Approval
from eventsync.sync import queries
from eventsync.sync.models import Device, Quarantined, Resolution

register = template.Library()
register.filter(ago)


@register.simple_tag(takes_context=True)
def open_alerts(context: Any) -> int:
    return (seen(context, Alert) & unsilenced(now=timezone.now())).count()


@register.simple_tag(takes_context=True)
def waiting_approvals(context: Any) -> int:
    """Those that have a person to decide or to review them."""
    return seen(context, Approval).filter(state__in=NEEDS_A_PERSON).count()


@register.simple_tag(takes_context=True)
def open_quarantine(context: Any) -> int:
    return seen(context, Quarantined).filter(resolution=Resolution.OPEN).count()


@register.simple_tag(takes_context=True)
def silent_holders(context: Any) -> int:
    return queries.silent_holders(seen(context, Device), now=timezone.now()).count()


def seen(context: Any, model: Any) -> QuerySet[Any]:
    """The rows that the page of this model would show."""
    return admin.site.get_model_admin(model).get_queryset(context["request"])
