"""Values of many rows, written down with one prepared statement.

Django's `bulk_update` makes an expression of each value: of ten thousand requests looked at for the first time, it took
two thirds of the time. The statement here is prepared once; PostgreSQL gets the values in one stream (psycopg's
pipeline), SQLite without a round trip.
"""

from collections.abc import Iterable, Sequence

from django.db import connections, models, router


def update(objects: Iterable[models.Model], names: Sequence[str]) -> None:
    """Save these fields of objects of one class, by primary key. No signal, no `save`; a row that is gone is let by."""
    rows = list(objects)
    if not rows or not names:
        return
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    fields = [field for field in model._meta.concrete_fields if field.name in names]
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    key = model._meta.pk
    sql = f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE {quote(str(key.column))} = %s"  # noqa: S608 (names of ours)
    values = [
        [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk] for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)
