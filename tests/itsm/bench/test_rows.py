"""The bench measures what it says: its company is whole, and each row gets the page that it asks for. No time is asserted."""

import pytest
from django.db import connection

from desk.search.models import Document
from desk.search.queries import search
from itsm.bench.lay import COMMON, RARE, lay
from itsm.bench.rows import MOVED_NOT, rows
from itsm.bench.visitors import Inside

SIZE, FREE = 400, 10


@pytest.mark.django_db(transaction=True)
def test_each_row_gets_what_it_asks_for(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    company = lay(SIZE, say=lambda sentence: None, free=FREE)
    assert Document.objects.count() == SIZE + FREE + 2  # these are logged by the portal itself
    assert search(RARE, company.analyst).total + search(COMMON, company.analyst).total > 0
    assert company.talked.events.count() >= 10
    with connection.cursor() as cursor:  # what was left aside is there again
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'search_%%' AND tgenabled = 'O'")
        assert cursor.fetchone() == (4,)
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname IN ('search_public', 'search_whole')")
        assert cursor.fetchone() == (2,)
    for row in rows(company):
        visitor = Inside(row.who)
        status, size = row.ask(visitor, 1)
        assert status in row.good, row.name
        # Who asks whether anything moved, and nothing did, is answered without the database.
        assert (visitor.statements > 0) == (row.good != MOVED_NOT), row.name
