from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0011_to_leaders'),
    ]

    operations = [
        migrations.RenameField(model_name='notice', old_name='cancels', new_name='must_hear'),
        migrations.AlterField(
            model_name='delivery',
            name='why',
            field=models.CharField(blank=True, choices=[('', ''), ('critical', 'It is about safety: it does not wait for the morning or for anything else.'), ('quiet', 'Quiet hours, 20:00 to 7:00.'), ('set_time', 'They want it at set times.'), ('cap', 'They were sent four on that day.'), ('cancelled', 'Or they come or wait for nothing, so neither night nor four on a day stop it.'), ('again', 'It is about safety, and no answer came the first time: it may have arrived twice.')], max_length=15),
        ),
        migrations.AlterField(
            model_name='notice',
            name='must_hear',
            field=models.BooleanField(default=False, help_text='Whoever does not hear of it comes or waits for nothing.'),
        ),
    ]
