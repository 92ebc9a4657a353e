"""Entries of a body's own history of a request, taken over into ours: once each, and our own comments not at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from reports.delivery import history, statuses
from reports.dialects.messages import Note
from reports.models import Comment, CommentState, PublicStatus, ServiceRequest, StatusUpdate

ENOUGH_TEXT = 20  # characters from which the beginning of a text is as good as the whole
LONGEST = 10_000  # characters of one text; some systems put whole mails into theirs, and each follower is sent it
SLACK = timedelta(days=1)  # a body's date of our comment may lack its time, or its zone

OUT = frozenset({CommentState.SENDING, CommentState.SENT, CommentState.HELD, CommentState.UNCERTAIN})


@dataclass(frozen=True, slots=True)
class Change:
    """The change of status that a row tells of: entries of that time, or with its words, have the new status.

    `status` is None where the entries stand alone; then they have the status of their time.
    """

    status: PublicStatus | None = None
    when: datetime | None = None
    words: str = ""
    sent_at: datetime | None = None


def append(request: ServiceRequest, notes: Iterable[Note], change: Change) -> list[StatusUpdate]:
    """Append those of the entries that are new; gives the lines that came of them. Call it in a transaction."""
    ours = list(Comment.objects.filter(service_request=request, state__in=OUT))
    worded = [note for note in notes if note.text.strip()]
    lines = [_append(request, note, change) for note in worded if not _is_one_of(ours, note)]
    return [line for line in lines if line is not None]


def _is_one_of(ours: list[Comment], note: Note) -> bool:
    """Whether this is a comment that left from here. One whose answer was lost, or that was held, has now arrived."""
    if note.id and any(comment.comment_id == note.id for comment in ours):
        return True
    for comment in ours:
        if not (note.id and comment.comment_id) and is_same(comment, note):
            comment.comment_id = comment.comment_id or note.id
            arrived(comment, note.id)
            return True
    return False


def is_same(comment: Comment, note: Note) -> bool:
    """Whether an entry has the words of a comment of ours, and is not from long before it was sent."""
    return same_text(words_sent(comment), note.text) and _same_time(comment, note)


def words_sent(comment: Comment) -> str:
    """The words of a comment as the body is sent them: systems want some, also where there is only a photo."""
    if comment.text:
        return comment.text
    with translation.override(comment.service_request.jurisdiction.site_language):
        return _("A new photo of it.")


def arrived(comment: Comment, comment_id: str) -> None:
    """Write down that the body has a comment of ours; nothing happens to one that a worker is sending just now."""
    rows = Comment.objects.filter(pk=comment.pk).exclude(state=CommentState.SENDING)
    rows.update(state=CommentState.SENT, due_at=None, comment_id=comment_id[:200] or comment.comment_id, reason="")


def same_text(ours: str, theirs: str) -> bool:
    """Equal but for spaces and capitals, or theirs is ours with something after it."""
    here, there = " ".join(ours.casefold().split()), " ".join(theirs.casefold().split())
    return here == there or (len(here) >= ENOUGH_TEXT and there.startswith(here))


def _same_time(comment: Comment, note: Note) -> bool:
    return note.datetime is None or note.datetime >= (comment.sent_at or comment.created_at) - SLACK


def shortened(text: str) -> str:
    """A body's text as long as it is shown at most."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _append(request: ServiceRequest, note: Note, change: Change) -> StatusUpdate | None:
    text = shortened(note.text).strip()
    mark = history.fingerprint("note", note.id or note.datetime, "" if note.id else text)
    if note.private:
        _hide(request, mark)
    if note.id and _is_there(request, note, text, change):
        return None
    return history.append(
        request,
        _status(request, note, text, change),
        mark=mark,
        when=note.datetime,
        not_before=change.sent_at,
        by_body=True,
        status_notes=text,
        is_comment=not note.by_body,
        private=note.private,
        receipt=note.type.lower() in statuses.OPENING,
    )


def _hide(request: ServiceRequest, mark: str) -> None:
    """Take an entry that the body has made private since from the public; only a volunteer can show it again."""
    for line in StatusUpdate.objects.filter(service_request=request, fingerprint=mark, private=False, hidden=False):
        line.hidden = True
        line.save(update_fields=["hidden"])


def _status(request: ServiceRequest, note: Note, text: str, change: Change) -> PublicStatus:
    """What the entry itself says; else the new status for those of the change, and the old one for the others."""
    own = statuses.of_note(note)
    if own is not None:
        return own
    after = note.datetime is not None and change.when is not None and note.datetime >= change.when
    if change.status is not None and (after or text == change.words):
        return change.status
    return statuses.of_time(request, history.moment(request, note.datetime, change.sent_at))


def _is_there(request: ServiceRequest, note: Note, text: str, change: Change) -> bool:
    """Whether the same words of the same moment are there: rows and lists of comments differ in their numbers."""
    if note.datetime is None:
        return False
    when = history.moment(request, note.datetime, change.sent_at)
    same = Q(datetime=when, status_notes=text, is_comment=not note.by_body, private=note.private)
    return StatusUpdate.objects.filter(same, service_request=request, by_body=True).exists()
