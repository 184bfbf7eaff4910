"""Clocks that have been warned of or are missed, and aren't over, are found by an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0003_clock_indexes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("reached__gt", 0), ("stopped_at", None)),
                fields=["ticket"],
                name="sla_clock_told",
            ),
        ),
    ]
