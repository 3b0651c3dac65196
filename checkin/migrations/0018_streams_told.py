from typing import Any

from django.db import migrations, transaction

from checkin import records, roster
from checkin.conflicts import places
from eventsync.sync.streams import kiosk_stream, lock

BATCH = 500


def tell(apps: Any, schema_editor: object) -> None:
    """Events from before there were kiosks have no list for them; who was merged before leads were told so has no record of
    it, and may have conflicts that are none any more; a place that several people had before that was a conflict is none yet.

    Streams hold what today's code writes: it is written by that. What is right already stays as it is, so this may be
    broken off after any batch, and run again. Whoever adds a column that this code reads puts it before this migration,
    under a new number.
    """
    for event in apps.get_model("schedule", "Event").objects.values_list("id", flat=True):
        _tell_of_people(event, apps)
        _tell_of_places(event)


def _tell_of_people(event: Any, apps: Any) -> None:
    """Of whom no kiosk is told: everybody, or those who are merged."""
    people = apps.get_model("checkin", "Person").objects.filter(event=event).order_by("id")
    changes = apps.get_model("sync", "Change").objects.filter(stream=kiosk_stream(event), deleted=False)
    told = set(changes.values_list("key", flat=True))
    wanted = [key for key in people.values_list("id", flat=True) if str(key) not in told]
    for start in range(0, len(wanted), BATCH):
        with roster.changing(event) as change:
            change.people.update(wanted[start : start + BATCH])


@transaction.atomic
def _tell_of_places(event: Any) -> None:
    venues = map(records.attendance_stream, records.venue_ids(event))
    changes = lock([records.conflicts_stream(event), *venues])
    places.settle(event, places.taken(event), changes)
    changes.write()


class Migration(migrations.Migration):

    atomic = False  # each batch is a transaction of its own: nobody waits for all of them

    dependencies = [
        ('checkin', '0017_phone_names'),
        ('schedule', '0005_keep_until'),
        ('sync', '0007_backup_apart'),
    ]

    operations = [
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
