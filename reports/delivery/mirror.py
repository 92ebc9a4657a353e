"""Feeds mirrored: the document in which a body publishes all its requests, kept as rows beside our own.

Read only, and never a reason to change one of our own requests: those are followed by number.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from reports import clock
from reports.delivery import endpoints
from reports.dialects import registry
from reports.dialects.base import Dialect
from reports.dialects.errors import ConfigurationError, DialectError
from reports.dialects.messages import RequestStatus, Window
from reports.models import Endpoint, MirroredRequest, Submission

log = logging.getLogger(__name__)

BATCH = 500
LATELY = timedelta(days=30)
KEPT = timedelta(days=180)  # after a feed named it last
MOST = 50_000  # rows of one feed, the newest; some cities publish every request since 2008
NUMBER_MOST = 200  # characters that a row has for a number
FACTS = (
    "service_code", "service_name", "status", "status_word", "lat", "long", "address_string", "requested_datetime",
    "updated_datetime", "seen_at",
)  # fmt: skip


def with_feeds() -> list[Endpoint]:
    """The endpoints in use of which the feed's address is known, and those that can only be read."""
    rows = Endpoint.objects.filter(active=True, jurisdiction__active=True).select_related("jurisdiction")
    return [row for row in rows.defer("jurisdiction__boundary") if _has_feed(row) or _is_only_read(row)]


def mirror(endpoint: Endpoint) -> int:
    """Fetch the endpoint's feed, or where it has none the requests of the last month that its system lists, and keep
    what is in it; returns how many requests it names that are not ours.

    DialectError where it cannot be had or read: then nothing changes. What a feed no longer names is kept for half a
    year, since feeds show the last weeks or the open ones only; `seen_at` says how old a row is. What it calls private
    now, or what turned out to be ours, goes at once.
    """
    try:
        dialect, now = endpoints.dialect_for(endpoint), clock.now()
        answer = dialect.feed() if _has_feed(endpoint) else dialect.service_requests_by_query(Window(now - LATELY, now))
    except DialectError as error:
        endpoints.note_failure(endpoint, error)
        raise
    count = 0
    for batch in _batches(_newest(answer.rows)):
        count += _keep(endpoint, batch)
    MirroredRequest.objects.filter(endpoint=endpoint, seen_at__lt=now - KEPT).delete()
    Endpoint.objects.filter(pk=endpoint.pk).update(feed_synced_at=clock.now(), last_success_at=clock.now())
    return count


def shown() -> QuerySet[MirroredRequest]:
    """What the public may read of other people's requests, with the body and the terms of its data.

    Not what is ours: its number may have come after the feed was read, and it may be hidden or private here.
    """
    ours = Submission.objects.filter(endpoint=OuterRef("endpoint"), service_request_id=OuterRef("service_request_id"))
    rows = MirroredRequest.objects.filter(~Exists(ours), endpoint__active=True, endpoint__jurisdiction__active=True)
    return rows.select_related("endpoint__jurisdiction").defer("endpoint__jurisdiction__boundary")


def _has_feed(endpoint: Endpoint) -> bool:
    dialect = _dialect(endpoint)
    return dialect is not None and dialect.has_feed and bool(endpoint.options.get("feed_url"))


def _is_only_read(endpoint: Endpoint) -> bool:
    dialect = _dialect(endpoint)
    return dialect is not None and not dialect.files and dialect.follows_by_window


def _dialect(endpoint: Endpoint) -> type[Dialect] | None:
    try:
        return registry.get(endpoint.dialect)
    except ConfigurationError:
        return None


def _newest(rows: Iterable[RequestStatus]) -> list[RequestStatus]:
    """Those with a number, each once, and not more than MOST; what has no date comes last."""
    numbered = {row.service_request_id: row for row in rows if 0 < len(row.service_request_id or "") <= NUMBER_MOST}
    if len(numbered) <= MOST:
        return list(numbered.values())
    return sorted(numbered.values(), key=_age)[:MOST]


def _age(row: RequestStatus) -> float:
    return -row.requested_datetime.timestamp() if row.requested_datetime else float("inf")


def _keep(endpoint: Endpoint, rows: list[RequestStatus]) -> int:
    ids = [row.service_request_id for row in rows]
    ours = set(
        Submission.objects.filter(endpoint=endpoint, service_request_id__in=ids).values_list(
            "service_request_id", flat=True
        )
    )
    now = clock.now()
    kept = [
        MirroredRequest(
            endpoint=endpoint,
            service_request_id=row.service_request_id or "",
            service_code=row.service_code[:200],
            service_name=row.service_name[:300],
            status=row.status.value,
            status_word=row.status_word[:200],
            lat=row.lat,
            long=row.long,
            address_string=row.address[:500],
            requested_datetime=row.requested_datetime,
            updated_datetime=row.updated_datetime,
            seen_at=now,
        )
        for row in rows
        if row.service_request_id not in ours and not row.private
    ]
    gone = set(ids) - {row.service_request_id for row in kept}
    with transaction.atomic():
        MirroredRequest.objects.filter(endpoint=endpoint, service_request_id__in=gone).delete()
        MirroredRequest.objects.bulk_create(
            kept, update_conflicts=True, unique_fields=["endpoint", "service_request_id"], update_fields=FACTS
        )
    return len(kept)


def _batches(rows: Iterable[RequestStatus]) -> Iterator[list[RequestStatus]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch
