"""The sequence that CHG- numbers are drawn from."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("changes", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE ticket_number_chg", "DROP SEQUENCE ticket_number_chg"),
    ]
