"""What previews of mails are about: an invented report at an invented body. In memory alone, never saved.

Each row has the key 0, which no row in a database has: what the templates look up beside it is not there, and links
lead to the page that says that their time is over.
"""

from datetime import datetime, timedelta
from typing import Final

from reports import clock
from reports.models import (
    VERDICTS,
    Confirmation,
    ConfirmationKind,
    Digest,
    DigestForm,
    Endpoint,
    Jurisdiction,
    Notification,
    PublicStatus,
    Rhythm,
    ServiceRequest,
    StatusUpdate,
    Subscription,
    WatchArea,
    WatchSubscription,
)

NOBODY: Final = 0
ADDRESS: Final = "rosa@example.org"
REFERENCE: Final = "R-SAMPLE-00"
BY_US: Final = frozenset(
    {PublicStatus.RECEIVED, PublicStatus.SENT, PublicStatus.SILENT, PublicStatus.UNDELIVERED, PublicStatus.CANCELLED}
)
# What bodies write, in the language of the body: not for translating.
NOTES: Final = {
    PublicStatus.ACCEPTED: "Assigned to the street crew, district 3.",
    PublicStatus.IN_PROGRESS: "The crew comes on Monday.\nPlease move parked cars.",
    PublicStatus.CLOSED: "<p>Filled with asphalt.</p><p>Call us if it sinks again.</p>",
    PublicStatus.NOT_RESPONSIBLE: "That road is the state’s. Ask the Department of Transportation.",
    PublicStatus.DUPLICATE: "See SPR-1041.",
    PublicStatus.REJECTED: "We found nothing there.",
}


def body() -> Jurisdiction:
    """Who answers."""
    return Jurisdiction(
        pk=NOBODY, name="City of Springfield", slug="sample", time_zone="America/Chicago", phone="217-555-0100"
    )


def service_request(status: PublicStatus) -> ServiceRequest:
    """A report that stands so."""
    where = body()
    return ServiceRequest(
        pk=NOBODY,
        reference=REFERENCE,
        jurisdiction=where,
        endpoint=Endpoint(pk=NOBODY, jurisdiction=where, dialect="georeport_v2"),
        service_code="POT",
        service_name="Pothole",
        lat=39.78,
        long=-89.65,
        address_string="12 Main Street",
        description="A deep hole in the road, next to the bus stop.",
        status=PublicStatus.CLOSED if status in VERDICTS else status,
        verdict=status if status in VERDICTS else "",
        status_notes=NOTES.get(status, ""),
        duplicate_of="SPR-1041" if status == PublicStatus.DUPLICATE else "",
        expected_datetime=_day(5) if status == PublicStatus.IN_PROGRESS else None,
        requested_datetime=_day(-3),
    )


def subscription(status: PublicStatus, locale: str, *, by_reporter: bool) -> Subscription:
    """Somebody who follows it."""
    request = service_request(status)
    return Subscription(pk=NOBODY, service_request=request, email=ADDRESS, locale=locale, by_reporter=by_reporter)


def news(follower: Subscription) -> list[Notification]:
    """What they are told: that it came to this status."""
    request = follower.service_request
    status = request.shown_status
    line = StatusUpdate(
        pk=NOBODY,
        service_request=request,
        status=status,
        datetime=_day(-1),
        by_body=status not in BY_US | VERDICTS,
        status_notes=NOTES.get(status, ""),
    )
    return [Notification(pk=NOBODY, subscription=follower, status_update=line)]


def confirmation(kind: ConfirmationKind, locale: str, answer: str = "") -> Confirmation:
    """Somebody who asked for a link."""
    row = Confirmation(pk=NOBODY, kind=kind, answer=answer, email=ADDRESS, locale=locale)
    if kind == ConfirmationKind.WATCH:
        row.watch = watch(locale, DigestForm.LIST)
    else:
        row.service_request = service_request(PublicStatus.CLOSED if answer else PublicStatus.ACCEPTED)
    return row


def watch(locale: str, form: DigestForm) -> WatchSubscription:
    """Somebody who watches the streets round a point."""
    west, south, east, north = -89.66, 39.77, -89.64, 39.79
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    area = WatchArea(
        pk=NOBODY,
        name="Round the school",
        shape={"type": "MultiPolygon", "coordinates": [[ring]]},
        circle={"lat": 39.78, "long": -89.65, "metres": 800},
        services=["Pothole"],
    )
    rhythm = Rhythm.WEEKLY if form == DigestForm.SHEET else Rhythm.DAILY
    return WatchSubscription(pk=NOBODY, area=area, email=ADDRESS, locale=locale, form=form, rhythm=rhythm)


def digest(locale: str, form: DigestForm) -> Digest:
    """What they are owed."""
    return Digest(pk=NOBODY, subscription=watch(locale, form), day="2031-01-10", since=0, until=0)


def _day(distance: int) -> datetime:
    """So many days from now, on the hour."""
    return (clock.now() + timedelta(days=distance)).replace(minute=0, second=0, microsecond=0)
