"""What the ledger can be filtered by, beside the event."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from checkin.flags import REFUSALS, WHY
from checkin.ledger import person_subject, records_about
from checkin.models import AttendanceRecord, Checkpoint, Person
from eventsync.access.scope import limit
from eventsync.schedule.models import Event
from eventsync.schedule.staff import OF_ROW, events_seen, venues_for
from eventsync.sync.admin import AppliedFilter, ByIdFilter, as_id
from eventsync.sync.models import Operation, Verdict

MOST_DAYS = 60
VIEW = "checkin.view_attendancerecord"

Choices = list[tuple[str, str]]


def chosen_event(request: HttpRequest) -> Event | None:
    """The event of the event filter; the only one when there is no other."""
    own, key = events_seen(request.user, VIEW), as_id(request.GET.get("event", ""))
    if key:
        return own.filter(id=key).first()
    events = list(own[:2])
    return events[0] if len(events) == 1 else None


class VenueFilter(ByIdFilter):
    title = "venue"
    parameter_name = "venue"
    field = "checkpoint__venue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        venues = venues_for(request.user, VIEW).filter(event=chosen_event(request))
        return [(str(key), name) for key, name in venues.values_list("id", "name")]


class CheckpointFilter(ByIdFilter):
    title = "checkpoint"
    parameter_name = "checkpoint"
    field = "checkpoint"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        venues = venues_for(request.user, VIEW).filter(event=chosen_event(request)).order_by()
        doors = Checkpoint.objects.select_related("venue").filter(venue__in=venues)
        if venue := as_id(request.GET.get("venue", "")):
            doors = doors.filter(venue=venue)
        return [(str(door.id), str(door)) for door in doors.order_by("venue__name", "name")]


class DayFilter(AppliedFilter):
    """Days of the event, in its zone; there are none to choose from before an event is chosen."""

    title = "day"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        event = chosen_event(request)
        if event is None:
            return []
        count = min((event.last_day - event.first_day).days + 1, MOST_DAYS)
        days = [event.first_day + timedelta(days=number) for number in range(count)]
        return [(day.isoformat(), f"{day:%a %d %b}") for day in days]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value, event = self.value(), chosen_event(request)
        if value is None:
            return queryset
        if event is None:
            return queryset.none()
        try:
            begin, end = _day(value, ZoneInfo(event.tz))
        except (ValueError, OverflowError):
            return queryset.none()
        return queryset.filter(at__gte=begin, at__lt=end)


def _day(text: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of this day and of the next; ValueError or OverflowError when it is none, or a very odd one."""
    day = date.fromisoformat(text)
    begin, end = (datetime.combine(each, time.min, zone) for each in (day, day + timedelta(days=1)))
    return begin.astimezone(UTC), end.astimezone(UTC)


class FlagFilter(admin.SimpleListFilter):
    title = "flag"
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("any", "Any flag"), *((flag, flag.replace("_", " ").capitalize()) for flag in WHY)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What the engine remarked (clock, revoked phone) stands with the operation."""
        operations = Operation.objects.filter(id=OuterRef("operation_id"))
        match self.value():
            case None:
                return queryset
            case "any":
                return queryset.filter(Exists(operations.filter(verdict=Verdict.FLAGGED)))
            case flag:
                engine = Exists(operations.filter(flags__contains=f'"{flag}"'))
                return queryset.filter(Q(flags__contains=flag) | engine) if flag in WHY else queryset.none()


class RefusalFilter(admin.SimpleListFilter):
    title = "reason of a refusal"
    parameter_name = "refused"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(code, words.rstrip(".")) for code, words in REFUSALS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        code = self.value()
        return queryset if code is None else queryset.filter(verb="refuse", reason=code)


class PersonFilter(ByIdFilter):
    """Set by the link on a person's page; shows itself only then."""

    title = "person"
    parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        key = as_id(request.GET.get("person", ""))
        found = limit(Person.objects.filter(id=key), request.user, "checkin.view_person", OF_ROW) if key else []
        return [(str(person.id), str(person)) for person in found]

    def rows_of(self, key: UUID, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return about(queryset, [person_subject(key)])


def about(queryset: QuerySet[AttendanceRecord], subjects: list[str]) -> QuerySet[AttendanceRecord]:
    """The records of these subjects, and the undoings of them."""
    theirs = records_about(subjects).values("operation_id")
    return queryset.filter(Q(operation_id__in=theirs) | Q(refers_to__in=theirs))
