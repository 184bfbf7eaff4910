import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("changes", "0002_number_sequence")]

    operations = [
        migrations.AddField(
            model_name="freeze",
            name="updated_at",
            field=models.DateTimeField(auto_now=True, default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="freeze",
            name="is_active",
            field=models.BooleanField(default=True, help_text="Switched off it refuses and warns no longer."),
        ),
        migrations.AddField(
            model_name="calendarfeed",
            name="seal",
            field=models.CharField(
                blank=True, help_text="Of what was read last: programs ask for news only.", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="calendarfeed",
            name="changed_at",
            field=models.DateTimeField(blank=True, help_text="When what it says became as it is.", null=True),
        ),
    ]
