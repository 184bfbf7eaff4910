"""The sequence that INC- numbers are drawn from."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE ticket_number_inc", "DROP SEQUENCE ticket_number_inc"),
    ]
