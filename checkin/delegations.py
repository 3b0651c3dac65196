"""The delegations of the list, for the schedule: so that one that is misspelt there is remarked."""

from collections.abc import Iterable
from uuid import UUID

from checkin.models import Person
from eventsync.schedule.plan.groups import name_groups


@name_groups
def delegations(event: UUID) -> Iterable[str]:
    return (
        Person.objects.filter(event=event)
        .exclude(delegation="")
        .order_by()
        .values_list("delegation", flat=True)
        .distinct()
    )
