"""Each word is looked up by itself, whatever PostgreSQL thought of the table when it planned this."""

from django.db import migrations

# A join could be planned while the table is empty as a comparison of all words with all, and stay so for a connection's life:
# a subquery of one row can't. Sequential scans are off, since of an empty table they'd seem as good as the index.
LEARN = """
CREATE OR REPLACE FUNCTION search_learn(said tsvector) RETURNS void LANGUAGE sql SET enable_seqscan = off AS $$
    INSERT INTO search_word (word)
    SELECT new.word FROM unnest(tsvector_to_array(said)) AS new(word)
    WHERE new.word ~ '^[[:alpha:]]..'
        AND (SELECT known.word FROM search_word AS known WHERE known.word = new.word LIMIT 1) IS NULL
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0003_eras"),
    ]

    operations = [migrations.RunSQL(LEARN, migrations.RunSQL.noop)]
