"""Whoever only said “me too” of a major incident is no watcher of it: they read what everybody may read, and no more."""

from typing import Any

from django.db import migrations


def let_go(apps: Any, schema_editor: Any) -> None:
    """Those who became watchers by joining are none any more, unless a duplicate of theirs was merged into it too."""
    Joined = apps.get_model("incidents", "Joined")
    Incident = apps.get_model("incidents", "Incident")
    Watcher = apps.get_model("tickets", "Watcher")
    for mine in Joined.objects.filter(watches_by_it=True).iterator():
        merged = Incident.objects.filter(merged_into=mine.incident_id)
        if not (merged.filter(requester=mine.user_id) | merged.filter(reporter=mine.user_id)).exists():
            Watcher.objects.filter(ticket=mine.incident_id, user=mine.user_id).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0009_majors"),
        ("tickets", "0009_child_of"),
    ]

    operations = [
        migrations.RunPython(let_go, migrations.RunPython.noop),
        migrations.RemoveField(model_name="joined", name="watches_by_it"),
    ]
