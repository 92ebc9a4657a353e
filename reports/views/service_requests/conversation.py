"""What people said of a report, here and in the body's own system, and where each comment of ours has got to.

Pure: reads the rows that it is handed and asks the database nothing.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports import clock
from reports.models import Comment, CommentState, Media, PublicStatus, ServiceRequest, StatusUpdate, Submission

OPEN_FOR = timedelta(days=365)

STATES = {
    CommentState.PENDING: gettext_lazy("On its way to %(body)s."),
    CommentState.SENDING: gettext_lazy("Being sent to %(body)s."),
    CommentState.SENT: gettext_lazy("%(body)s has it."),
    CommentState.HELD: gettext_lazy("%(body)s has it and looks at it before it shows it."),
    CommentState.KEPT: gettext_lazy("Kept here. %(body)s does not get it."),
    CommentState.UNCERTAIN: gettext_lazy("Sent to %(body)s, but its answer was lost. We look for it there."),
    CommentState.REFUSED: gettext_lazy("%(body)s did not take it. It is kept here."),
}
STUCK = gettext_lazy("It could not be sent to %(body)s yet. A volunteer sees to it.")
AWAITS_NUMBER = gettext_lazy("%(body)s gets it as soon as it has given the report a number.")


@dataclass(frozen=True, slots=True)
class Remark:
    """One comment as it is shown: its words, whose it is in general terms, and where it has got to."""

    anchor: str
    text: str
    at: datetime
    who: str
    state: str = ""
    foreign: bool = False
    photos: tuple[Media, ...] = ()
    reopens: bool = False


def remarks(
    service_request: ServiceRequest,
    submission: Submission | None,
    comments: Iterable[Comment],
    updates: Iterable[StatusUpdate],
) -> list[Remark]:
    """Everybody's comments, oldest first. Those in the body's system are left out where it keeps the report private."""
    body = {"body": service_request.jurisdiction.name}
    numbered = bool(submission and submission.service_request_id)
    ours = [
        Remark(
            f"comment-{row.pk}",
            row.text,
            row.created_at,
            _("Somebody on this site"),
            _state(row, numbered) % body,
            photos=_photos(row),
            reopens=row.reopens,
        )
        for row in comments
    ]
    theirs = [
        Remark(f"update-{row.pk}", row.status_notes, row.datetime, _("Somebody, to %(body)s") % body, foreign=True)
        for row in updates
        if row.is_comment and not service_request.private
    ]
    return sorted([*ours, *theirs], key=lambda remark: remark.at)


def is_open(service_request: ServiceRequest) -> bool:
    """Whether comments are taken: for a year, and not on what is hidden, held or withdrawn."""
    young = clock.now() - service_request.requested_datetime < OPEN_FOR
    shown = not service_request.hidden and service_request.held_at is None
    return young and shown and service_request.status != PublicStatus.CANCELLED


def where_it_goes(service_request: ServiceRequest, submission: Submission | None, goes_to_body: bool) -> str:
    """Said before anybody writes: whether the body gets it."""
    body = {"body": service_request.jurisdiction.name}
    if not goes_to_body:
        return _("%(body)s takes no comments through its system: yours is kept here, for everybody to read.") % body
    if submission is not None and submission.service_request_id:
        return _("%(body)s gets it, and it is shown here.") % body
    return _("It is shown here, and %(body)s gets it as soon as it has given the report a number.") % body


def where_photos_go(service_request: ServiceRequest, photos: int) -> str:
    """Said before anybody adds a photo to a comment that the body gets; `photos` is how many it takes with one."""
    body = {"body": service_request.jurisdiction.name, "photos": photos}
    if not photos:
        return _("%(body)s gets your words. Photos are kept here, for everybody to see.") % body
    words = ngettext(
        "%(body)s gets your words and one photo. More photos are kept here, for everybody to see.",
        "%(body)s gets your words and up to %(photos)d photos.",
        photos,
    )
    return words % body


def form_purpose(service_request: ServiceRequest, key: uuid.UUID) -> str:
    """What a form key is for: this report, and this one form on its page."""
    return f"comment.{service_request.reference}.{key}"


def _state(comment: Comment, numbered: bool) -> str:
    state = CommentState(comment.state)
    if state is CommentState.PENDING:
        if comment.due_at is None:
            return str(STUCK)
        if not numbered:
            return str(AWAITS_NUMBER)
    return str(STATES[state])


def _photos(comment: Comment) -> tuple[Media, ...]:
    return tuple(photo for photo in comment.media.all() if photo.file)
