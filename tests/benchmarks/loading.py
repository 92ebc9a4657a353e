"""Rows into a table as fast as the database takes them: COPY on PostgreSQL, one statement for all on SQLite."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import repeat
from typing import Any, Final

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from tqdm import tqdm

words = import_module("reports.migrations.0008_changes_and_words")


def load(model: type[models.Model], columns: dict[str, Sequence[Any]], count: int) -> None:
    """Insert so many rows: for each column named its values, for each other field the model's default.

    Values are as both databases read them: times as text in UTC, truth as 0 or 1, JSON and UUIDs as text.
    """
    filled = columns | {
        field.column: repeat(_default(field), count)
        for field in model._meta.concrete_fields
        if field.column not in columns and not field.primary_key
    }
    table, names = model._meta.db_table, ", ".join(f'"{name}"' for name in filled)
    rows = zip(*filled.values(), strict=False)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(filled))
    with transaction.atomic():
        connection.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def _default(field: Any) -> Any:
    if isinstance(field, models.JSONField):
        return "[]" if field.default is list else "{}"
    if field.has_default() and callable(field.default):
        raise LookupError(f"{field} has a value of its own for each row: it has to be given")
    value = field.get_default()
    return int(value) if isinstance(value, bool) else value


# Indexes that no constraint stands on, as the statements that make them.
INDEXES: Final = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": r"""SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid::regclass::text LIKE 'reports\_%'
        AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)""",
}
BEFORE: Final = {
    "sqlite": ("journal_mode = MEMORY", "synchronous = OFF", "cache_size = -1000000", "foreign_keys = OFF"),
    "postgresql": (
        "session_replication_role = replica", "synchronous_commit = off", "maintenance_work_mem = '512MB'",
        "timezone = 'UTC'",
    ),
}  # fmt: skip


@contextmanager
def in_bulk() -> Iterator[None]:
    """Within the block the database does nothing for safety, and keeps neither words nor indexes: these are made at
    the end. Only for a database that nobody else uses, and that is thrown away where the block fails.
    """
    connection.ensure_connection()
    vendor = connection.vendor
    with connection.schema_editor() as editor:
        words.unmake(None, editor)
    with connection.cursor() as cursor:
        for setting in BEFORE[vendor]:
            cursor.execute(f"{'PRAGMA' if vendor == 'sqlite' else 'SET'} {setting}")
        cursor.execute(INDEXES[vendor])
        indexes = cursor.fetchall()
        for name, _statement in indexes:
            cursor.execute(f"DROP INDEX {name if vendor == 'postgresql' else connection.ops.quote_name(name)}")
    yield
    with connection.cursor() as cursor:
        for _name, statement in tqdm(indexes, unit=" indexes", disable=None):
            cursor.execute(statement)
    with connection.schema_editor() as editor:
        words.make(None, editor)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_app_config("reports").get_models()):
            cursor.execute(statement)  # COPY gave each row its own key, and left the sequence where it was
        cursor.execute(
            "VACUUM ANALYZE" if vendor == "postgresql" else "PRAGMA journal_mode = WAL"
        )  # as autovacuum does
