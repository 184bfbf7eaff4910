"""What nobody has yet, in the order of a queue, is read by an index of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0007_fixed_by"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.F("workgroup"),
                models.OrderBy(models.F("due_at"), nulls_last=True),
                models.F("priority"),
                models.F("id"),
                condition=models.Q(models.Q(("state__in", ["closed", "cancelled"]), _negated=True), ("assignee", None)),
                name="tickets_free_by_breach",
            ),
        ),
    ]
