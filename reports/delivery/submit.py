"""One submission, sent once: claim, save the attempt, close the transaction, speak, record.

What an error leads to stands in `_after_error`, and nowhere else.
"""

import logging
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Min

from reports import clock
from reports.delivery import duplicates, endpoints, history, outbox
from reports.delivery.filing import filing_for, private_texts
from reports.delivery.pauses import refresh_pause, retry_pause, token_pause
from reports.dialects import registry
from reports.dialects.errors import ConfigurationError, DialectError, Duplicate, NotSent, PerhapsSent
from reports.dialects.messages import Receipt, ServiceType
from reports.http import Exchange
from reports.models import Attempt, PublicStatus, ServiceRequest, Submission, SubmissionState

log = logging.getLogger(__name__)
State = SubmissionState
HOLDING_ALREADY = frozenset({State.CANCELLED, State.ACCEPTED, State.DELIVERED})
RECORD_PAUSES = (0.2, 1.0, 5.0, 15.0)  # seconds between the tries to write a receipt down

LOST = "The report left, and no clear answer came. It may be in the body's system: look there before sending it again."
DIED = (
    "The worker ended while it was sending. The report may be in the body's system: look there before sending it again."
)
UNFIT = "The body took it, and what it handed back could not be stored:"
MUTE = "The body answered, but gave neither a number nor a token, which this service should have."


def submit(submission_id: int) -> None:
    """Send one submission if it is due. Safe to call at any time, from anywhere, any number of times.

    ConfigurationError, and whatever else nobody foresaw, is raised after it has been recorded.
    """
    claimed = outbox.claim(submission_id)
    if claimed is None:
        return
    submission, attempt = claimed.submission, claimed.attempt
    exchanges: list[Exchange] = []
    try:
        filing = filing_for(submission.request, submission)
        private = private_texts(submission.request, submission)
        dialect = endpoints.dialect_for(submission.endpoint, on_exchange=exchanges.append, private=private)
    except Exception as error:
        with transaction.atomic():
            _finish(attempt, exchanges, type(error).__name__, str(error))
            _give_to_volunteers(submission, State.NEEDS_ATTENTION, f"It could not be prepared for sending: {error}")
        raise
    try:
        receipt = dialect.post_service_request(filing)
    except DialectError as error:
        with transaction.atomic():
            _after_error(submission, error)
            _finish(attempt, exchanges, type(error).__name__, str(error), error.status_code)
        endpoints.note_failure(submission.endpoint, error)
        if isinstance(error, Duplicate):
            duplicates.resolve(submission.pk)
    except ConfigurationError as error:  # found while the letter or the call was written: nothing has left
        with transaction.atomic():
            _finish(attempt, exchanges, type(error).__name__, str(error))
            _give_to_volunteers(submission, State.NEEDS_ATTENTION, f"It could not be prepared for sending: {error}")
        raise
    except Exception as error:
        with transaction.atomic():
            _give_to_volunteers(submission, State.UNCERTAIN, LOST)
            _finish(attempt, exchanges, type(error).__name__, str(error))
        raise
    else:
        _keep_receipt(submission, attempt, exchanges, receipt)
        endpoints.note_success(submission.endpoint)


def _keep_receipt(submission: Submission, attempt: Attempt, exchanges: list[Exchange], receipt: Receipt) -> None:
    """Write the receipt down, whatever ails the database: the city will not say it again."""
    for pause in (*RECORD_PAUSES, None):
        try:
            with transaction.atomic():
                record_receipt(submission, receipt)
                _finish(attempt, exchanges, "receipt", "")
        except (OperationalError, InterfaceError):
            if pause is None:
                raise
            log.warning("the receipt of %s could not be written down yet", submission.request.reference)
            if not connection.in_atomic_block:
                connection.close()  # a new one may get through
            time.sleep(pause)
        except Exception as error:
            number = receipt.service_request_id or receipt.token or ""
            submission.refresh_from_db(fields=["state", "claim"])
            with transaction.atomic():
                _finish(attempt, exchanges, type(error).__name__, str(error))
                _give_to_volunteers(submission, State.UNCERTAIN, f"{UNFIT} {number[:300]}")
            raise
        else:
            return


def record_receipt(submission: Submission, receipt: Receipt) -> None:
    """Write down what the city handed back. A receipt that comes after the lease ran out still counts."""
    ours = submission.claim
    submission.refresh_from_db(fields=["state", "claim", "reason", "service_request_id", "token"])
    now = clock.now()
    taken: dict[str, Any] = {"sent_at": now, "reason": "", "looks": 0}
    if receipt.token:
        taken |= {"token": receipt.token, "token_at": now}
    if submission.state in HOLDING_ALREADY:
        _note_second_receipt(submission, receipt)
    elif receipt.service_request_id:
        _delivered(submission, receipt.service_request_id, receipt.service_notice, **taken)
    elif receipt.token:
        first_look = now + token_pause(0, settings.TOKEN_FIRST, settings.TOKEN_LONGEST)
        if outbox.move(submission, State.ACCEPTED, due_at=first_look, **taken):
            _say_sent(submission, receipt.service_notice)
    elif receipt.held or is_blackbox(submission.request):
        if outbox.move(submission, State.DELIVERED, due_at=None, delivered_at=now, held=receipt.held, **taken):
            _say_sent(submission, receipt.service_notice)
    elif submission.state == State.SENDING and submission.claim == ours:
        _give_to_volunteers(submission, State.UNCERTAIN, MUTE)


def _note_second_receipt(submission: Submission, receipt: Receipt) -> None:
    """A receipt for what was cancelled, or filed by somebody else, meanwhile: keep what would find it in the city."""
    number, token = receipt.service_request_id or "", receipt.token or ""
    kept: dict[str, Any] = {"sent_at": clock.now()} if submission.sent_at is None else {}
    if not submission.service_request_id and not submission.token:
        kept |= {"service_request_id": number, "token": token}
    elif (number or token) not in (submission.service_request_id, submission.token):
        kept |= {"reason": f"{submission.reason} The body gave a second receipt: {number or token}.".strip()}
    if kept:
        Submission.objects.filter(pk=submission.pk).update(**kept)


def record_number(submission: Submission, service_request_id: str) -> None:
    """Write down the number that a token led to."""
    _delivered(submission, service_request_id, "")


def give_up_on_dead_workers() -> int:
    """Hand the submissions whose lease ran out to the volunteers; returns how many. They are not sent again."""
    count = 0
    for submission in outbox.expired_leases(clock.now()):
        count += _give_to_volunteers(submission, State.UNCERTAIN, DIED)
        Attempt.objects.filter(submission=submission, finished_at=None).update(
            finished_at=clock.now(), outcome="worker died"
        )
    return count


def needs_attention(submission: Submission, reason: str) -> bool:
    """Hand a submission to the volunteers from where it stands; False when somebody moved it meanwhile."""
    return _give_to_volunteers(submission, State.NEEDS_ATTENTION, reason)


def cancel(submission: Submission, reason: str, words: str = "") -> bool:
    """Take a submission out of the queue for good; False when somebody moved it meanwhile.

    `reason` is for volunteers, `words` for the resident, in the history.
    """
    with transaction.atomic():
        if not outbox.move(submission, State.CANCELLED, due_at=None, reason=reason):
            return False
        request = submission.request
        mark = history.fingerprint("cancelled", submission.pk)
        if history.append(request, PublicStatus.CANCELLED, mark=mark, status_notes=words):
            history.set_status(request, PublicStatus.CANCELLED)
    return True


def _after_error(submission: Submission, error: DialectError) -> None:
    if isinstance(error, NotSent):
        _try_again(submission, error)
    elif isinstance(error, Duplicate):
        reason = duplicates.refusal(error)
        outbox.move(submission, State.REFUSED, claim=submission.claim, due_at=clock.now(), reason=reason)
    elif isinstance(error, PerhapsSent):
        _give_to_volunteers(submission, State.UNCERTAIN, f"{LOST} ({error})")
    else:
        words = " ".join(error.messages) or str(error)
        _give_to_volunteers(submission, State.REFUSED, f"The body refused it: {words}")


def _try_again(submission: Submission, error: NotSent) -> None:
    now = clock.now()
    pause = retry_pause(submission.posts, settings.RETRY_FIRST, settings.RETRY_LONGEST, error.retry_after)
    patience = timedelta(hours=settings.RETRY_GIVE_UP_HOURS)
    tries = submission.attempts.filter(started_at__gte=submission.released_at)
    began = tries.aggregate(first=Min("started_at"))["first"] or now
    if now + pause - began > patience:
        reason = f"It was tried {tries.count()} times over {settings.RETRY_GIVE_UP_HOURS} hours: {error}"
        _give_to_volunteers(submission, State.NEEDS_ATTENTION, reason)
        return
    outbox.move(submission, State.RETRY, claim=submission.claim, due_at=now + pause, reason=str(error))


def _give_to_volunteers(submission: Submission, by_way_of: SubmissionState, reason: str) -> bool:
    """Move to `needs_attention`, through `uncertain` or `refused` where that is what happened."""
    with transaction.atomic():
        for state in dict.fromkeys((by_way_of, State.NEEDS_ATTENTION)):
            if not outbox.move(submission, state, claim=submission.claim, due_at=None, reason=reason):
                return False
        request = submission.request
        mark = history.fingerprint("undelivered", submission.pk, submission.posts)
        if history.append(request, PublicStatus.UNDELIVERED, mark=mark):
            history.set_status(request, PublicStatus.UNDELIVERED)
    log.warning("%s needs attention: %s", submission.request.reference, reason)
    return True


def _delivered(submission: Submission, service_request_id: str, service_notice: str, **fields: Any) -> None:
    now = clock.now()
    first_look = now + refresh_pause(timedelta(0), settings.REFRESH_FIRST, settings.REFRESH_LONGEST)
    moved = outbox.move(
        submission,
        State.DELIVERED,
        service_request_id=service_request_id,
        delivered_at=now,
        due_at=first_look,
        **{"looks": 0, "reason": "", **fields},
    )
    if not moved:
        return
    if "sent_at" in fields:
        _say_sent(submission, service_notice)
    request = submission.request
    mark = history.fingerprint("number", submission.pk, service_request_id)
    if history.append(request, PublicStatus.ACCEPTED, mark=mark):
        history.set_status(request, PublicStatus.ACCEPTED)


def _say_sent(submission: Submission, service_notice: str) -> None:
    request = submission.request
    if service_notice:
        request.service_notice = service_notice
        request.save(update_fields=["service_notice"])
    mark = history.fingerprint("sent", submission.pk)
    if history.append(request, PublicStatus.SENT, mark=mark, when=submission.sent_at):
        history.set_status(request, PublicStatus.SENT)


def is_blackbox(service_request: ServiceRequest) -> bool:
    """Whether no number is to be expected: so says the body of this service, or the way in which it is reached."""
    service = service_request.service
    by_nature = not registry.get(service_request.endpoint.dialect).gives_numbers
    return by_nature or (service is not None and service.type == ServiceType.BLACKBOX)


def _finish(
    attempt: Attempt, exchanges: list[Exchange], outcome: str, detail: str, status_code: int | None = None
) -> None:
    attempt.finished_at = clock.now()
    attempt.outcome = outcome
    attempt.detail = detail
    attempt.status_code = status_code or (exchanges[-1].status if exchanges else None)
    attempt.exchanges = [exchange.as_dict() for exchange in exchanges]
    attempt.save(update_fields=["finished_at", "outcome", "detail", "status_code", "exchanges"])
