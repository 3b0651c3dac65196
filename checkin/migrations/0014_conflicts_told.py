from django.db import migrations


class Migration(migrations.Migration):
    """What it wrote is written by 0017, by today’s code, which needs the columns of all before."""

    dependencies = [
        ('checkin', '0013_slot_conflicts'),
        ('sync', '0006_holder'),
    ]

    operations = []
