from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0008_free_by_breach"),
    ]

    operations = [
        migrations.AlterField(
            model_name="link",
            name="kind",
            field=models.CharField(
                choices=[
                    ("recurrence_of", "is a recurrence of"),
                    ("caused_by", "was caused by"),
                    ("fixed_by", "is fixed by"),
                    ("duplicate_of", "is a duplicate of"),
                    ("related_to", "is related to"),
                    ("child_of", "is a child of"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                condition=Q(kind="child_of"), fields=("source",), name="tickets_one_parent"
            ),
        ),
    ]
