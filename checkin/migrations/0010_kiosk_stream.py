from typing import Any

from django.db import migrations

from checkin import roster


def tell_kiosks(apps: Any, schema_editor: object) -> None:
    """Streams hold what today's code writes: it is written by that, for the events that there are."""
    people = apps.get_model("checkin", "Person").objects
    for event in people.order_by("event_id").values_list("event_id", flat=True).distinct():
        with roster.changing(event) as change:
            change.people.update(people.filter(event=event).values_list("id", flat=True))


class Migration(migrations.Migration):

    dependencies = [
        ('checkin', '0009_families'),
        ('sync', '0006_holder'),
    ]

    operations = [
        migrations.RunPython(tell_kiosks, migrations.RunPython.noop),
    ]
