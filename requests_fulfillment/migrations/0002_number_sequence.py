"""The sequence that REQ- numbers are drawn from."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("requests_fulfillment", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE ticket_number_req", "DROP SEQUENCE ticket_number_req"),
    ]
