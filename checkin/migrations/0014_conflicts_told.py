from typing import Any

from django.db import migrations, transaction

from checkin import records, roster
from checkin.conflicts import places
from eventsync.sync.streams import lock

BATCH = 500


def tell_leads(apps: Any, schema_editor: object) -> None:
    """Who was merged before leads were told so has no record of it, and may have conflicts that are none any more; a place
    that several people had before that was a conflict is none yet.

    Streams hold what today's code writes: it is written by that. What is right already stays as it is, so this may be
    broken off after any batch, and run again.
    """
    merged = apps.get_model("checkin", "Person").objects.filter(merged_into__isnull=False).order_by("event_id", "id")
    by_event: dict[Any, list[Any]] = {}
    for event, person in merged.values_list("event_id", "id"):
        by_event.setdefault(event, []).append(person)
    for event, people in by_event.items():
        for start in range(0, len(people), BATCH):
            with roster.changing(event) as change:
                change.people.update(people[start : start + BATCH])
    for event in apps.get_model("schedule", "Event").objects.values_list("id", flat=True):
        _tell_of_places(event)


@transaction.atomic
def _tell_of_places(event: Any) -> None:
    venues = map(records.attendance_stream, records.venue_ids(event))
    changes = lock([records.conflicts_stream(event), *venues])
    places.settle(event, places.taken(event), changes)
    changes.write()


class Migration(migrations.Migration):

    atomic = False  # each batch is a transaction of its own: nobody waits for all of them

    dependencies = [
        ('checkin', '0013_slot_conflicts'),
        ('sync', '0006_holder'),
    ]

    operations = [
        migrations.RunPython(tell_leads, migrations.RunPython.noop),
    ]
