"""What of check-in waits for somebody at the organisers' desk."""

from django import template

from checkin.models import Conflict, ConflictState, Person

register = template.Library()


@register.simple_tag
def open_conflicts() -> int:
    return Conflict.objects.filter(state=ConflictState.OPEN).count()


@register.simple_tag
def open_walk_ins() -> int:
    return Person.objects.filter(walk_in=True, merged_into=None).count()
