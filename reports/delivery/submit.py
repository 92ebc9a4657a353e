"""One submission, sent once: claim, save the attempt, close the transaction, speak, record.

What an error leads to stands in `_after_error`, and nowhere else.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Min

from reports import clock, log_context
from reports.delivery import disclosures, duplicates, endpoints, history, outbox
from reports.delivery.filing import filing_for, private_texts
from reports.delivery.pauses import pause_after, refresh_pause, token_pause
from reports.dialects import registry
from reports.dialects.errors import ConfigurationError, DialectError, Duplicate, HeldBack, NotSent, PerhapsSent
from reports.dialects.messages import Receipt, ServiceType
from reports.http import Exchange, redact
from reports.models import (
    Attempt,
    Breaker,
    Endpoint,
    PublicStatus,
    ServiceRequest,
    StatusUpdate,
    Submission,
    SubmissionState,
    Traffic,
)
from reports.models.submissions import MOVES, SENDABLE

log = logging.getLogger(__name__)
State = SubmissionState
HOLDING_ALREADY = frozenset({State.CANCELLED, State.ACCEPTED, State.DELIVERED})
POST = "post_service_request"
RECEIVING = ("state", "claim", "reason", "service_request_id", "token", "posts", "sent_at")  # as a receipt finds it
RECORD_PAUSES = (0.2, 1.0, 5.0, 15.0)  # seconds between the tries to write a receipt down

LOST = "The report left, and no clear answer came. It may be in the body's system."
DIED = "The worker ended while it was sending. The report may be in the body's system."
UNSEARCHABLE = "What that system holds cannot be searched from here. Look there before sending it again."
UNFIT = "The body took it, and what it handed back could not be stored:"
MUTE = "The body answered, but gave neither a number nor a token, which this service should have."


def submit(submission_id: int) -> None:
    """Send one submission if it is due. Safe to call at any time, from anywhere, any number of times.

    ConfigurationError, and whatever else nobody foresaw, is raised after it has been recorded.
    """
    claimed = outbox.claim(submission_id)
    if claimed is not None:
        send(claimed)


def send(claimed: outbox.Claimed) -> None:
    """Send what was claimed, and write down what came of it. ConfigurationError and the like as in `submit`."""
    with log_context.bind(**claimed.facts()):
        error: BaseException | None = None
        try:
            error = _send(claimed)
        except BaseException as failure:
            error = failure
            raise
        finally:
            endpoints.left(claimed.submission.endpoint, claimed.permit, error)
        if isinstance(error, Duplicate):
            duplicates.resolve(claimed.submission.pk)


def _send(claimed: outbox.Claimed) -> DialectError | None:
    submission, attempt = claimed.submission, claimed.attempt
    exchanges: list[Exchange] = []
    private: list[str] = []
    try:
        private = private_texts(submission.request, submission)
        filing = filing_for(submission.request, submission)
        dialect = endpoints.dialect_for(
            submission.endpoint, on_exchange=exchanges.append, private=private, permit=claimed.permit
        )
    except Exception as error:
        with transaction.atomic():
            words = redact(str(error), private)
            _finish(attempt, exchanges, type(error).__name__, words)
            _give_to_volunteers(submission, State.NEEDS_ATTENTION, f"It could not be prepared for sending: {words}")
        raise
    try:
        _check_time(submission)
        receipt = dialect.post_service_request(filing)
    except DialectError as error:
        with transaction.atomic():
            _after_error(submission, error)
            _finish(attempt, exchanges, type(error).__name__, str(error), error.status_code)
            disclosures.note(submission, attempt, error)
        return error
    except ConfigurationError as error:  # found while the letter or the call was written: nothing has left
        with transaction.atomic():
            words = redact(str(error), private)
            _finish(attempt, exchanges, type(error).__name__, words)
            _give_to_volunteers(submission, State.NEEDS_ATTENTION, f"It could not be prepared for sending: {words}")
        raise
    except Exception as error:
        with transaction.atomic():
            _leave_to_reconcile(submission, LOST)
            _finish(attempt, exchanges, type(error).__name__, redact(str(error), private))
            disclosures.note(submission, attempt, error)
        raise
    else:
        _keep_receipt(submission, attempt, exchanges, receipt)
        return None


def _check_time(submission: Submission) -> None:
    """A worker that was held up until its lease was over sends nothing: others have taken its report for perhaps sent,
    and look for it in the body's list, where it must not turn up after they have looked."""
    if submission.lease_until is not None and clock.now() >= submission.lease_until:
        raise HeldBack("The worker was held up, and did not send it.", operation=POST, retry_after=1)


def _keep_receipt(submission: Submission, attempt: Attempt, exchanges: list[Exchange], receipt: Receipt) -> None:
    """Write the receipt down, whatever ails the database: the city will not say it again."""
    for pause in (*RECORD_PAUSES, None):
        try:
            with transaction.atomic():
                record_receipt(submission, receipt)
                _finish(attempt, exchanges, "receipt", "")
                disclosures.note(submission, attempt)
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
                disclosures.note(submission, attempt)
            raise
        else:
            return


def record_receipt(submission: Submission, receipt: Receipt, sent_at: datetime | None = None) -> None:
    """Write down what the city handed back, or shows. It counts in every state: also after the lease ran out, while it
    waits to be sent again, and while somebody else sends it again. `sent_at` is when it was sent; now unless given."""
    ours = submission.claim
    with transaction.atomic(savepoint=False):  # the row stays as it is found until the receipt is in it
        submission.refresh_from_db(fields=RECEIVING, from_queryset=Submission.objects.select_for_update())
        said = receipt.service_request_id or receipt.token
        if said and submission.state == State.REFUSED:  # that was the second sending, and this is of the first
            outbox.move(submission, State.NEEDS_ATTENTION, due_at=None)
        _record(submission, receipt, ours, sent_at or clock.now())


def _record(submission: Submission, receipt: Receipt, ours: UUID | None, sent_at: datetime) -> None:
    now = clock.now()
    taken: dict[str, Any] = {"sent_at": sent_at, "reason": "", "looks": 0}
    if receipt.token:
        taken |= {"token": receipt.token, "token_at": now}
    if submission.state == State.ACCEPTED and receipt.service_request_id and _is_of_same(submission, receipt):
        _delivered(submission, receipt.service_request_id, receipt.service_notice)
    elif submission.state in HOLDING_ALREADY:
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
        _leave_to_reconcile(submission, MUTE)


def _is_of_same(submission: Submission, receipt: Receipt) -> bool:
    """Whether a receipt is of the filing of which the number or the token is known, and may name the other one: of two
    that were sent, only the token says so."""
    return submission.posts <= 1 or (receipt.token or "") == submission.token != ""


def _note_second_receipt(submission: Submission, receipt: Receipt) -> None:
    """A receipt for what was cancelled, or filed by somebody else, meanwhile: keep what would find it in the city."""
    number, token = receipt.service_request_id or "", receipt.token or ""
    kept: dict[str, Any] = {"sent_at": clock.now()} if submission.sent_at is None else {}
    if not submission.service_request_id and not submission.token:
        kept |= {"service_request_id": number, "token": token}
    elif token and not number and not submission.token and submission.posts <= 1:
        kept |= {"token": token}
    elif (number or token) not in (submission.service_request_id, submission.token, ""):
        kept |= {"reason": f"{submission.reason} The body gave a second receipt: {number or token}.".strip()}
    if kept:
        Submission.objects.filter(pk=submission.pk).update(**kept)


def record_number(submission: Submission, service_request_id: str) -> None:
    """Write down the number that a token led to."""
    _delivered(submission, service_request_id, "")


def give_up_on_dead_workers() -> int:
    """Take the submissions whose lease ran out for perhaps sent; returns how many. They are looked for."""
    count = 0
    for submission in outbox.expired_leases(clock.now()):
        with transaction.atomic():
            if _leave_to_reconcile(submission, DIED):
                count += 1
                _end_attempts(submission)
    for submission in outbox.with_everything().filter(state=State.CANCELLED, lease_until__lt=clock.now()):
        with transaction.atomic():
            _end_attempts(submission)
            Submission.objects.filter(pk=submission.pk, state=State.CANCELLED).update(lease_until=None)
    return count


def _end_attempts(submission: Submission) -> None:
    """Of a worker that is taken for dead: what it sent may have arrived."""
    unfinished = Attempt.objects.filter(submission=submission, finished_at=None)
    for attempt in unfinished.filter(operation=POST):
        disclosures.note(submission, attempt)
    unfinished.update(finished_at=clock.now(), outcome="worker died")


def give_up_on_the_unreachable(now: datetime, limit: int = 500) -> int:
    """Hand to the volunteers what has waited for all of RETRY_GIVE_UP_HOURS at an endpoint that was in trouble for as
    long, tried or not; returns how many. Looks only at endpoints whose breaker is not closed."""
    since = now - timedelta(hours=settings.RETRY_GIVE_UP_HOURS)
    troubled = Traffic.objects.exclude(breaker=Breaker.CLOSED).filter(trouble_since__lte=since, endpoint__active=True)
    endpoints_in_trouble = list(troubled.values_list("pk", flat=True))
    if not endpoints_in_trouble:
        return 0
    waiting = outbox.with_everything().filter(
        endpoint__in=endpoints_in_trouble, state__in=SENDABLE, released_at__lte=since
    )
    reason = f"Its system has not been reachable for {settings.RETRY_GIVE_UP_HOURS} hours."
    return sum(needs_attention(submission, f"{reason} {submission.reason}".strip()) for submission in waiting[:limit])


def needs_attention(submission: Submission, reason: str) -> bool:
    """Hand a submission to the volunteers from where it stands; False when somebody moved it meanwhile."""
    return _give_to_volunteers(submission, State.NEEDS_ATTENTION, reason)


def cancel(submission: Submission, reason: str, words: str = "") -> bool:
    """Take a submission out of the queue for good; False when somebody moved it meanwhile.

    `reason` is for volunteers, `words` for the resident, in the history.
    """
    lease = submission.lease_until if submission.state == State.SENDING else None
    with transaction.atomic():
        if not outbox.move(submission, State.CANCELLED, due_at=None, reason=reason):
            return False
        if lease is not None:  # its worker may die yet, and what it took along is to be noted
            Submission.objects.filter(pk=submission.pk).update(lease_until=lease)
        request = submission.request
        mark = history.fingerprint("cancelled", submission.pk)
        if history.append(request, PublicStatus.CANCELLED, mark=mark, status_notes=words):
            history.set_status(request, PublicStatus.CANCELLED)
    return True


def _after_error(submission: Submission, error: DialectError) -> None:
    if isinstance(error, HeldBack):
        later = clock.now() + timedelta(seconds=error.retry_after or 1)
        outbox.move(submission, State.RETRY, claim=submission.claim, due_at=later, posts=max(0, submission.posts - 1))
    elif isinstance(error, NotSent):
        _try_again(submission, error)
    elif isinstance(error, Duplicate):
        reason = duplicates.refusal(error)
        outbox.move(submission, State.REFUSED, claim=submission.claim, due_at=clock.now(), reason=reason)
    elif isinstance(error, PerhapsSent):
        _leave_to_reconcile(submission, f"{LOST} ({error})")
    else:
        words = " ".join(error.messages) or str(error)
        _give_to_volunteers(submission, State.REFUSED, f"The body refused it: {words}")


def _try_again(submission: Submission, error: NotSent) -> None:
    now = clock.now()
    pause = pause_after(error, submission.posts, settings.RETRY_FIRST, settings.RETRY_LONGEST)
    patience = timedelta(hours=settings.RETRY_GIVE_UP_HOURS)
    tries = submission.attempts.filter(operation=POST, started_at__gte=submission.released_at)
    tries = tries.exclude(outcome=HeldBack.__name__)
    began = tries.aggregate(first=Min("started_at"))["first"] or now
    if now + pause - began > patience:
        reason = f"It was tried {tries.count()} times over {settings.RETRY_GIVE_UP_HOURS} hours: {error}"
        _give_to_volunteers(submission, State.NEEDS_ATTENTION, reason)
        return
    outbox.move(submission, State.RETRY, claim=submission.claim, due_at=now + pause, reason=str(error))


def is_searchable(endpoint: Endpoint) -> bool:
    """Whether the body's list can be searched for a report whose answer was lost."""
    try:
        return registry.get(endpoint.dialect).searchable
    except ConfigurationError:
        return False


def _leave_to_reconcile(submission: Submission, reason: str) -> bool:
    """What may have arrived is looked for in the body's list (`reconcile`); by volunteers where there is none."""
    if not is_searchable(submission.endpoint):
        return _give_to_volunteers(submission, State.UNCERTAIN, f"{reason} {UNSEARCHABLE}")
    first = clock.now() + timedelta(seconds=settings.RECONCILE_FIRST)
    return outbox.move(submission, State.UNCERTAIN, claim=submission.claim, due_at=first, looks=0, reason=reason)


def _give_to_volunteers(submission: Submission, by_way_of: SubmissionState, reason: str) -> bool:
    """Move to `needs_attention`, through `uncertain` or `refused` where that is what happened; False where somebody has
    moved it to where it needs nobody."""
    with transaction.atomic():
        for state in dict.fromkeys((by_way_of, State.NEEDS_ATTENTION)):
            known = state in MOVES[State(submission.state)]
            if not known and state is not State.NEEDS_ATTENTION:
                continue
            if not known or not outbox.move(submission, state, claim=submission.claim, due_at=None, reason=reason):
                return False
        request = submission.request
        mark = history.fingerprint("undelivered", submission.pk, submission.posts)
        # A body that gave a token has the report: nothing is undelivered, only its number is missing.
        if not submission.token and history.append(request, PublicStatus.UNDELIVERED, mark=mark):
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
    mark = history.fingerprint("number", submission.pk, service_request_id)
    numbered = history.line(submission.request, PublicStatus.ACCEPTED, mark=mark)
    _say(submission, [_sent(submission, service_notice), numbered] if "sent_at" in fields else [numbered])


def _say_sent(submission: Submission, service_notice: str) -> None:
    _say(submission, [_sent(submission, service_notice)])


def _sent(submission: Submission, service_notice: str) -> StatusUpdate:
    """The line of history that says so; the request keeps the notice."""
    request = submission.request
    if service_notice:
        request.service_notice = service_notice
        request.save(update_fields=["service_notice"])
    mark = history.fingerprint("sent", submission.pk)
    return history.line(request, PublicStatus.SENT, mark=mark, when=submission.sent_at)


def _say(submission: Submission, lines: list[StatusUpdate]) -> None:
    """Append these lines together, and move the request's status to the last that is new."""
    if new := history.append_all(submission.request, lines, surely_new=True):
        history.set_status(submission.request, PublicStatus(new[-1].status))


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
