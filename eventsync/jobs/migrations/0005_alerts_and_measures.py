from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("jobs", "0004_approvals"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="alert", name="alert_open_once"),
        migrations.RenameField(model_name="alert", old_name="handled_at", new_name="cleared_at"),
        migrations.RenameField(model_name="alert", old_name="handled_by", new_name="cleared_by"),
        migrations.AlterField(
            model_name="alert",
            name="cleared_by",
            field=models.CharField(blank=True, help_text="Empty: it was well again by itself.", max_length=150),
        ),
        migrations.AddField(
            model_name="alert", name="acknowledged_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="alert",
            name="acknowledged_by",
            field=models.CharField(blank=True, default="", max_length=150),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="alert", name="silenced_until", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="alert",
            name="silenced_by",
            field=models.CharField(blank=True, default="", max_length=150),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cleared_at", None)), fields=("kind", "subject"), name="alert_open_once"
            ),
        ),
        migrations.AddIndex(model_name="job", index=models.Index(fields=["correlation"], name="job_correlation")),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", False)), fields=["finished_at"], name="job_finished"
            ),
        ),
        migrations.AddIndex(model_name="attempt", index=models.Index(fields=["ended_at"], name="attempt_ended")),
    ]
