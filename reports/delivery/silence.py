"""Requests of which nothing was heard for long: a line in the history that says so, once, and a status of its own.

It is not the body's word and moves none of its dates, so that the next look comes when it would have come. Whatever
the body says next ends it (`applying.apply`).
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from reports import clock
from reports.delivery import drain, history, statuses
from reports.models import PublicStatus, ServiceRequest, StatusUpdate, Submission, SubmissionState

log = logging.getLogger(__name__)

AT_ONCE: Final = 500
ASKED_LATELY: Final = timedelta(days=3)  # what could not be asked is not silent; the system or we are away


def note_silence() -> int:
    """Call every request silent that is with its body, is not done, and of which nothing was heard for SILENT_DAYS;
    returns how many.

    Only where news could have come: from a system that gives numbers and was asked for this one lately, or by the
    reply link of a letter. So after weeks in which we were away, nothing is silent before it was asked for again.
    Safe to run at any time, and twice at once.
    """
    now = clock.now()
    since, count, last = now - timedelta(days=settings.SILENT_DAYS), 0, 0
    while not drain.ending():
        pks = list(_silent(since, now).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        for pk in pks:
            count += _call_silent(pk, since, now)
        if len(pks) < AT_ONCE:
            break
        last = pks[-1]
    return count


def _silent(since: datetime, now: datetime) -> QuerySet[ServiceRequest]:
    heard = StatusUpdate.objects.filter(
        service_request=OuterRef("pk"), recorded_at__gt=since, by_body=True, private=False, is_comment=False
    )
    lately = now - max(ASKED_LATELY, 2 * timedelta(seconds=settings.REFRESH_LONGEST))
    asked = ~Q(service_request_id="") & Q(endpoint__last_success_at__gt=lately, looked_at__gt=lately)
    written_to = Q(endpoint__base_url__startswith="mailto:")
    followed = Submission.objects.filter(asked | written_to, request=OuterRef("pk"), state=SubmissionState.DELIVERED)
    open_long = ServiceRequest.objects.filter(status__in=statuses.GOES_ON, updated_datetime__lte=since)
    return open_long.filter(Exists(followed), ~Exists(heard))


def _call_silent(pk: int, since: datetime, now: datetime) -> bool:
    try:
        with transaction.atomic():
            request = ServiceRequest.objects.select_for_update().filter(pk=pk).first()
            if request is None or not _silent(since, now).filter(pk=pk).exists():
                return False  # somebody was heard, or another worker faster
            last = request.status_updates.last()
            mark = history.fingerprint("silent", last.pk if last else 0)
            if history.append(request, PublicStatus.SILENT, mark=mark):
                ServiceRequest.objects.filter(pk=pk).update(status=PublicStatus.SILENT)
                return True
    except DatabaseError:
        log.exception("request %s could not be called silent", pk)
    return False
