"""The sequence that WO- numbers are drawn from."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("workorders", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE ticket_number_wo", "DROP SEQUENCE ticket_number_wo"),
    ]
