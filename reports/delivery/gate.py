"""The gate before every endpoint: who may call it now. Rate limit, breaker, bulkhead and pause in one row, `Traffic`.

Whoever calls a body's system enters here, and leaves with what came of it. The row is locked for as long as it takes
to read and write it, and never while anybody calls. What the rules are:

* The endpoint's rate limit counts calls on the wire, in any 60 seconds, of all workers together. Look-ups leave a
  part of it to filings, and wait while a filing is due.
* A Retry-After pauses the whole endpoint.
* At most `max_concurrency` calls at once; beginning with one, and one more for each answer (slow start), so that a
  system that hangs holds one thread and not all of them. One that was not asked for a while begins anew.
* The breaker opens after BREAKER_FAILURES failures in a row, and a read alone tries whether it is back
  (`delivery/probes.py`): a filing would be the worst thing to try with, as its answer may be lost. Then one call goes
  at a time, until one of the kind that failed was answered.
"""

import logging
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.db import DatabaseError, transaction

from reports import clock, http
from reports.dialects.errors import DialectError, HeldBack, NotSent, PerhapsSent, RateLimited
from reports.models import Breaker, Endpoint, Submission, Traffic
from reports.models.submissions import SENDABLE

log = logging.getLogger(__name__)

IDLE: Final = timedelta(seconds=60)  # without an answer for so long, an endpoint begins with one call at a time again
SKEW: Final = timedelta(seconds=30)  # by which the clocks of two machines may differ
MINUTE: Final = 60.0
LISTED: Final = 60  # times of calls that a row keeps; a limit above it is kept over a shorter span
FOR_FILINGS: Final = 3  # a third of a rate limit is left to them
RENEWED_AFTER: Final = 60.0  # seconds of a long look-up between two signs of life
PATIENCE: Final = 20.0  # seconds for which a look-up of several calls waits for its rate limit


class Kind(StrEnum):
    """What a call is for. Somebody in a browser waits for a `WAITED_FOR` one."""

    WRITE = "write"
    READ = "read"
    WAITED_FOR = "waited_for"


@dataclass(slots=True)
class Permit:
    """Leave to call an endpoint: one operation, which may take several calls on the wire."""

    endpoint: Endpoint  # its limits, of which it is enough to know what they were on entering
    kind: Kind
    holder: str
    limited: bool
    room: int = 0  # how many more calls of this kind could have been begun at that moment
    probe: bool = False
    paid: bool = True  # the first call of the operation was counted on entering
    renewed: float = field(default_factory=time.monotonic)
    thread: int = field(default_factory=threading.get_ident)

    @property
    def endpoint_id(self) -> int:
        return self.endpoint.pk

    def before_call(self) -> None:
        """Called before each call on the wire. `http.HeldBack` where the rate limit leaves a look-up no room for
        another one; a filing that has begun is never held back, and neither is what somebody waits for."""
        if threading.get_ident() != self.thread:
            return  # helpers of one operation touch no database; where there is a limit there are none
        if self.paid:
            self.paid = False
        elif self.limited:
            _take_room(self)
        elif time.monotonic() - self.renewed > RENEWED_AFTER:
            _renew(self)


def enter(endpoint_id: int, kind: Kind) -> Permit:
    """Leave to call the endpoint now; `HeldBack` with the seconds to wait where there is none.

    Whoever enters has to `leave`. A holder that died counts for SUBMISSION_LEASE seconds more.
    """
    with transaction.atomic():
        return let_in(locked(endpoint_id), kind)


def let_in(row: Traffic, kind: Kind) -> Permit:
    """`enter` for the endpoint of a row that the caller's transaction has `locked`."""
    now = clock.now()
    _forget_the_past(row, now)
    _refuse(row, kind, now)
    return _let_in(row, kind, now)


def enter_as_probe(endpoint_id: int) -> Permit:
    """Leave for the one call that tries whether an endpoint whose breaker is open is back; else `HeldBack`."""
    with transaction.atomic():
        row, now = locked(endpoint_id), clock.now()
        _forget_the_past(row, now)
        if row.breaker != Breaker.OPEN or _is_ahead(row.probe_at, now, settings.BREAKER_LONGEST) or row.calls:
            raise _held_back("Its breaker is not to be tried now.", 1)
        row.probe_at = now + timedelta(seconds=settings.SUBMISSION_LEASE)
        permit = _let_in(row, Kind.READ, now)
    permit.probe = True
    return permit


def leave(permit: Permit, error: BaseException | None = None) -> bool:
    """Say what came of it, None being an answer; True when the endpoint has just recovered.

    A database that is away costs no more than the place, which comes free with its lease.
    """
    try:
        with transaction.atomic():
            row, now = locked(permit.endpoint_id, permit.endpoint), clock.now()
            row.calls.pop(permit.holder, None)
            before, known = Breaker(row.breaker), {name: getattr(row, name) for name in _JUDGED}
            _judge(row, permit, error, now)
            changed = [name for name, value in known.items() if getattr(row, name) != value]
            row.save(update_fields=["calls", *changed])
    except DatabaseError:
        log.exception("what came of a call to endpoint %s could not be written down", permit.endpoint_id)
        return False
    if row.breaker != before:
        log.warning("endpoint %s: its breaker is %s now", permit.endpoint_id, row.breaker)
    return before is not Breaker.CLOSED and row.breaker == Breaker.CLOSED


def try_again_with_care(endpoint_id: int) -> None:
    """Half-open a breaker without a probe: where the dialect has no call that changes nothing."""
    with transaction.atomic():
        row = locked(endpoint_id)
        if row.breaker == Breaker.OPEN:
            row.breaker = Breaker.HALF_OPEN
            row.save(update_fields=["breaker"])


def reset(endpoint_id: int) -> None:
    """Forget the endpoint's troubles, for a volunteer who knows better. Calls under way keep their places."""
    with transaction.atomic():
        row = locked(endpoint_id)
        row.breaker, row.trips, row.write_failures, row.read_failures = Breaker.CLOSED, 0, 0, 0
        row.trouble_since = row.probe_at = row.paused_until = None
        row.save()


def locked(endpoint_id: int, endpoint: Endpoint | None = None) -> Traffic:
    """The endpoint's row with its limits, locked until the transaction ends. Endpoint.DoesNotExist without one.

    Whoever has the `endpoint` with its limits already, or sets it before they are asked for, saves reading it again.
    """
    rows = Traffic.objects.select_for_update()
    try:
        row = rows.get(pk=endpoint_id)
    except Traffic.DoesNotExist:
        if not Endpoint.objects.filter(pk=endpoint_id).exists():
            raise Endpoint.DoesNotExist from None
        Traffic.objects.bulk_create([Traffic(endpoint_id=endpoint_id)], ignore_conflicts=True)
        row = rows.get(pk=endpoint_id)
    if endpoint is not None:
        row.endpoint = endpoint
    return row


# What `_judge` writes.
_JUDGED: Final = (
    "breaker", "write_failures", "read_failures", "trips", "tripped_by_write", "trouble_since", "probe_at",
    "paused_until", "allowed", "answered_at",
)  # fmt: skip


def room(row: Traffic, kind: Kind, now: datetime) -> int:
    """How many `enter` would let in, as far as this row shows; it is rid of calls whose holders died."""
    _forget_the_past(row, now)
    try:
        _refuse(row, kind, now)
    except HeldBack:
        return 0
    return _at_once(row, kind, now) - len(row.calls)


def in_trouble(row: Traffic | None, now: datetime) -> bool:
    """Whether people should be told that the body's system is slow: it is left alone, or filings are being tried."""
    if row is None:
        return False
    if row.breaker == Breaker.HALF_OPEN:
        return row.tripped_by_write and _filing_due(row.pk, now)
    return row.breaker == Breaker.OPEN or _is_ahead(row.paused_until, now, settings.RETRY_LONGEST)


@dataclass(frozen=True, slots=True)
class Load:
    """What an endpoint bears now: calls under way, how many at once it has earned, and the calls that its rate limit
    still has room for, out of `most` in `span` seconds; `room` is None where it has no limit."""

    calls: int
    at_once: int
    room: int | None
    most: int
    span: float


def load(row: Traffic, now: datetime) -> Load:
    """The endpoint's load as this row shows it, for people to read. The row is not to be saved afterwards."""
    _forget_the_past(row, now)
    limit = row.endpoint.requests_per_minute
    most = min(limit or 0, LISTED)
    room = max(0, most - len(row.recent)) if limit else None
    return Load(len(row.calls), _at_once(row, Kind.WRITE, now), room, most, _span(limit or 1))


def _refuse(row: Traffic, kind: Kind, now: datetime) -> None:
    """Raise `HeldBack` where a call of this kind has to wait."""
    if _is_ahead(row.paused_until, now, settings.RETRY_LONGEST):
        raise _held_back("It asked to be left alone for a while.", _seconds_until(row.paused_until, now))
    if row.breaker == Breaker.OPEN:
        raise _held_back("It does not answer, and is left alone for a while.", _seconds_until(row.probe_at, now))
    if row.breaker == Breaker.HALF_OPEN and row.calls:
        raise _held_back("It did not answer, and is tried with one call at a time.", 1)
    if len(row.calls) >= _at_once(row, kind, now):
        raise _held_back("As many calls as it may have at once are under way.", 1)
    if kind is Kind.READ and _is_scarce(row) and _filing_due(row.pk, now):
        raise _held_back("Filings go first.", 5)
    wait = _seconds_for_room(row, kind, now)
    if wait > 0:
        raise _held_back("Its rate limit leaves no room just now.", wait)


def _let_in(row: Traffic, kind: Kind, now: datetime) -> Permit:
    holder = uuid.uuid4().hex[:12]
    row.calls[holder] = [kind.value, now.timestamp() + settings.SUBMISSION_LEASE]
    limited = bool(row.endpoint.requests_per_minute)
    if limited:
        row.recent.append(now.timestamp())
    row.save(update_fields=["calls", "recent", "probe_at", "paused_until", "answered_at", "trouble_since"])
    return Permit(row.endpoint, kind, holder, limited, room=_at_once(row, kind, now) - len(row.calls))


def _forget_the_past(row: Traffic, now: datetime) -> None:
    """Drop holders that died and calls that count no more; also those from a future that the clock took back, and a
    pause that was asked for there."""
    moment = now.timestamp()
    if any(each is not None and each - now > SKEW for each in (row.answered_at, row.trouble_since)):
        row.answered_at = row.paused_until = None
        row.trouble_since = min(row.trouble_since, now) if row.trouble_since else None
    row.calls = {
        holder: call for holder, call in row.calls.items() if 0 < call[1] - moment <= settings.SUBMISSION_LEASE + 1
    }
    span = _span(row.endpoint.requests_per_minute or 1)
    row.recent = [each for each in row.recent if -1 < moment - each < span][-LISTED:]


def _at_once(row: Traffic, kind: Kind, now: datetime) -> int:
    most = max(1, row.endpoint.max_concurrency)
    if kind is Kind.WAITED_FOR:
        return most + 1  # a lane of their own: nobody in a browser waits for what goes on behind
    earned = min(most, row.allowed if _answered_lately(row, now) else 1)
    return max(1, min(earned, most - 1)) if kind is Kind.READ else earned


def _answered_lately(row: Traffic, now: datetime) -> bool:
    return row.answered_at is not None and now - row.answered_at < IDLE


def _is_scarce(row: Traffic) -> bool:
    half_open = row.breaker == Breaker.HALF_OPEN
    return half_open or bool(row.endpoint.requests_per_minute) or row.endpoint.max_concurrency <= 1


def _filing_due(endpoint_id: int, now: datetime) -> bool:
    return Submission.objects.filter(endpoint=endpoint_id, state__in=SENDABLE, due_at__lte=now).exists()


def _seconds_for_room(row: Traffic, kind: Kind, now: datetime) -> float:
    """How long until the rate limit allows one more call of this kind; 0 when it does."""
    limit = row.endpoint.requests_per_minute
    if not limit:
        return 0.0
    most = min(limit, LISTED)
    if kind is Kind.READ:
        most = max(1, most - most // FOR_FILINGS)
    if len(row.recent) < most:
        return 0.0
    return max(0.1, float(sorted(row.recent)[-most]) + _span(limit) - now.timestamp())


def _span(limit: int) -> float:
    """The seconds over which calls are counted: a minute, or less where more than LISTED are allowed in one."""
    return MINUTE * min(1.0, LISTED / limit)


def _judge(row: Traffic, permit: Permit, error: BaseException | None, now: datetime) -> None:
    if isinstance(error, HeldBack) or (error is not None and not isinstance(error, DialectError)):
        return  # it was not asked, or the mistake is ours
    asked = error.retry_after if isinstance(error, DialectError) else None
    if isinstance(error, RateLimited) or (asked and isinstance(error, NotSent)):
        seconds = min(asked or random.uniform(0.5, 1) * settings.RETRY_FIRST, settings.RETRY_LONGEST)  # noqa: S311 (spreads load, guards nothing)
        row.paused_until = now + timedelta(seconds=seconds)
    if isinstance(error, RateLimited):
        row.allowed, row.answered_at = 1, now
    elif isinstance(error, NotSent | PerhapsSent):
        _failed(row, permit, now)
    else:
        _answered(row, permit.kind, now)


def _answered(row: Traffic, kind: Kind, now: datetime) -> None:
    earned = row.allowed if _answered_lately(row, now) else 1
    row.allowed = min(earned + 1, max(1, row.endpoint.max_concurrency))
    row.answered_at, row.read_failures = now, 0
    if kind is Kind.WRITE:
        row.write_failures = 0
    if row.breaker == Breaker.OPEN:
        row.breaker = Breaker.HALF_OPEN
    elif row.breaker == Breaker.HALF_OPEN and (kind is Kind.WRITE or not row.tripped_by_write):
        row.breaker, row.trips, row.trouble_since, row.probe_at = Breaker.CLOSED, 0, None, None
    elif row.breaker == Breaker.CLOSED and not row.write_failures:
        row.trouble_since = None  # a failure that passed by itself is not where the next trouble began


def _failed(row: Traffic, permit: Permit, now: datetime) -> None:
    row.allowed = 1
    row.trouble_since = row.trouble_since or now
    if permit.kind is Kind.WRITE:
        row.write_failures += 1
    else:
        row.read_failures += 1
    if row.breaker == Breaker.OPEN and not permit.probe:
        return  # of a call that was under way when it opened
    if row.breaker == Breaker.CLOSED and max(row.write_failures, row.read_failures) < settings.BREAKER_FAILURES:
        return
    row.tripped_by_write = row.write_failures >= settings.BREAKER_FAILURES or permit.kind is Kind.WRITE
    row.breaker = Breaker.OPEN
    row.trips += 1
    pause = min(settings.BREAKER_LONGEST, settings.BREAKER_FIRST * 2 ** min(row.trips - 1, 20))
    row.probe_at = now + timedelta(seconds=random.uniform(0.5, 1) * pause)  # noqa: S311 (spreads load, guards nothing)


def _take_room(permit: Permit) -> None:
    """Count one more call; a look-up waits for its room."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with transaction.atomic():
            row, now = locked(permit.endpoint_id, permit.endpoint), clock.now()
            _forget_the_past(row, now)
            wait = _seconds_for_room(row, permit.kind, now)
            if wait <= 0 or permit.kind is not Kind.READ:
                row.recent.append(now.timestamp())
                row.calls[permit.holder] = [permit.kind.value, now.timestamp() + settings.SUBMISSION_LEASE]
                row.save(update_fields=["calls", "recent"])
                permit.renewed = time.monotonic()
                return
        if time.monotonic() + wait > deadline:
            raise http.HeldBack("The endpoint's rate limit leaves no room for another call.", retry_after=wait)
        time.sleep(wait)


def _renew(permit: Permit) -> None:
    with transaction.atomic():
        row = locked(permit.endpoint_id, permit.endpoint)
        row.calls[permit.holder] = [permit.kind.value, clock.now().timestamp() + settings.SUBMISSION_LEASE]
        row.save(update_fields=["calls"])
    permit.renewed = time.monotonic()


def _is_ahead(moment: datetime | None, now: datetime, furthest: float) -> bool:
    """Whether a time is still to come; not one that is further off than any pause, which a clock put back has made."""
    return moment is not None and timedelta(0) < moment - now <= timedelta(seconds=furthest)


def _seconds_until(moment: datetime | None, now: datetime) -> float:
    return max(1.0, (moment - now).total_seconds()) if moment else 1.0


def _held_back(why: str, seconds: float) -> HeldBack:
    return HeldBack(why, retry_after=seconds)
