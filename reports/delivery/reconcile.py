"""Filings whose answer was lost: looked for in the body's own list, and then adopted, sent again, or asked about.

Adopted is the one row that is the filing and nobody else's; `matching_rows` says which. Sent again is only what was
certainly not there at two looks with RECONCILE_SETTLE between them, the first of them as long after the filing was
sent: each of the two spans alone is longer than a system is at work on a filing, so that a clock that jumps in one of
them has nothing sent twice. What is absent is looked for in a day before and after as well, at the same look: a body
may read the dates that it is asked for in its own time, or write them so. Everything else goes to volunteers after
RECONCILE_GIVE_UP_HOURS, with what was seen.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from reports import clock
from reports.delivery import drain, endpoints, gate, matching_rows, outbox, submit
from reports.delivery.arrival import may_be_there
from reports.delivery.filing import filing_for, private_texts
from reports.delivery.gate import Kind
from reports.delivery.matching_rows import Seen, What
from reports.delivery.pauses import look_pause
from reports.dialects.errors import ConfigurationError, DialectError, HeldBack, Unsupported
from reports.dialects.messages import Found, Receipt, ServiceType, Window
from reports.http import Exchange
from reports.models import Attempt, Endpoint, Submission, SubmissionState

log = logging.getLogger(__name__)
State = SubmissionState

# Around the time in which it was sent: our clock may jump by an hour, and the city's be minutes off.
MARGIN: Final = timedelta(minutes=65)
# Beyond every distance from UTC (14 hours), by which the body's dates or its reading of ours may be wrong.
DISTANT: Final = timedelta(hours=26)
SENDINGS: Final = 3  # without an answer; what never shows is more likely a list that is not what it seems to be
KEPT: Final = 30  # looks that are kept as evidence, of this sending
EARLIER: Final = 10  # and of what was noted before it
WORDS: Final = 300  # characters of each
ASK: Final = "Look there before sending it again."


@dataclass(frozen=True, slots=True)
class _Sending:
    """When a submission left for the body: the first and the last time, and how often."""

    first: datetime
    last: datetime
    ended: datetime  # when the last one was over, as far as we know
    times: int


def reconcile(endpoint: Endpoint) -> int:
    """Look for the endpoint's uncertain submissions that are due, for one turn; returns how many were looked for.

    Safe to run twice at once: each row is taken by one of the runs. What nobody foresaw is raised after the turn; it
    has been recorded, and the row is looked for again later.
    """
    end, count, failure = time.monotonic() + settings.DELIVERY_TURN, 0, None
    while not drain.ending() and (taken := outbox.take_look(uncertain(endpoint), 1)):
        try:
            asked = look(taken[0])
        except Exception as error:
            log.exception("submission %s: not foreseen", taken[0].pk)
            asked, failure = True, failure or error
        if not asked:
            break  # the endpoint has to wait, and so do the others
        count += 1
        if time.monotonic() > end:
            break
    if failure:
        raise failure
    return count


def uncertain(endpoint: Endpoint) -> QuerySet[Submission]:
    """The endpoint's submissions that may be in the body's system."""
    return Submission.objects.filter(endpoint=endpoint, state=State.UNCERTAIN)


def look(submission: Submission) -> bool:
    """Look once for a submission that was taken for it, and do what follows; False where the endpoint has to wait.

    What nobody foresaw is raised after it has been recorded.
    """
    sending = _sending_of(submission)
    if not submit.is_searchable(submission.endpoint):
        _hand_over(submission, submit.UNSEARCHABLE)
        return True
    try:
        found = _find(submission, sending)
    except HeldBack as error:
        _wait(submission, sending, Seen(What.NOT_SEARCHED, str(error)), held_back=error)
        return False
    except Unsupported as error:
        _note(submission, sending, Seen(What.NOT_SEARCHED, str(error)))
        _hand_over(submission, submit.UNSEARCHABLE)
    except DialectError as error:
        _wait(submission, sending, Seen(What.NOT_SEARCHED, str(error)), asked=error.retry_after)
    except Exception as error:
        words = str(error) if isinstance(error, ConfigurationError) else f"The search failed: {type(error).__name__}."
        _wait(submission, sending, Seen(What.NOT_SEARCHED, words))
        raise
    else:
        try:
            _conclude(submission, sending, found)
        except Exception as error:  # such as a number that cannot be stored: nothing of this look was kept
            words = f"What the body's list shows could not be kept: {type(error).__name__}."
            submission.refresh_from_db(fields=["state", "claim", "evidence", "reason"])
            if submission.state == State.UNCERTAIN:
                _wait(submission, sending, Seen(What.NOT_SEARCHED, words))
            raise
    return True


def _find(submission: Submission, sending: _Sending) -> Found:
    """One search of the body's list, kept as an attempt; one that the gate held back leaves none."""
    exchanges: list[Exchange] = []
    filing, private = filing_for(submission.request, submission), private_texts(submission.request, submission)
    now, attempt = clock.now(), None
    outcome, detail = "found", ""
    first, last = min(sending.first, now), max(sending.last, now)
    died = submission.attempts.filter(operation="find", finished_at=None)  # this row is taken by one run at a time
    died.update(finished_at=now, outcome="worker died")
    try:
        with endpoints.speaking(
            submission.endpoint, Kind.READ, on_exchange=exchanges.append, private=private
        ) as dialect:
            attempt = Attempt.objects.create(submission=submission, operation="find", started_at=now)
            found = dialect.find(filing, Window(first - MARGIN, last + MARGIN))
            # Both, as the wider list is the more likely to be cut off.
            return dialect.find(filing, Window(first - DISTANT, last + DISTANT)) if found.absence_certain else found
    except BaseException as error:
        outcome = type(error).__name__
        detail = str(error) if isinstance(error, DialectError) else ""
        raise
    finally:
        if attempt is not None:
            attempt.finished_at, attempt.outcome, attempt.detail = clock.now(), outcome, detail
            attempt.exchanges = [exchange.as_dict() for exchange in exchanges]
            attempt.status_code = exchanges[-1].status if exchanges else None
            attempt.save(update_fields=["finished_at", "outcome", "detail", "exchanges", "status_code"])


def _conclude(submission: Submission, sending: _Sending, found: Found) -> None:
    with transaction.atomic():
        gate.locked(submission.endpoint_id)  # of two that look at once, one after the other may adopt a row
        seen = matching_rows.judge(submission, found, sending.first, sending.last)
        current = Submission.objects.select_for_update().only("state", "posts").get(pk=submission.pk)
        same = current.state == State.UNCERTAIN and current.posts == submission.posts
        absent_since = _absent_since(submission, sending, seen)
        if same:
            _note(submission, sending, seen, absent_since)
        if seen.what is What.FOUND and seen.row is not None:
            receipt = Receipt(service_request_id=seen.row.service_request_id, token=seen.row.token)
            submit.record_receipt(submission, receipt, sending.last)
            log.warning("%s was found in the body's list", submission.request.reference)
        elif not same:
            return  # it has moved on while this run was looking
        elif seen.what is What.SEVERAL:
            _hand_over(submission, seen.words)
        elif absent_since and clock.now() - absent_since >= timedelta(seconds=settings.RECONCILE_SETTLE):
            _send_again(submission, sending)
        else:
            _look_later(submission, sending, seen)


def _absent_since(submission: Submission, sending: _Sending, seen: Seen) -> datetime | None:
    """Since when, without a break, looks that count have found it certainly absent; None where this one does not."""
    service = submission.request.service
    if seen.what is not What.ABSENT or service is None or service.type != ServiceType.REALTIME:
        return None  # what is worked off in batches, or answered with nothing, may be in no list yet, or ever
    now = clock.now()
    searched = [line for line in _lines(submission) if line["what"] != What.NOT_SEARCHED]
    if searched and (since := searched[-1].get("absent_since")):
        return datetime.fromisoformat(since)
    return now if now - sending.ended >= timedelta(seconds=settings.RECONCILE_SETTLE) else None


def _send_again(submission: Submission, sending: _Sending) -> None:
    if sending.times >= SENDINGS:
        _hand_over(submission, f"It was sent {sending.times} times, and is not in the body's list.")
        return
    reason = "It was looked for in the body's list and is certainly not there, so it is sent again."
    if outbox.move(submission, State.RETRY, due_at=clock.now(), reason=reason):
        log.warning("%s is not in the body's list and is sent again", submission.request.reference)


def _wait(
    submission: Submission,
    sending: _Sending,
    seen: Seen,
    *,
    asked: float | None = None,
    held_back: HeldBack | None = None,
) -> None:
    """The list could not be had. Being held back counts as no look; that it began is noted all the same."""
    if not held_back or not _lines(submission):
        _note(submission, sending, seen)
    _look_later(submission, sending, seen, asked=asked, held_back=held_back)


def _look_later(
    submission: Submission,
    sending: _Sending,
    seen: Seen,
    *,
    asked: float | None = None,
    held_back: HeldBack | None = None,
) -> None:
    """Look again later, or leave it to volunteers when it has been looked for long enough."""
    now, longest = clock.now(), settings.RECONCILE_LONGEST
    began = datetime.fromisoformat(_lines(submission)[0]["at"])
    if now - max(began, sending.ended) > timedelta(hours=settings.RECONCILE_GIVE_UP_HOURS):
        _hand_over(submission, f"It was looked for over {settings.RECONCILE_GIVE_UP_HOURS} hours. {seen.words}")
        return
    rows = Submission.objects.filter(pk=submission.pk, state=State.UNCERTAIN)
    if held_back:
        rows.update(due_at=now + timedelta(seconds=min(held_back.retry_after or 1, longest)))
        return
    pause = look_pause(submission.looks + 1, settings.RECONCILE_FIRST, longest)
    pause = max(pause, timedelta(seconds=min(asked or 0, longest)))
    rows.update(due_at=now + pause, looks=submission.looks + 1, looked_at=now)


def _lines(submission: Submission) -> list[dict[str, Any]]:
    """The looks since it was sent last, oldest first."""
    lines = (each for each in submission.evidence if isinstance(each, dict))
    return [each for each in lines if each.get("sent") == submission.posts and "what" in each]


def _note(submission: Submission, sending: _Sending, seen: Seen, absent_since: datetime | None = None) -> None:
    """Add a look to the evidence. The first one of this sending stays: from it on patience counts."""
    line = seen.as_dict() | {
        "at": clock.now().isoformat(),
        "seen": seen.words[:WORDS],
        "sent": submission.posts,
        "absent_since": absent_since.isoformat() if absent_since else "",
    }
    with transaction.atomic():
        row = Submission.objects.select_for_update().only("evidence").get(pk=submission.pk)
        submission.evidence = row.evidence
        lines = _lines(submission)
        before = [each for each in row.evidence if each not in lines]
        lines = [*lines, line]
        submission.evidence = [*before[-EARLIER:], *lines[:1], *lines[1:][-KEPT:]]
        Submission.objects.filter(pk=submission.pk).update(evidence=submission.evidence)


def _hand_over(submission: Submission, words: str) -> None:
    reason = " ".join(filter(None, (submission.reason, words, "" if words.endswith(ASK) else ASK)))
    submit.needs_attention(submission, reason)


def _sending_of(submission: Submission) -> _Sending:
    """From the attempts since it was released that may have arrived: what is found is of one of these."""
    posts = submission.attempts.filter(operation=submit.POST).order_by("started_at")
    counted = [each for each in posts.filter(started_at__gte=submission.released_at) if may_be_there([each])]
    counted = counted or [post for post in (posts.last(),) if post]
    if not counted:
        return _Sending(submission.released_at, submission.released_at, submission.released_at, 0)
    last = counted[-1]
    return _Sending(counted[0].started_at, last.started_at, last.finished_at or last.started_at, len(counted))
