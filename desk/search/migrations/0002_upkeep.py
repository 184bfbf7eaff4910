"""How the database itself keeps documents and words: a configuration for two languages, functions, triggers."""

from django.db import migrations

# A word is dropped when it is a stop word of either language; accents go; else it stays as it is, in small letters.
# Inflection is the query's business (`words.trimmed`): a stem of one language would be wrong in the other.
CONFIGURATION = """
CREATE TEXT SEARCH DICTIONARY search_english (TEMPLATE = simple, STOPWORDS = english, ACCEPT = false);
CREATE TEXT SEARCH DICTIONARY search_german (TEMPLATE = simple, STOPWORDS = german, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION desk_search (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION desk_search
    ALTER MAPPING FOR asciiword, word, asciihword, hword, hword_asciipart, hword_part
    WITH search_english, search_german, unaccent, simple;
"""
NO_CONFIGURATION = """
DROP TEXT SEARCH CONFIGURATION desk_search;
DROP TEXT SEARCH DICTIONARY search_german;
DROP TEXT SEARCH DICTIONARY search_english;
"""

# What people wrote, by who may read it. What an event of logging says is the description, which the ticket has.
TEXTS = """
CREATE FUNCTION search_public_text(said tickets_event) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN said.visibility = 'public' AND said.kind NOT LIKE '%.logged'
        THEN coalesce(said.data ->> 'text', '') ELSE '' END
$$;
CREATE FUNCTION search_internal_text(said tickets_event) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', CASE WHEN said.visibility <> 'public' THEN said.data ->> 'text' END,
        said.inside ->> 'text', said.inside ->> 'note')
$$;
CREATE FUNCTION search_of_ticket(title text, description text) RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT setweight(to_tsvector('desk_search', title), 'A')
        || setweight(to_tsvector('desk_search', left(description, 50000)), 'B')
$$;
"""

# Words of letters alone, for what a mistyped word may have meant. See `models.Word` for why this can't wait for anybody.
LEARN = """
CREATE FUNCTION search_learn(said tsvector) RETURNS void LANGUAGE sql AS $$
    INSERT INTO search_word (word)
    SELECT new.word FROM unnest(tsvector_to_array(said)) AS new(word)
    WHERE new.word ~ '^[[:alpha:]]{4,24}$' AND NOT EXISTS (SELECT FROM search_word AS known WHERE known.word = new.word)
$$;
"""

# All texts of a ticket anew; of very long histories the newest. A vector holds a megabyte, and no ticket may fail for it.
REBUILD = """
CREATE FUNCTION search_rebuild(first bigint, last bigint) RETURNS void LANGUAGE sql AS $$
    WITH told AS (
        SELECT event.ticket_id,
            left(string_agg(search_public_text(event), ' ' ORDER BY event.id DESC), 100000) AS public,
            left(string_agg(search_internal_text(event), ' ' ORDER BY event.id DESC), 100000) AS internal
        FROM tickets_event AS event
        WHERE event.ticket_id BETWEEN first AND last AND (event.data ? 'text' OR event.inside ?| ARRAY['text', 'note'])
        GROUP BY event.ticket_id
    ), words AS (
        SELECT ticket.id, ticket.workgroup_id, search_of_ticket(ticket.title, ticket.description)
            || to_tsvector('desk_search', coalesce(told.public, '')) AS public,
            to_tsvector('desk_search', coalesce(told.internal, '')) AS internal
        FROM tickets_ticket AS ticket LEFT JOIN told ON told.ticket_id = ticket.id
        WHERE ticket.id BETWEEN first AND last
    )
    INSERT INTO search_document (ticket_id, workgroup_id, public, whole)
    SELECT id, workgroup_id, public, CASE WHEN internal <> '' THEN public || internal END FROM words
    ON CONFLICT (ticket_id) DO UPDATE SET public = excluded.public, whole = excluded.whole
$$;
"""

FOLLOW = """
CREATE FUNCTION search_follow_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    words tsvector;
BEGIN
    IF TG_OP = 'INSERT' THEN
        words := search_of_ticket(NEW.title, NEW.description);
        INSERT INTO search_document (ticket_id, workgroup_id, public) VALUES (NEW.id, NEW.workgroup_id, words);
    ELSE
        PERFORM search_rebuild(NEW.id, NEW.id);
        SELECT public INTO words FROM search_document WHERE ticket_id = NEW.id;
    END IF;
    PERFORM search_learn(words);
    RETURN NULL;
END $$;
CREATE TRIGGER search_ticket_logged AFTER INSERT ON tickets_ticket
    FOR EACH ROW EXECUTE FUNCTION search_follow_ticket();
CREATE TRIGGER search_ticket_edited AFTER UPDATE OF title, description ON tickets_ticket
    FOR EACH ROW WHEN (OLD.title IS DISTINCT FROM NEW.title OR OLD.description IS DISTINCT FROM NEW.description)
    EXECUTE FUNCTION search_follow_ticket();

CREATE FUNCTION search_follow_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE search_document SET workgroup_id = NEW.workgroup_id WHERE ticket_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER search_ticket_moved AFTER UPDATE OF workgroup_id ON tickets_ticket
    FOR EACH ROW WHEN (OLD.workgroup_id IS DISTINCT FROM NEW.workgroup_id) EXECUTE FUNCTION search_follow_move();

CREATE FUNCTION search_follow_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    public_words tsvector := to_tsvector('desk_search', left(search_public_text(NEW), 50000));
    internal_words tsvector := to_tsvector('desk_search', left(search_internal_text(NEW), 50000));
BEGIN
    IF public_words = '' AND internal_words = '' THEN
        RETURN NULL;
    END IF;
    -- Ticket before document, as everybody who changes a ticket does; so that nobody waits in a circle.
    PERFORM FROM tickets_ticket WHERE id = NEW.ticket_id FOR NO KEY UPDATE;
    BEGIN
        UPDATE search_document SET
            public = public || public_words,
            whole = CASE WHEN whole IS NULL AND internal_words = '' THEN NULL
                ELSE coalesce(whole, public) || public_words || internal_words END
        WHERE ticket_id = NEW.ticket_id AND length(coalesce(whole, public)) < 20000;
    EXCEPTION WHEN program_limit_exceeded THEN
        RETURN NULL;  -- it is full: what was said first is found, and nothing fails for the rest
    END;
    PERFORM search_learn(public_words || internal_words);
    RETURN NULL;
END $$;
CREATE TRIGGER search_event_written AFTER INSERT ON tickets_event
    FOR EACH ROW WHEN (NEW.data ? 'text' OR NEW.inside ?| ARRAY['text', 'note'])
    EXECUTE FUNCTION search_follow_event();
"""
NO_FOLLOW = """
DROP TRIGGER search_event_written ON tickets_event;
DROP TRIGGER search_ticket_moved ON tickets_ticket;
DROP TRIGGER search_ticket_edited ON tickets_ticket;
DROP TRIGGER search_ticket_logged ON tickets_ticket;
DROP FUNCTION search_follow_event(), search_follow_move(), search_follow_ticket(), search_rebuild(bigint, bigint), search_learn(tsvector),
    search_of_ticket(text, text), search_internal_text(tickets_event), search_public_text(tickets_event);
"""

# Tickets that there were before.
FILL = """
SELECT search_rebuild(min(id), max(id)) FROM tickets_ticket;
INSERT INTO search_word (word)
SELECT DISTINCT word FROM search_document, unnest(tsvector_to_array(coalesce(whole, public))) AS word
WHERE word ~ '^[[:alpha:]]{4,24}$';
"""


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial"), ("tickets", "0007_fixed_by")]

    operations = [
        migrations.RunSQL(CONFIGURATION, NO_CONFIGURATION),
        migrations.RunSQL(TEXTS + LEARN + REBUILD + FOLLOW, NO_FOLLOW),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
