from django.db import migrations, models


class Migration(migrations.Migration):
    """What each approval began with. Of those from before that, what they are about says it."""

    dependencies = [("jobs", "0014_order_within_partitions")]

    operations = [
        migrations.AddField(
            model_name="approval",
            name="correlation",
            field=models.UUIDField(help_text="What it all began with, as of a job.", null=True),
        ),
        migrations.AddIndex(
            model_name="approval", index=models.Index(fields=["correlation"], name="approval_correlation")
        ),
    ]
