from django.db import migrations, models


class Migration(migrations.Migration):
    """What is kept aside may not say whose it is, and that somebody read it is noted all the same."""

    dependencies = [("checkin", "0018_streams_told")]

    operations = [
        migrations.AlterField(
            model_name="safetyaccess",
            name="person_id",
            field=models.UUIDField(
                help_text="May be nobody on the roster any more. Empty: what was read does not say whose it is.",
                null=True,
            ),
        ),
    ]
