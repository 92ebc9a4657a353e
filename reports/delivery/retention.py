"""How long contact details are kept: CONTACT_DAYS after a report has ended, CONTACT_DAYS_OPEN after its filing at most.

With the details go the addresses that are told of news and the mails owed to them; the log of who was given what
(`Disclosure`) stays.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from reports import clock
from reports.delivery.statuses import OVER
from reports.models import VERDICTS, Attempt, Contact, ServiceRequest, StatusUpdate, Subscription

log = logging.getLogger(__name__)

BATCH: Final = 500
MOST: Final = 20_000  # reports in one run; the next day's run goes on
MAIL: Final = "MAIL"
REMOVED: Final = "[removed]"


def due(now: datetime) -> QuerySet[ServiceRequest]:
    """The reports whose contact details are to go, oldest first. One that was reopened has not ended."""
    kept_open = now - timedelta(days=settings.CONTACT_DAYS_OPEN)
    kept_ended = now - timedelta(days=settings.CONTACT_DAYS)
    contact = Contact.objects.filter(service_request=OuterRef("pk"))
    told = Subscription.objects.filter(service_request=OuterRef("pk"))
    rows = ServiceRequest.objects.filter(Exists(contact) | Exists(told))
    rows = rows.filter(requested_datetime__lt=max(kept_ended, kept_open)).annotate(end_known_at=_end_known_at())
    over = Q(status__in=OVER, end_known_at__lt=kept_ended)
    return rows.filter(over | Q(requested_datetime__lt=kept_open)).order_by("requested_datetime", "pk")


def forget(limit: int = MOST) -> int:
    """Delete the contact details whose time is over; returns of how many reports. Safe to run twice, and at once."""
    count = 0
    while count < limit:
        found = list(due(clock.now()).values_list("pk", flat=True)[: min(BATCH, limit - count)])
        done = sum(_forget(pk) for pk in found)
        count += done
        if not done:
            break
    if count:
        log.info("contact details of %s reports deleted", count)
    return count


def contact_until(service_request: ServiceRequest) -> datetime | None:
    """When the contact details of a report go, as things stand; None where there are none."""
    details = Contact.objects.filter(service_request=service_request)
    if not details.exists() and not service_request.subscriptions.exists():
        return None
    last: datetime = service_request.requested_datetime + timedelta(days=settings.CONTACT_DAYS_OPEN)
    if service_request.status not in OVER:
        return last
    row = ServiceRequest.objects.filter(pk=service_request.pk).annotate(end_known_at=_end_known_at())
    end_known_at: datetime = row.values_list("end_known_at", flat=True).get()
    return min(last, end_known_at + timedelta(days=settings.CONTACT_DAYS))


def _end_known_at() -> Coalesce:
    """When the end of a report became known here: its first closing line that no other came after, by the city's
    order. A body may date a closing long ago, before a line of our own that it ends; so what counts is when it was
    written down, and the newest closing line where none is the last."""
    lines = StatusUpdate.objects.filter(is_comment=False, private=False)
    of_same = lines.filter(service_request=OuterRef("service_request"), datetime__gt=OuterRef("datetime"))
    closing = lines.filter(service_request=OuterRef("pk"), status__in=OVER).values("recorded_at")
    first = closing.filter(~Exists(of_same.exclude(status__in=OVER | VERDICTS))).order_by("recorded_at")[:1]
    return Coalesce(Subquery(first), Subquery(closing.order_by("-recorded_at")[:1]), F("updated_datetime"))


def _forget(pk: int) -> bool:
    """One report, looked at once more under its lock: it may have been reopened meanwhile."""
    with transaction.atomic():
        ServiceRequest.objects.select_for_update().get(pk=pk)
        if not due(clock.now()).filter(pk=pk).exists():
            return False
        Contact.objects.filter(service_request=pk).delete()
        Subscription.objects.filter(service_request=pk).delete()  # and the mails owed to it
        remove_letters(pk)
    return True


def remove_letters(service_request_pk: int) -> None:
    """Delete the text of every letter that was written about a report: it quotes the contact details."""
    for attempt in Attempt.objects.filter(submission__request=service_request_pk).exclude(exchanges=[]):
        _without_letter(attempt)


def _without_letter(attempt: Attempt) -> None:
    """What was given is removed from an exchange as it is stored, but a name of one or two letters cannot be found in
    the text of a letter: the whole text goes with the details."""
    letters = [each for each in attempt.exchanges if each.get("method") == MAIL and each.get("request_body")]
    for each in letters:
        each["request_body"] = REMOVED
    if letters:
        attempt.save(update_fields=["exchanges"])
