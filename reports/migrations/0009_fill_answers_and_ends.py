"""When bodies first answered and since when reports are over, worked out of the history that is there.

Said here again, as it was on the day of this migration: `delivery/history.py` and `delivery/statuses.py` keep it up.
"""

from datetime import datetime
from itertools import groupby
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

OVER = {"closed", "not_responsible", "duplicate", "rejected", "cancelled"}
UNMOVING = {"confirmed", "disputed", "silent"}
RECEIPTS = {"received", "sent", "accepted"}
BATCH = 1000

Line = tuple[int, datetime, str, bool, str]  # request, when, status, said by the body, its words


def first_answer(lines: list[Line]) -> datetime | None:
    said = (
        when for _pk, when, status, by_body, words in lines if by_body and (status not in RECEIPTS or words.strip())
    )
    return min(said, default=None)


def over_since(lines: list[Line]) -> datetime | None:
    since = None
    for _pk, when, status, _by_body, _words in lines:
        if status in OVER:
            since = since or when
        elif status not in UNMOVING:
            since = None
    return since


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    requests = apps.get_model("reports", "ServiceRequest").objects.order_by("pk")
    last = 0
    while batch := list(requests.filter(pk__gt=last).only("status", "updated_datetime")[:BATCH]):
        lines = _lines(apps, last, batch[-1].pk)
        changed = [request for request in batch if _set(request, lines.get(request.pk, []))]
        requests.bulk_update(changed, ["first_answer_at", "ended_at"], batch_size=BATCH // 4)
        last = batch[-1].pk


def _lines(apps: Apps, after: int, until: int) -> dict[int, list[Line]]:
    rows = apps.get_model("reports", "StatusUpdate").objects.filter(private=False, is_comment=False)
    rows = rows.filter(service_request__gt=after, service_request__lte=until)
    rows = rows.order_by("service_request", "datetime", "pk")
    found = rows.values_list("service_request", "datetime", "status", "by_body", "status_notes")
    return {pk: list(lines) for pk, lines in groupby(found, key=lambda line: line[0])}


def _set(request: Any, lines: list[Line]) -> bool:
    request.first_answer_at = first_answer(lines)
    request.ended_at = (over_since(lines) or request.updated_datetime) if request.status in OVER else None
    return request.first_answer_at is not None or request.ended_at is not None


class Migration(migrations.Migration):
    """Not one transaction: of a million requests each batch is kept by itself, and doing it again does no harm."""

    atomic = False
    dependencies = [("reports", "0008_changes_and_words")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
