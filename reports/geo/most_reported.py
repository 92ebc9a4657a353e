"""Which services are reported most round a place: ours, and those that the bodies publish of other people's reports."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Count, QuerySet

from reports import clock
from reports.geo.around import box
from reports.models import MirroredRequest, Service, ServiceRequest

METRES: Final = 2000
WITHIN: Final = timedelta(days=365)
KEPT: Final = 3600  # seconds for which the counts of a neighbourhood are remembered
CELL: Final = 2  # decimals: neighbourhoods of about a kilometre share their counts
MOST: Final = 5

Counts = dict[tuple[int, str], int]


def first_of(services: Sequence[Service], lat: float, long: float, most: int = MOST) -> list[Service]:
    """Those that come first at a point (WGS84): what volunteers put first by an `order` below 0, then the most
    reported. Of a service with several codes all count. Nothing where nothing was reported and nobody chose."""
    counts = _counts(round(lat, CELL) + 0.0, round(long, CELL) + 0.0)
    numbers = {service.pk: _number(service, counts) for service in services}
    lifted = [service for service in services if _order(service) < 0]
    often = sorted(
        (service for service in services if numbers[service.pk] and _order(service) >= 0),
        key=lambda service: (_order(service), -numbers[service.pk]),
    )
    return [*sorted(lifted, key=_order), *often][:most]


def _order(service: Service) -> int:
    return getattr(getattr(service, "override", None), "order", 0)


def _number(service: Service, counts: Counts) -> int:
    return sum(counts.get((service.endpoint_id, code), 0) for code in {service.service_code, *service.former_codes})


def _counts(lat: float, long: float) -> Counts:
    """By endpoint and service code, of the last year within 2 km; two queries on the indexes by place, then memory."""
    key = f"most-reported-{lat:.{CELL}f}-{long:.{CELL}f}"
    found: Counts | None = cache.get(key)
    if found is None:
        ours = ServiceRequest.objects.filter(hidden=False, held_at=None, private=False, taken_away_at=None)
        found = dict(_counted(ours, lat, long) + _counted(MirroredRequest.objects.all(), lat, long))
        cache.set(key, found, KEPT)
    return found


def _counted(rows: "QuerySet[Any]", lat: float, long: float) -> Counter[tuple[int, str]]:
    near = rows.filter(box(lat, long, METRES), requested_datetime__gte=clock.now() - WITHIN).order_by()
    pairs = near.values_list("endpoint_id", "service_code").annotate(number=Count("pk"))
    return Counter({(endpoint, code): number for endpoint, code, number in pairs})
