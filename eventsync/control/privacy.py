"""What the control room holds of the people on the list: what was said when their records were replayed."""

from uuid import UUID

from django.db.models import QuerySet

from eventsync.control.models import ReplayItem
from eventsync.privacy.registry import Holding, Whom, hold, nobodys
from eventsync.privacy.words import take_out
from eventsync.schedule.models import Venue


def _rows(whom: Whom) -> "list[QuerySet[ReplayItem]]":
    return [ReplayItem.objects.filter(whom.words.among("told")) if whom.words else ReplayItem.objects.none()]


def _erase(whom: Whom) -> None:
    take_out(whom.words, ReplayItem.objects.all(), "told")


def _sweep(event: UUID) -> None:
    places = [event, *Venue.objects.filter(event=event).values_list("pk", flat=True)]
    ReplayItem.objects.filter(place__in=list(map(str, places))).exclude(told="").update(told="")


hold(
    Holding(
        name="replays",
        tables=(ReplayItem,),
        goes="Their name and codes in what was said when failed records were replayed.",
        stays="What was replayed, when, and by whom.",
        rows=_rows,
        erase=_erase,
        sweep=_sweep,
    )
)
nobodys("control.Replay", why="Accounts of the staff, and when.")
nobodys("control.Sample", "control.Standing", why="Numbers, by phone, stream and task.")
nobodys("control.AlertMails", "control.AlertMails_told_of", why="Accounts of the staff, and what they were told of.")
