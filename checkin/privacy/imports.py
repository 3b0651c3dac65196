"""What is remembered of imported rosters: counts, and remarks that may name people."""

import json
from uuid import UUID

from django.db.models import QuerySet

from checkin.models import RosterImport
from checkin.rosters import uploads
from eventsync.privacy.registry import Whom


def rows(whom: Whom) -> "list[QuerySet[RosterImport]]":
    """Those that name them."""
    named = [row.pk for row in RosterImport.objects.filter(event=whom.event) if _told(row) != _left(row, whom)]
    return [RosterImport.objects.filter(pk__in=named)]


def erase(whom: Whom) -> None:
    for row in RosterImport.objects.filter(event=whom.event):
        if (left := _left(row, whom)) != _told(row):
            RosterImport.objects.filter(pk=row.pk).update(report=json.loads(left))


def sweep(event: UUID) -> None:
    """Files that nobody confirmed go, and of those that were imported all but the counts."""
    for row in uploads.with_owed(RosterImport.objects.filter(event=event)):
        if uploads.unconfirmed(row):
            uploads.discard(row)
        else:
            counts = {name: value for name, value in row.report.items() if isinstance(value, int) or name == "format"}
            RosterImport.objects.filter(pk=row.pk).update(report=counts)


def _told(row: RosterImport) -> str:
    return json.dumps(row.report, ensure_ascii=False)


def _left(row: RosterImport, whom: Whom) -> str:
    return whom.words.out_of(_told(row))
