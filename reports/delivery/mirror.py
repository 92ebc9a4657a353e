"""What bodies publish of other people's requests, kept as rows beside our own: from a feed, or from their lists.

Read only, and never a reason to change one of our own requests: those are followed by number.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from reports import clock
from reports.delivery import endpoints
from reports.delivery.gate import Kind
from reports.dialects import registry
from reports.dialects.base import Dialect
from reports.dialects.errors import ConfigurationError
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, Status, Window
from reports.geo.around import box, metres_between
from reports.models import Endpoint, MirroredRequest, Submission
from reports.models.service_requests import ALPHABET

BATCH = 500
OVERLAP = timedelta(hours=1)  # clocks differ, and a row may become visible later than its date says
KEPT = timedelta(days=180)  # after a feed named it last
MOST = 50_000  # rows of one feed, the newest; some cities publish every request since 2008
ID_MOST = 200  # characters that a row has for a number or a token
NEAR_FURTHEST = 5_000  # metres
NEAR_MOST = 500  # rows that a search by place looks at
FACTS = (
    "token", "service_code", "service_name", "status", "status_word", "lat", "long", "address_string",
    "requested_datetime", "updated_datetime", "seen_at",
)  # fmt: skip
_LETTERS: Final = f"[{ALPHABET}]"
_REFERENCE: Final = re.compile(rf"(?<!\w){_LETTERS}{{3}}-{_LETTERS}{{3}}-{_LETTERS}{{4}}(?!\w)", re.IGNORECASE)


def with_feeds() -> list[Endpoint]:
    """The endpoints in use that are mirrored: those of which the feed's address is known, those that can only be read,
    and those for which a volunteer has switched it on."""
    rows = Endpoint.objects.filter(active=True, jurisdiction__active=True).select_related("jurisdiction")
    return [row for row in rows.defer("jurisdiction__boundary") if _has_feed(row) or _is_listed(row)]


def can_be_listed(endpoint: Endpoint) -> bool:
    """Whether its kind of system can be asked for the requests of a span of time, so that a switch makes sense."""
    dialect = _dialect(endpoint)
    return dialect is not None and dialect.follows_by_window


def mirror(endpoint: Endpoint) -> int:
    """Fetch what the endpoint publishes and keep it; returns how many of the requests that came are not ours.

    From its feed where it has one, else from its list: the last `mirror_days` once a day, and what is new since the
    last time in between, with what changed since where the system can be asked for that. DialectError where it cannot
    be had or read: then nothing changes. What it calls private now, or what turned out to be ours, goes at once.
    """
    now = clock.now()
    with endpoints.speaking(endpoint, Kind.READ) as dialect:
        answers = [dialect.feed()] if _has_feed(endpoint) else _lists(endpoint, dialect, now)
    count = 0
    for batch in _batches(_newest(row for answer in answers for row in answer.rows)):
        count += _keep(endpoint, batch, now)
    _forget_old(endpoint, answers, now)
    Endpoint.objects.filter(pk=endpoint.pk).update(feed_synced_at=now)
    return count


def forget(endpoint: Endpoint) -> None:
    """Drop all that is mirrored of the endpoint, and begin from nothing should it be mirrored again."""
    MirroredRequest.objects.filter(endpoint=endpoint).delete()
    Endpoint.objects.filter(pk=endpoint.pk).update(feed_synced_at=None)


def shown() -> QuerySet[MirroredRequest]:
    """What the public may read of other people's requests, with the body and the terms of its data.

    Not what is ours, by number or by token: both may have come after the list was read, and ours may be hidden or
    private here.
    """
    ours = Submission.objects.filter(endpoint=OuterRef("endpoint"))
    numbered = ours.filter(service_request_id=OuterRef("service_request_id"))
    awaited = ours.filter(token=OuterRef("token"))
    rows = MirroredRequest.objects.filter(~Exists(numbered), Q(token="") | ~Exists(awaited))
    rows = rows.filter(endpoint__active=True, endpoint__jurisdiction__active=True)
    return rows.select_related("endpoint__jurisdiction").defer("endpoint__jurisdiction__boundary")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A mirrored request, and how far from the point that was asked about it is, in metres."""

    mirrored: MirroredRequest
    metres: float


def near(lat: float, long: float, metres: float, service_code: str = "", *, only_open: bool = True) -> list[Neighbour]:
    """The mirrored requests within so many metres of a point (WGS84 degrees), of one service if given, nearest first.

    At most NEAR_MOST are looked at, the newest. ValueError for a point that is nowhere, or a distance that is negative
    or above NEAR_FURTHEST.
    """
    if not (abs(lat) <= 90 and abs(long) <= 180):
        raise ValueError(f"{lat}, {long} is no place")
    if not 0 <= metres <= NEAR_FURTHEST:
        raise ValueError(f"{metres} is no distance between 0 and {NEAR_FURTHEST} metres")
    found = shown().filter(box(lat, long, metres))
    if service_code:
        found = found.filter(service_code=service_code)
    if only_open:
        found = found.filter(status=Status.OPEN.value)
    neighbours = [
        Neighbour(row, metres_between(lat, long, row.lat, row.long))
        for row in found[:NEAR_MOST]
        if row.lat is not None and row.long is not None
    ]
    return sorted((each for each in neighbours if each.metres <= metres), key=lambda each: each.metres)


def _has_feed(endpoint: Endpoint) -> bool:
    dialect = _dialect(endpoint)
    return dialect is not None and dialect.has_feed and bool(endpoint.options.get("feed_url"))


def _is_listed(endpoint: Endpoint) -> bool:
    dialect = _dialect(endpoint)
    return dialect is not None and dialect.follows_by_window and (endpoint.mirror_requests or not dialect.files)


def _takes_filings(endpoint: Endpoint) -> bool:
    dialect = _dialect(endpoint)
    return dialect is not None and dialect.files


def _dialect(endpoint: Endpoint) -> type[Dialect] | None:
    try:
        return registry.get(endpoint.dialect)
    except ConfigurationError:
        return None


def _lists(endpoint: Endpoint, dialect: Dialect, now: datetime) -> list[RequestStatuses]:
    """The answers of one round, the one about what changed last, so that its rows count."""
    last = endpoint.feed_synced_at
    if last is None or _is_due_whole(endpoint, now):
        return [dialect.service_requests_by_query(Window(_begin(endpoint, now), now))]
    since = Window(min(last, now) - OVERLAP, now)
    answers = [dialect.service_requests_by_query(since)]
    return [*answers, dialect.service_requests_updated(since)] if dialect.finds_changes else answers


def _is_due_whole(endpoint: Endpoint, now: datetime) -> bool:
    """Whether its whole list is to be read: the first time, and the first time of each day."""
    last = endpoint.feed_synced_at
    return last is None or last.date() < now.date() or last - OVERLAP <= _begin(endpoint, now)


def _begin(endpoint: Endpoint, now: datetime) -> datetime:
    return now - timedelta(days=endpoint.mirror_days)


def _newest(rows: Iterable[RequestStatus]) -> list[RequestStatus]:
    """Those with a number, each once, and not more than MOST; what has no date comes last."""
    numbered = {row.service_request_id: row for row in rows if 0 < len(row.service_request_id or "") <= ID_MOST}
    if len(numbered) <= MOST:
        return list(numbered.values())
    return sorted(numbered.values(), key=_age)[:MOST]


def _age(row: RequestStatus) -> float:
    return -row.requested_datetime.timestamp() if row.requested_datetime else float("inf")


def _keep(endpoint: Endpoint, rows: list[RequestStatus], now: datetime) -> int:
    ours = _ours(endpoint, rows)
    kept = [
        MirroredRequest(
            endpoint=endpoint,
            service_request_id=row.service_request_id or "",
            token=_token(row),
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
    gone = {row.service_request_id for row in rows} - {row.service_request_id for row in kept}
    with transaction.atomic():
        MirroredRequest.objects.filter(endpoint=endpoint, service_request_id__in=gone).delete()
        MirroredRequest.objects.bulk_create(
            kept, update_conflicts=True, unique_fields=["endpoint", "service_request_id"], update_fields=FACTS
        )
    return len(kept)


def _ours(endpoint: Endpoint, rows: list[RequestStatus]) -> set[str | None]:
    """The numbers of those rows that are requests of ours: by number, by token, or, while an answer was lost and
    neither is known, by our reference in the words or in an attribute.

    What a body lists in one system may have been filed in another one of its own. Our reference says so; so do numbers
    where nothing can be filed in the one that lists.
    """
    named = {row.service_request_id: _references(row) for row in rows}
    of_body = Submission.objects.filter(endpoint__in=Endpoint.objects.filter(jurisdiction=endpoint.jurisdiction_id))
    submissions = of_body.filter(endpoint=endpoint) if _takes_filings(endpoint) else of_body
    numbers = submissions.filter(service_request_id__in=list(named))
    tokens = submissions.filter(token__in={_token(row) for row in rows} - {""})
    references = of_body.filter(request__reference__in=set().union(*named.values()))
    known = set(numbers.values_list("service_request_id", flat=True))
    awaited = set(tokens.values_list("token", flat=True))
    filed = set(references.values_list("request__reference", flat=True))
    by_other = {
        row.service_request_id for row in rows if _token(row) in awaited or named[row.service_request_id] & filed
    }
    return known | by_other


def _token(row: RequestStatus) -> str:
    return row.token if row.token and len(row.token) <= ID_MOST else ""


def _references(row: RequestStatus) -> set[str]:
    """What looks like a reference of ours, in the description or anywhere in what the body sent."""
    return {found.upper() for text in (row.description, str(row.raw)) for found in _REFERENCE.findall(text)}


def _forget_old(endpoint: Endpoint, answers: list[RequestStatuses], now: datetime) -> None:
    """Feeds show the last weeks or the open ones only, so what they no longer name is kept for half a year; `seen_at`
    says how old a row is. Of lists the days asked for are kept, and what a whole list lacks is not public any more."""
    rows = MirroredRequest.objects.filter(endpoint=endpoint)
    gone = Q(seen_at__lt=now - KEPT)
    if not _has_feed(endpoint):
        gone |= Q(requested_datetime__lt=_begin(endpoint, now))
        if _is_due_whole(endpoint, now) and answers[0].completeness is Completeness.COMPLETE:
            gone |= Q(seen_at__lt=now, requested_datetime__isnull=False)
    rows.filter(gone).delete()


def _batches(rows: Iterable[RequestStatus]) -> Iterator[list[RequestStatus]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch
