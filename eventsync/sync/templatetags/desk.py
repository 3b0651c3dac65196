"""What waits for somebody at the organisers' desk."""

from django import template
from django.utils import timezone

from eventsync.jobs.alerts import unsilenced
from eventsync.jobs.approvals.models import NEEDS_A_PERSON
from eventsync.jobs.models import Approval
from eventsync.sync import queries
from eventsync.sync.models import Device, Quarantined, Resolution

register = template.Library()


@register.simple_tag
def open_alerts() -> int:
    return unsilenced(now=timezone.now()).count()


@register.simple_tag
def waiting_approvals() -> int:
    """Those that have a person to decide or to review them."""
    return Approval.objects.filter(state__in=NEEDS_A_PERSON).count()


@register.simple_tag
def open_quarantine() -> int:
    return Quarantined.objects.filter(resolution=Resolution.OPEN).count()


@register.simple_tag
def silent_holders() -> int:
    return queries.silent_holders(Device.objects.all(), now=timezone.now()).count()
