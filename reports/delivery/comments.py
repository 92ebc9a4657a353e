"""Residents' comments on their way to the body: each one sent once, or looked for there before anybody sends it again.

A comment waits for as long as the body has given its report no number. What an error leads to stands in `_after_error`.
"""

import logging
import uuid
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from reports import clock, holding
from reports.delivery import endpoints, notes, pictures, statuses
from reports.delivery.filing import private_texts
from reports.delivery.gate import Kind
from reports.delivery.pauses import retry_pause
from reports.dialects import messages, registry
from reports.dialects.base import Dialect
from reports.dialects.errors import ConfigurationError, DialectError, HeldBack, NotSent, PerhapsSent, Unsupported
from reports.http import Exchange, redact
from reports.media import Picture, media_url, store_on_comment
from reports.models import Attempt, Comment, CommentState, Endpoint, ServiceRequest, Submission, SubmissionState

log = logging.getLogger(__name__)
State = CommentState

TRIES = 50  # with their pauses about a day, and then a volunteer decides
FIRST_LOOK = timedelta(minutes=1)  # a body may still be at work on what it did not answer


def add(
    service_request: ServiceRequest,
    submission: Submission | None,
    key: uuid.UUID,
    text: str,
    photos: Sequence[Picture] = (),
    address: holding.Address | None = None,
) -> Comment | None:
    """Keep a comment with its photos, to be sent if the body takes it; None where `key` has come before with others.

    The same form twice, even at once, is one comment, and its photos are kept once. Photos alone are not sent to a
    body that takes none with a comment. What a volunteer's rule fits (`holding`; `address` is where the post came from)
    is neither shown nor sent before a volunteer has looked.
    """
    held = holding.held_fields(holding.of_comment(service_request, text, address))
    sent = goes_to_body(submission) and bool(text or photos_to_body(submission))
    state = State.PENDING if sent else State.KEPT
    due_at = clock.now() if sent else None
    with transaction.atomic():
        comment, new = Comment.objects.get_or_create(
            key=key,
            defaults={"service_request": service_request, "text": text, "state": state, "due_at": due_at} | held,
        )
        if new:
            store_on_comment(photos, comment)
            return comment
    digests = {photo.sha256 for photo in comment.media.filter(redacted_at=None)}
    given = {photo.sha256 for photo in photos}
    same_photos = digests == given or comment.media.exclude(redacted_at=None).exists()
    same = comment.service_request_id == service_request.pk and comment.text == text and same_photos
    return comment if same else None


def goes_to_body(submission: Submission | None) -> bool:
    """Whether the body gets comments on it: its system takes them, as its endpoint is set up, and has given the
    report a number, or may yet."""
    if submission is None or submission.state == SubmissionState.CANCELLED:
        return False
    if submission.state == SubmissionState.DELIVERED and not submission.service_request_id:
        return False
    try:
        kind = registry.get(submission.endpoint.dialect)
    except ConfigurationError:
        return False
    name, unset = kind.comment_option
    return kind.takes_comments and bool(submission.endpoint.options.get(name, unset))


def photos_to_body(submission: Submission | None) -> int:
    """How many photos of one comment the body's system takes; 0 where it takes none, or no comments at all."""
    if submission is None or not goes_to_body(submission):
        return 0
    kind = registry.get(submission.endpoint.dialect)
    return 0 if kind.comment_photos == "NO" else kind.comment_photo_limit


def opens_again(submission: Submission | None) -> bool:
    """Whether a comment can also ask the body to open the request again: by its system's means, and not as words."""
    return submission is not None and goes_to_body(submission) and registry.get(submission.endpoint.dialect).reopens


def due(now: datetime) -> QuerySet[Comment]:
    """The comments that are owed a step now; those of a paused endpoint wait, and those without a number there.

    Subqueries and no join, for the reason that `outbox.due_for_sending` gives.
    """
    rows = Comment.objects.filter(state__in=(State.PENDING, State.UNCERTAIN), due_at__lte=now)
    rows = rows.filter(hidden=False, held_at=None)
    return rows.filter(service_request__in=_numbered().values("request"))


def send(comment_id: int) -> None:
    """Do a comment's next step, if one is due: send it, or look for one whose answer was lost.

    Safe to call at any time, any number of times. ConfigurationError, and what nobody foresaw, is raised after it has
    been recorded.
    """
    comment = _claim(comment_id)
    if comment is None:
        _look(comment_id)
        return
    submission = _way_of(comment)
    if submission is None:  # cancelled between two questions
        _move(comment, State.PENDING, due_at=clock.now() + FIRST_LOOK, sent_at=None)
        return
    _call(comment, submission)


def give_up_on_dead_workers() -> int:
    """Take the comments whose lease ran out for perhaps sent; returns how many."""
    now = clock.now()
    lost = Comment.objects.filter(state=State.SENDING, lease_until__lt=now)
    reason = _("The worker ended while it was sending.")
    count = lost.update(state=State.UNCERTAIN, claim=None, lease_until=None, due_at=now, reason=reason)
    if count:
        begun = now - timedelta(seconds=settings.SUBMISSION_LEASE)
        ended = Attempt.objects.filter(operation="comment", finished_at=None, started_at__lt=begun)
        ended.update(finished_at=now, outcome="worker died")
    return count


def keep_what_cannot_go(limit: int = 200) -> int:
    """Keep here the waiting comments on reports that turned out to get no number; returns how many."""
    ended = Q(state=SubmissionState.CANCELLED) | Q(state=SubmissionState.DELIVERED, service_request_id="")
    waiting = Comment.objects.filter(state=State.PENDING, due_at__lte=clock.now())
    kept = 0
    for comment in waiting.filter(service_request__in=Submission.objects.filter(ended).values("request"))[:limit]:
        submissions = Submission.objects.filter(request=comment.service_request_id).select_related("endpoint")
        if not any(goes_to_body(submission) for submission in submissions):
            kept += _pending(comment).update(state=State.KEPT, due_at=None)
    return kept


def send_again(comment: Comment) -> bool:
    """Put a comment that the machine gave up on back in the queue; False when it is not, or no longer, one of these."""
    now = clock.now()
    return bool(_given_up(comment).update(state=State.PENDING, due_at=now, tries=0, reason="", sent_at=None))


def leave(comment: Comment) -> bool:
    """Send a comment that the machine gave up on no more; False when it is not, or no longer, one of these."""
    return bool(_given_up(comment).update(state=State.KEPT))


def _given_up(comment: Comment) -> QuerySet[Comment]:
    states = (State.UNCERTAIN, State.REFUSED, State.PENDING)
    return Comment.objects.filter(pk=comment.pk, due_at=None, state__in=states)


def _numbered() -> QuerySet[Submission]:
    in_use = Endpoint.objects.filter(active=True).values("pk")
    delivered = Submission.objects.filter(state=SubmissionState.DELIVERED, endpoint__in=in_use)
    return delivered.exclude(service_request_id="").order_by("pk")


def _pending(comment: Comment) -> QuerySet[Comment]:
    return Comment.objects.filter(pk=comment.pk, state=State.PENDING)


def _claim(comment_id: int) -> Comment | None:
    now, ours = clock.now(), uuid.uuid4()
    lease = now + timedelta(seconds=settings.SUBMISSION_LEASE)
    rows = due(now).filter(pk=comment_id, state=State.PENDING)
    taken = rows.update(state=State.SENDING, claim=ours, lease_until=lease, tries=F("tries") + 1, sent_at=now)
    return Comment.objects.select_related("service_request").get(pk=comment_id) if taken else None


def _call(comment: Comment, submission: Submission) -> None:
    """One call, kept as an attempt, and what it leads to. What the gate held back leaves no attempt."""
    message = _message(comment, submission)
    exchanges: list[Exchange] = []
    attempt: Attempt | None = None
    try:
        with _speaking(submission, exchanges, Kind.WRITE) as dialect:
            attempt = Attempt.objects.create(submission=submission, operation="comment", started_at=clock.now())
            ended = comment.service_request.status in statuses.ENDED  # else the body has opened it since
            receipt = _say(dialect, submission.service_request_id, message, reopens=comment.reopens and ended)
    except DialectError as error:
        _after_error(comment, error)
        _finish(attempt, exchanges, type(error).__name__)
    except Exception as error:
        words = _plain(error, submission)
        if attempt is None:  # nothing has left
            _move(comment, State.PENDING, due_at=None, sent_at=None, reason=words)
        else:
            _move(comment, State.UNCERTAIN, due_at=clock.now() + FIRST_LOOK, reason=words)
            _finish(attempt, exchanges, type(error).__name__)
        raise
    else:
        _keep_receipt(comment, receipt)
        _finish(attempt, exchanges, "receipt")


def _say(dialect: Dialect, number: str, message: messages.Comment, *, reopens: bool) -> messages.CommentReceipt:
    """One that asks to open a request again does so where the system can; where it cannot, or not this request, it is
    a comment like any other."""
    if reopens and dialect.reopens:
        try:
            return dialect.reopen(number, message)
        except Unsupported:  # by what it promises nothing was sent
            log.info("request %s cannot be opened again; the comment is sent as one", number)
    return dialect.comment(number, message)


def _message(comment: Comment, submission: Submission) -> messages.Comment:
    """The comment as a dialect is handed it: with as many photos as the body's system takes, in its way."""
    ended = comment.service_request.status in statuses.ENDED
    kind = registry.get(submission.endpoint.dialect)
    photos = list(comment.media.exclude(file="")[: kind.comment_photo_limit])
    return messages.Comment(
        key=str(comment.key),
        text=notes.words_sent(comment),
        datetime=comment.created_at,
        status=messages.Status.CLOSED if ended else messages.Status.OPEN,
        media_urls=tuple(media_url(photo) for photo in photos) if kind.comment_photos == "URL" else (),
        photos=tuple(pictures.read(photos)) if kind.comment_photos == "UPLOAD" else (),
    )


def _keep_receipt(comment: Comment, receipt: messages.CommentReceipt) -> None:
    """Also after the lease ran out: what the body has said counts."""
    state = State.HELD if receipt.held else State.SENT
    rows = Comment.objects.filter(pk=comment.pk, state__in=(State.SENDING, State.UNCERTAIN))
    kept = {"comment_id": receipt.id[:200], "sent_at": clock.now(), "reason": ""}
    rows.update(state=state, due_at=None, claim=None, lease_until=None, **kept)


def _after_error(comment: Comment, error: DialectError) -> None:
    if isinstance(error, HeldBack):
        later = clock.now() + timedelta(seconds=error.retry_after or 1)
        _move(comment, State.PENDING, due_at=later, sent_at=None, tries=F("tries") - 1)
    elif isinstance(error, NotSent):
        _try_again(comment, error)
    elif isinstance(error, PerhapsSent):
        _move(comment, State.UNCERTAIN, due_at=clock.now() + FIRST_LOOK, reason=str(error))
    elif isinstance(error, Unsupported):
        _move(comment, State.KEPT, due_at=None, sent_at=None, reason=str(error))
    else:
        _move(comment, State.REFUSED, due_at=None, reason=" ".join(error.messages) or str(error))


def _try_again(comment: Comment, error: NotSent) -> None:
    pause = retry_pause(comment.tries, settings.RETRY_FIRST, settings.RETRY_LONGEST, error.retry_after)
    due_at = clock.now() + pause if comment.tries < TRIES else None
    _move(comment, State.PENDING, due_at=due_at, sent_at=None, reason=str(error))


def _look(comment_id: int) -> None:
    """Look for a comment whose answer was lost among those that the body shows; else volunteers decide about it."""
    now = clock.now()
    rows = due(now).filter(pk=comment_id, state=State.UNCERTAIN)
    if not rows.update(due_at=now + timedelta(seconds=settings.SUBMISSION_LEASE), tries=F("tries") + 1):
        return
    comment = Comment.objects.get(pk=comment_id)
    unsettled = Comment.objects.filter(pk=comment_id, state=State.UNCERTAIN)
    submission = _way_of(comment)
    if submission is None:
        return
    try:
        with _speaking(submission, [], Kind.READ) as dialect:
            shown = dialect.comments(submission.service_request_id)
    except HeldBack as error:  # it was not asked
        later = now + timedelta(seconds=min(error.retry_after or 1, settings.RETRY_LONGEST))
        unsettled.update(due_at=later, tries=F("tries") - 1)
    except Unsupported:
        unsettled.update(due_at=None, reason=_("What the body shows of it cannot be read from here: look there."))
    except DialectError as error:
        pause = retry_pause(comment.tries, settings.RETRY_FIRST, settings.RETRY_LONGEST)
        unsettled.update(due_at=now + pause if comment.tries < TRIES else None, reason=str(error))
    except Exception as error:
        unsettled.update(due_at=None, reason=_plain(error, submission))
        raise
    else:
        found = _found(comment, shown)
        if found is not None:
            notes.arrived(comment, found.id)
        unsettled.update(due_at=None, reason=_("It is not among what the body shows of the report."))


def _found(comment: Comment, shown: Iterable[messages.Note]) -> messages.Note | None:
    """This comment among those that the body shows; not one that is known as another of ours."""
    others = Comment.objects.filter(service_request=comment.service_request_id).exclude(comment_id="")
    taken = set(others.values_list("comment_id", flat=True))
    return next((note for note in shown if note.id not in taken and notes.is_same(comment, note)), None)


def _way_of(comment: Comment) -> Submission | None:
    ways = _numbered().filter(request=comment.service_request_id)
    return ways.select_related("endpoint__jurisdiction", "request__contact").last()


def _speaking(submission: Submission, exchanges: list[Exchange], kind: Kind) -> AbstractContextManager[Dialect]:
    private = private_texts(submission.request)
    return endpoints.speaking(submission.endpoint, kind, on_exchange=exchanges.append, private=private)


def _move(comment: Comment, state: CommentState, **fields: Any) -> None:
    """From `sending`, while the claim holds."""
    rows = Comment.objects.filter(pk=comment.pk, state=State.SENDING, claim=comment.claim)
    rows.update(state=state, claim=None, lease_until=None, **fields)


def _plain(error: Exception, submission: Submission) -> str:
    """The words of an error that nobody foresaw, which may quote anything."""
    return redact(str(error), private_texts(submission.request))


def _finish(attempt: Attempt | None, exchanges: list[Exchange], outcome: str) -> None:
    if attempt is None:
        return
    attempt.finished_at, attempt.outcome = clock.now(), outcome
    attempt.status_code = exchanges[-1].status if exchanges else None
    attempt.exchanges = [exchange.as_dict() for exchange in exchanges]
    attempt.save(update_fields=["finished_at", "outcome", "status_code", "exchanges"])
