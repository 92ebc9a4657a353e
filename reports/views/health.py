"""Whether the site can do its work, for a monitor: numbers, and nothing that anybody should not know."""

from datetime import datetime, timedelta

from django.db import Error
from django.db.models import Min
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reports import clock
from reports.models import Notification, NotificationState, Submission, SubmissionState
from reports.models.submissions import SENDABLE

GRACE = timedelta(minutes=15)  # a step that is owed for longer than this has no worker to take it


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the database answers, else 503.

    `status` is `ok`, `behind` when a step of an active endpoint or a mail has been owed for more than 15 minutes (no
    worker, or too few), or `down`. Ages are in seconds, null where nothing waits.
    """
    try:
        found = _measure(clock.now())
    except Error:
        return JsonResponse({"status": "down", "database": False}, status=503)
    return JsonResponse(found)


def _measure(now: datetime) -> dict[str, object]:
    unsent = Submission.objects.filter(state__in=SENDABLE, endpoint__active=True).aggregate(
        first=Min("created_at"), owed=Min("due_at")
    )
    mail = Notification.objects.filter(state=NotificationState.QUEUED).aggregate(owed=Min("due_at"))
    owed = [moment for moment in (unsent["owed"], mail["owed"]) if moment]
    return {
        "status": "behind" if any(now - moment > GRACE for moment in owed) else "ok",
        "database": True,
        "oldest_unsent_seconds": _age(now, unsent["first"]),
        "oldest_owed_mail_seconds": _age(now, mail["owed"]),
        "needs_attention": Submission.objects.filter(state=SubmissionState.NEEDS_ATTENTION).count(),
    }


def _age(now: datetime, moment: datetime | None) -> int | None:
    return max(0, int((now - moment).total_seconds())) if moment else None
