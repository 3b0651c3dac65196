from typing import Any

from django.db import migrations

KIND = b"checkin.propose_safety"


def forget(apps: Any, schema_editor: object) -> None:
    """What was kept aside and then applied says nothing of anybody's safety any more: its proposal does, if it is kept."""
    aside = apps.get_model("sync", "Quarantined").objects.filter(resolution="applied").exclude(body=b"")
    sealed = [key for key, body in aside.values_list("pk", "body").iterator() if KIND in bytes(body)]
    for key in sealed:
        aside.filter(pk=key).update(body=b"")


class Migration(migrations.Migration):
    dependencies = [
        ("checkin", "0019_reads_of_nobody"),
        ("sync", "0007_backup_apart"),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
