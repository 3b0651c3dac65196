from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("checkin", "0016_erased_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="attendancerecord",
            name="phone",
            field=models.CharField(
                blank=True, default="", help_text="What the device was called then.", max_length=100
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="presence",
            name="phone",
            field=models.CharField(blank=True, default="", max_length=100),
            preserve_default=False,
        ),
    ]
