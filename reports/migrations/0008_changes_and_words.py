"""Triggers that note every change of a request, and keep its words where they can be searched.

Triggers, because requests are changed by `update()` and `bulk_update()` in many places, and a list that forgot one of
these would go on showing what a volunteer has hidden. The tables of words are no models: each database has its own kind
(SQLite: FTS5, https://www.sqlite.org/fts5.html; PostgreSQL: tsvector under a GIN index).

A later migration that makes the table of requests anew (SQLite does so to alter a column) loses the triggers, and has to
call `make` again; `tests/browsing/test_index.py` fails where they are gone.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# What a list, a map or a feed shows or filters by. Other columns change without anybody having to look again.
LISTED = (
    'id, jurisdiction_id, service_name, "group", lat, long, place_meant, address_string, description, status, verdict, '
    "requested_datetime, updated_datetime, expected_datetime, first_answer_at, ended_at, hidden, private, held_at, "
    "taken_away_at"
)
WORDS = 'jurisdiction_id, service_name, "group", description, address_string, reference'


TEXTS = ("service_name", '"group"', "description", "address_string", "reference")


# `body` is a word of its own for each body, so that both are looked up in the one index. detail=column keeps no
# positions of words: phrases are not searched for.
SQLITE = [
    """CREATE VIRTUAL TABLE reports_requesttext USING fts5(
        words, body, tokenize = "unicode61 remove_diacritics 2", detail = column
    )""",
    """INSERT INTO reports_requesttext (rowid, words, body)
        SELECT id, <words of r>, 'b' || jurisdiction_id FROM reports_servicerequest r""",
    """CREATE TRIGGER request_added AFTER INSERT ON reports_servicerequest BEGIN
        INSERT INTO reports_requesttext (rowid, words, body)
            VALUES (new.id, <words of new>, 'b' || new.jurisdiction_id);
        INSERT INTO reports_listingchange (service_request_id, "transaction") VALUES (new.id, 0);
    END""",
    """CREATE TRIGGER request_changed AFTER UPDATE OF <listed> ON reports_servicerequest BEGIN
        INSERT INTO reports_listingchange (service_request_id, "transaction") VALUES (new.id, 0);
    END""",
    """CREATE TRIGGER request_words_changed AFTER UPDATE OF <columns of words> ON reports_servicerequest
    WHEN <words of old> <> <words of new> OR old.jurisdiction_id <> new.jurisdiction_id BEGIN
        UPDATE reports_requesttext SET words = <words of new>, body = 'b' || new.jurisdiction_id WHERE rowid = new.id;
    END""",
    """CREATE TRIGGER request_deleted AFTER DELETE ON reports_servicerequest BEGIN
        DELETE FROM reports_requesttext WHERE rowid = old.id;
        INSERT INTO reports_listingchange (service_request_id, "transaction") VALUES (old.id, 0);
    END""",
]
SQLITE_BACK = [
    "DROP TRIGGER request_added",
    "DROP TRIGGER request_changed",
    "DROP TRIGGER request_words_changed",
    "DROP TRIGGER request_deleted",
    "DROP TABLE reports_requesttext",
]

# `unaccent` is an extension that not every server has: accents of Latin letters are taken off as `browsing/words.py` does
# it. The body's word has a sign that no text has, so that nobody finds it who looks for "body". A text is cut at 100,000
# letters, far from the megabyte that a tsvector holds.
POSTGRESQL = [
    """CREATE FUNCTION reports_words(text, bigint) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT array_to_tsvector(ARRAY['#' || $2]) || to_tsvector('simple', regexp_replace(normalize(regexp_replace(
            normalize(lower(left($1, 100000)), NFD), '([a-z])[\\u0300-\\u036f]+', '\\1', 'g'), NFC),
            '[^[:alnum:]]+', ' ', 'g'))
    $$""",
    "CREATE TABLE reports_requesttext (request_id bigint PRIMARY KEY, document tsvector NOT NULL)",
    """INSERT INTO reports_requesttext
        SELECT id, reports_words(<words of r>, jurisdiction_id) FROM reports_servicerequest r""",
    "CREATE INDEX reports_requesttext_document ON reports_requesttext USING gin (document)",
    """CREATE FUNCTION reports_request_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            DELETE FROM reports_requesttext WHERE request_id = OLD.id;
        ELSIF TG_OP = 'INSERT' THEN
            INSERT INTO reports_requesttext VALUES (NEW.id, reports_words(<words of NEW>, NEW.jurisdiction_id));
        ELSIF <words of OLD> <> <words of NEW> OR OLD.jurisdiction_id <> NEW.jurisdiction_id THEN
            UPDATE reports_requesttext SET document = reports_words(<words of NEW>, NEW.jurisdiction_id)
                WHERE request_id = NEW.id;
        END IF;
        INSERT INTO reports_listingchange (service_request_id, transaction)
            VALUES (COALESCE(NEW.id, OLD.id), pg_current_xact_id()::text::bigint);
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER request_changed
        AFTER INSERT OR DELETE OR UPDATE OF <listed>, reference ON reports_servicerequest
        FOR EACH ROW EXECUTE FUNCTION reports_request_changed()""",
    """CREATE FUNCTION reports_requests_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        TRUNCATE reports_requesttext;
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER requests_emptied AFTER TRUNCATE ON reports_servicerequest
        FOR EACH STATEMENT EXECUTE FUNCTION reports_requests_emptied()""",
]
POSTGRESQL_BACK = [
    "DROP TRIGGER request_changed ON reports_servicerequest",
    "DROP TRIGGER requests_emptied ON reports_servicerequest",
    "DROP FUNCTION reports_request_changed()",
    "DROP FUNCTION reports_requests_emptied()",
    "DROP TABLE reports_requesttext",
    "DROP FUNCTION reports_words(text, bigint)",
]


def _filled(statement: str) -> str:
    statement = statement.replace("<listed>", LISTED).replace("<columns of words>", WORDS)
    for row in ("new", "old", "NEW", "OLD", "r"):
        statement = statement.replace(f"<words of {row}>", " || ' ' || ".join(f"{row}.{name}" for name in TEXTS))
    return statement


def _run(statements: dict[str, list[str]], schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        for statement in statements[schema_editor.connection.vendor]:
            cursor.execute(_filled(statement))


def make(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _run({"sqlite": SQLITE, "postgresql": POSTGRESQL}, schema_editor)


def unmake(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _run({"sqlite": SQLITE_BACK, "postgresql": POSTGRESQL_BACK}, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("reports", "0007_changes_stops_and_accounts")]

    operations = [migrations.RunPython(make, unmake)]
