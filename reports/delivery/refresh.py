"""What bodies say of the requests that they have, asked for by their own numbers in as few calls as they take.

A round takes some requests that are due, asks for them in lists, takes over the rows that differ from the last ones
(`Submission.row_hash`), and puts all of them off together, so that a request without news costs next to nothing. An
endpoint is served for a turn, round after round, as the outbox is (`drain.deliver`).
"""

import contextlib
import logging
import random
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.db.models import QuerySet

from reports import clock
from reports.delivery import applying, bulk, drain, endpoints, fingerprints, numbers, outbox, schedule, statuses
from reports.delivery.applying import Pair
from reports.delivery.gate import Kind
from reports.dialects.base import Dialect
from reports.dialects.errors import DialectError, HeldBack, NotFound, NotSent, PerhapsSent, RateLimited, Unchanged
from reports.dialects.messages import Note, RequestStatus
from reports.models import Endpoint, ServiceRequest, Submission, SubmissionState

log = logging.getLogger(__name__)

AT_ONCE: Final = 200  # requests of one round where they are asked for in lists: four calls of fifty
COMMENTS_AT_ONCE = 10  # requests whose comments are asked for in one round; each costs a call

apply = applying.apply
try_to_apply = applying.try_to_apply
public_status = statuses.public_status


@dataclass(slots=True)
class _Round:
    """What was taken for a look, what has been asked for, and the rows that came."""

    dialect: Dialect | None = None
    taken: list[Submission] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    rows: list[RequestStatus] = field(default_factory=list)
    error: DialectError | None = None
    goes_on: bool = False


def refresh(endpoint: Endpoint, wake: Callable[[], None] = lambda: None) -> int:
    """Fetch the endpoint's requests that are due and apply what is new, for one turn; returns how many changed.

    Safe to run at any time, and several times at once. A request that the body does not return is looked at again
    later: "not in the answer" does not mean "lost" (DIALECTS, Q20). A system that cannot be asked by number is not
    asked. `wake` is called where the turn was too short for all of them.
    """
    end, changed = time.monotonic() + settings.DELIVERY_TURN, 0
    while not drain.ending() and followed(endpoint).filter(due_at__lte=clock.now()).exists():
        look = _ask(endpoint, end)
        changed += _settle(endpoint, look)
        if look.error or not look.goes_on or not look.taken:  # or others have taken what was due
            break
        if time.monotonic() > end:
            wake()
            break
    return changed


def followed(endpoint: Endpoint) -> QuerySet[Submission]:
    """The endpoint's submissions that have the body's number."""
    return Submission.objects.filter(endpoint=endpoint, state=SubmissionState.DELIVERED).exclude(service_request_id="")


def _lean() -> QuerySet[Submission]:
    """Submissions with no more than a look without news needs: it is what most looks are."""
    return Submission.objects.only("endpoint_id", "request_id", "service_request_id", "sent_at", "row_hash")


def with_requests(pairs: Sequence[Pair]) -> list[Pair]:
    """These with their requests, fetched in one query: what a row is compared with, not the texts and the answers."""
    long = ("description", "attributes", "place_detail", "address_string")
    requests = ServiceRequest.objects.defer(*long).in_bulk({submission.request_id for submission, _row in pairs})
    for submission, _row in pairs:
        submission.request = requests[submission.request_id]
    return list(pairs)


def _ask(endpoint: Endpoint, end: float) -> _Round:
    """Take what is due and ask for it, in lists where the city takes them. An answer that was had is kept, whatever
    comes of the next one."""
    look = _Round()
    try:
        with endpoints.speaking(endpoint, Kind.READ) as dialect:
            look.dialect, look.goes_on = dialect, dialect.asks_in_lists
            size = AT_ONCE if dialect.asks_in_lists else dialect.round_size
            look.taken = outbox.take_look(followed(endpoint), size, _lean())
            random.shuffle(
                look.taken
            )  # else one number that the system hangs on would always come before the same others
            if dialect.follows_by_id:
                _ask_in_lists(dialect, look, end)
    except DialectError as error:
        look.error = error
    return look


def _ask_in_lists(dialect: Dialect, look: _Round, end: float) -> None:
    for batch in dialect.lists_of([submission.service_request_id for submission in look.taken]):
        if look.asked and time.monotonic() > end:
            return
        left: tuple[str, ...] = ()
        with contextlib.suppress(Unchanged):  # an answer without news
            answer = dialect.service_requests(batch)
            look.rows += answer.rows
            left = answer.left
        look.asked |= set(batch).difference(left)


def _settle(endpoint: Endpoint, look: _Round) -> int:
    """Write down what came of a round; returns how many requests changed."""
    changed = _take_over(endpoint, look) if look.rows and look.dialect else 0
    follows = look.dialect is not None and look.dialect.follows_by_id
    asked = [each for each in look.taken if not follows or each.service_request_id in look.asked]
    others = [each for each in look.taken if follows and each.service_request_id not in look.asked]
    schedule.put_off(endpoint, asked)
    _put_off_unasked(endpoint, others, look.error)
    return changed


def _put_off_unasked(endpoint: Endpoint, submissions: Sequence[Submission], error: DialectError | None) -> None:
    """What was not answered: soon again where that was nobody's fault or the system is away, as usual after a no."""
    if isinstance(error, HeldBack) or error is None:
        schedule.try_again(submissions, (error.retry_after if error else None) or 0)
    elif isinstance(error, NotSent | PerhapsSent):
        asked = error.retry_after if isinstance(error, RateLimited) else None
        schedule.try_again(submissions, max(settings.REFRESH_FIRST, asked or 0))
    else:
        schedule.put_off(endpoint, submissions)


def _take_over(endpoint: Endpoint, look: _Round) -> int:
    """Apply the rows that differ from the last ones of their requests."""
    rows = {row.token: row for row in look.rows if row.token}  # where a token was taken for a number, and works as one
    rows |= {row.service_request_id: row for row in look.rows if row.service_request_id}
    pairs = [(each, rows[each.service_request_id]) for each in look.taken if each.service_request_id in rows]
    numbers_held = {each.service_request_id for each in look.taken}
    numbers.learn_from(endpoint, [row for row in look.rows if row.service_request_id not in numbers_held])
    marks = {id(row): fingerprints.of_row(row) for _submission, row in pairs}
    differing = with_requests([pair for pair in pairs if marks[id(pair[1])] != pair[0].row_hash])
    taken = applying.take_over(differing)
    silent: set[int] = set()
    if look.dialect and look.dialect.gives_comments:
        silent = _fetch_comments(endpoint, [pair for pair in differing if not pair[1].notes])
    kept = [(each, marks[id(row)]) for each, row in differing if each.pk not in taken.failed | silent]
    remember(kept)
    return len(taken.new)


def remember(marks: Collection[tuple[Submission, str]]) -> None:
    """Write down the fingerprints of the rows that were taken over."""
    for submission, mark in marks:
        submission.row_hash = mark
    bulk.update([submission for submission, _mark in marks], ["row_hash"])


def _fetch_comments(endpoint: Endpoint, pairs: Sequence[Pair]) -> set[int]:
    """Ask what was said of requests whose rows have changed and hold no entries. Returns the submissions that were not
    reached, or whose entries could not be stored: their rows are taken for changed the next time too."""
    if not pairs:
        return set()
    said: list[tuple[Pair, Sequence[Note]]] = []
    try:
        with endpoints.speaking(endpoint, Kind.READ) as dialect:
            for pair in pairs[:COMMENTS_AT_ONCE]:
                said.append((pair, _comments(dialect, pair[0].service_request_id)))
    except DialectError as error:
        log.info("comments of %s requests of endpoint %s wait: %s", len(pairs) - len(said), endpoint.pk, error)
    kept = [
        applying.try_to_take_over_entries(submission, entries, statuses.changed_at(row))
        for (submission, row), entries in said
    ]
    stored = {submission.pk for ((submission, _row), _entries), well in zip(said, kept, strict=True) if well}
    return {submission.pk for submission, _row in pairs} - stored


def _comments(dialect: Dialect, service_request_id: str) -> Sequence[Note]:
    """The entries of one request. One that the city will not give keeps nobody else's waiting."""
    try:
        return dialect.comments(service_request_id)
    except (NotFound, Unchanged):
        return ()
