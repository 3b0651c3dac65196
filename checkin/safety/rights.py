"""Who may read and change safety data: one getter for each right."""

from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.db.models import QuerySet

from checkin.models import Person
from eventsync.access.scope import limit, may
from eventsync.schedule.staff import OF_ROW
from eventsync.sync.models import Device, Profile

READ, CHANGE = "checkin.view_safetyentry", "checkin.change_safetyentry"

User = AbstractBaseUser | AnonymousUser


def may_read(user: User) -> bool:
    """At the desk, of somebody. Each reading is audited."""
    return isinstance(user, PermissionsMixin) and user.has_perm(READ)


def may_read_at(user: User, event_id: UUID) -> bool:
    """As `may_read`, of anybody at this event."""
    return may(user, READ, Person(event_id=event_id), OF_ROW)


def readable(user: User) -> QuerySet[Person]:
    """Of whom `user` may read it at the desk."""
    return limit(Person.objects.filter(erased_at=None).select_related("event"), user, READ, OF_ROW)


def may_change(user: User, person: Person) -> bool:
    """At the desk: to change it, and to accept or reject what others propose."""
    return all(may(user, right, person, OF_ROW) for right in (READ, CHANGE))


def may_see_audit(user: User) -> bool:
    return isinstance(user, PermissionsMixin) and user.has_perm("checkin.view_safetyaccess")


def device_may_read(device: Device) -> bool:
    """A lead's phone, and no other: a door, a kiosk and a family need not know, and a control room has the desk."""
    return device.profile == Profile.LEAD and device.revoked_at is None


def device_may_change(device: Device) -> bool:
    """A lead's phone may also change it while there is a network, and settle what others propose."""
    return device_may_read(device)
