"""What waits for somebody at the organisers' desk."""

from django import template

from eventsync.jobs.models import Alert
from eventsync.sync.models import Quarantined, Resolution

register = template.Library()


@register.simple_tag
def open_alerts() -> int:
    return Alert.objects.filter(handled_at=None).count()


@register.simple_tag
def open_quarantine() -> int:
    return Quarantined.objects.filter(resolution=Resolution.OPEN).count()
