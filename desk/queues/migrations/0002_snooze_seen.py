"""What wakes a ticket that was put aside is any newer event, and not only a newer version of the ticket."""

from django.db import migrations, models

NEWEST = """
    UPDATE queues_snooze SET seen = coalesce(
        (SELECT max(event.id) FROM tickets_event event WHERE event.ticket_id = queues_snooze.ticket_id), 0)
"""


class Migration(migrations.Migration):
    dependencies = [("queues", "0001_initial")]

    operations = [
        migrations.AddField("snooze", "seen", models.BigIntegerField(default=0), preserve_default=False),
        migrations.RunSQL(NEWEST, migrations.RunSQL.noop),
        migrations.RemoveField("snooze", "version"),
    ]
