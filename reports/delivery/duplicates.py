"""A filing that the body refused because it has it already: which of its requests is meant, and following that one.

Nothing is ever posted from here. Where it cannot be told which one is meant, volunteers are asked.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports import clock
from reports.delivery import endpoints, history, outbox
from reports.delivery.filing import filing_for, private_texts, service_codes
from reports.delivery.gate import Kind
from reports.delivery.pauses import refresh_pause
from reports.dialects.errors import DialectError, Duplicate, HeldBack
from reports.dialects.messages import Found, RequestStatus, Window
from reports.geo.measures import great_circle
from reports.http import Exchange
from reports.models import Attempt, PublicStatus, ServiceRequest, Submission, SubmissionState

log = logging.getLogger(__name__)
State = SubmissionState

BACK = timedelta(days=90)
AHEAD = timedelta(minutes=65)  # the body's clock may be, or ours be put back
NEAR_METRES = 50.0  # the place of a request may be that of the nearest address


def refusal(error: Duplicate) -> str:
    """The body's refusal, for volunteers."""
    return f"The body refused it as one that it has already: {' '.join(error.messages) or error}"


def unresolved() -> QuerySet[Submission]:
    """Submissions that were refused as duplicates, and whose original has not been looked for."""
    return Submission.objects.filter(state=State.REFUSED, due_at__isnull=False)


def resolve(submission_id: int) -> None:
    """Look for the request that the body means, once, and link to it or ask volunteers. Safe to run twice at once.

    What nobody foresaw is raised after volunteers were asked.
    """
    for submission in outbox.take_look(unresolved().filter(pk=submission_id), 1):
        try:
            originals, seen, ours = _look(submission)
        except HeldBack as error:
            _wait(submission, error)
            continue
        except Exception:
            with transaction.atomic():
                _ask_volunteers(submission, [], seen=False)
            raise
        with transaction.atomic():
            if len(originals) == 1:
                _follow(submission, originals[0], ours=ours)
            else:
                _ask_volunteers(submission, originals, seen=seen)


def _wait(submission: Submission, error: HeldBack) -> None:
    """Look later, as the endpoint has to be left alone; volunteers look where that goes on for too long."""
    now = clock.now()
    posts = submission.attempts.filter(operation="post_service_request").order_by("-started_at")
    refused = posts.values_list("started_at", flat=True).first() or submission.created_at
    if now - max(refused, submission.released_at) > timedelta(hours=settings.RECONCILE_GIVE_UP_HOURS):
        with transaction.atomic():
            _ask_volunteers(submission, [], seen=False)
        return
    later = now + timedelta(seconds=min(error.retry_after or 1, settings.RECONCILE_LONGEST))
    Submission.objects.filter(pk=submission.pk, state=State.REFUSED).update(due_at=later)


def _look(submission: Submission) -> tuple[list[str], bool, bool]:
    """The numbers of the requests that may be meant, whether the body's list could be had, and whether what was found
    is this very report: one of two sendings. What the gate held back leaves no attempt."""
    now = clock.now()
    attempt: Attempt | None = None
    exchanges: list[Exchange] = []
    found, outcome, detail = Found(), "found", ""
    try:
        filing = filing_for(submission.request, submission)
        private = private_texts(submission.request, submission)
        with endpoints.speaking(
            submission.endpoint, Kind.READ, on_exchange=exchanges.append, private=private
        ) as dialect:
            attempt = Attempt.objects.create(submission=submission, operation="find", started_at=now)
            found = dialect.find(filing, Window(now - BACK, now + AHEAD))
    except HeldBack as error:
        outcome, detail = "HeldBack", str(error)
        raise
    except DialectError as error:
        outcome, detail = type(error).__name__, str(error)
    except Exception as error:
        outcome = type(error).__name__
        raise
    finally:
        if attempt is not None:
            attempt.finished_at, attempt.outcome, attempt.detail = clock.now(), outcome, detail
            attempt.exchanges = [exchange.as_dict() for exchange in exchanges]
            attempt.status_code = exchanges[-1].status if exchanges else None
            attempt.save(update_fields=["finished_at", "outcome", "detail", "exchanges", "status_code"])
    alike = [row for row in found.candidates if found.by_reference or _is_alike(row, submission.request)]
    numbers = sorted({row.service_request_id for row in alike if row.service_request_id})
    return numbers, outcome == "found", found.by_reference and submission.posts > 1


def _is_alike(row: RequestStatus, request: ServiceRequest) -> bool:
    """Of the same service, under whichever code it had, and at the same place, as far as the row says."""
    if row.service_code not in {"", *service_codes(request)}:
        return False
    if row.lat is None or row.long is None or request.in_words:
        return True
    return float(great_circle(row.lat, request.lat, request.long - row.long)) <= NEAR_METRES


def _follow(submission: Submission, number: str, *, ours: bool) -> None:
    request, now = submission.request, clock.now()
    if not outbox.move(submission, State.NEEDS_ATTENTION, due_at=None):
        return
    outbox.move(
        submission,
        State.DELIVERED,
        service_request_id=number,
        sent_at=submission.sent_at or now,
        delivered_at=now,
        due_at=now + refresh_pause(timedelta(0), settings.REFRESH_FIRST, settings.REFRESH_LONGEST),
        looks=0,
    )
    if ours:  # it was sent twice, and the body took it once: there is no other report
        _say_ours(submission, number)
        return
    request.duplicate_of = number
    request.save(update_fields=["duplicate_of"])
    with override(request.locale):
        words = _("%(body)s has this already, as its number %(number)s. We follow that one.")
        said = words % {"body": request.jurisdiction.name, "number": number}
    mark = history.fingerprint("duplicate", submission.pk, number)
    if history.append(request, PublicStatus.ACCEPTED, mark=mark, status_notes=said):
        history.set_status(request, PublicStatus.ACCEPTED)


def _say_ours(submission: Submission, number: str) -> None:
    request = submission.request
    sent = history.line(
        request, PublicStatus.SENT, mark=history.fingerprint("sent", submission.pk), when=submission.sent_at
    )
    mark = history.fingerprint("number", submission.pk, number)
    if new := history.append_all(request, [sent, history.line(request, PublicStatus.ACCEPTED, mark=mark)]):
        history.set_status(request, PublicStatus(new[-1].status))


def _ask_volunteers(submission: Submission, originals: list[str], *, seen: bool) -> None:
    request = submission.request
    if not seen:
        looked = "Its list could not be searched for the one that it means."
    elif originals:
        looked = f"It may mean one of these: {', '.join(originals)}."
    else:
        looked = f"In its list of the last {BACK.days} days nothing of this service is at this place with these words."
    if not outbox.move(submission, State.NEEDS_ATTENTION, due_at=None, reason=f"{submission.reason} {looked}"):
        return
    with override(request.locale):
        words = _("%(body)s says that it has this already. We find out which of its reports it means.")
        said = words % {"body": request.jurisdiction.name}
    mark = history.fingerprint("undelivered", submission.pk, submission.posts)
    if history.append(request, PublicStatus.UNDELIVERED, mark=mark, status_notes=said):
        history.set_status(request, PublicStatus.UNDELIVERED)
    log.warning("%s needs attention: %s", request.reference, submission.reason)
