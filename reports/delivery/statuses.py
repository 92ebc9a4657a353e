"""What a body shows of a request, in our words, and when such a word moves the request's own status."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from reports import clock
from reports.dialects.messages import Note, RequestStatus, Stage, Status
from reports.models import VERDICTS, PublicStatus, ServiceRequest, StatusUpdate

BY_STAGE = {
    Stage.ACKNOWLEDGED: PublicStatus.ACCEPTED,
    Stage.IN_PROGRESS: PublicStatus.IN_PROGRESS,
    Stage.SCHEDULED: PublicStatus.IN_PROGRESS,
    Stage.DUPLICATE: PublicStatus.DUPLICATE,
    Stage.NOT_RESPONSIBLE: PublicStatus.NOT_RESPONSIBLE,
    Stage.REJECTED: PublicStatus.REJECTED,
}
OPENING = frozenset({"opened", "submitted"})  # kinds of entry that say no more than that it was filed (Spot)
FINER_ENDS = frozenset({PublicStatus.DUPLICATE, PublicStatus.NOT_RESPONSIBLE, PublicStatus.REJECTED})
ENDED = FINER_ENDS | {PublicStatus.CLOSED}
GOES_ON = frozenset({PublicStatus.SENT, PublicStatus.ACCEPTED, PublicStatus.IN_PROGRESS})  # with the body, and not done
WITH_A_BODY = GOES_ON | ENDED
OVER = ENDED | {PublicStatus.CANCELLED}
UNMOVING = VERDICTS | {PublicStatus.SILENT}  # lines of history that neither end a request nor open it again
RECEIPTS = frozenset({PublicStatus.RECEIVED, PublicStatus.SENT, PublicStatus.ACCEPTED})  # alone they are no answer


@dataclass(frozen=True, slots=True)
class Told:
    """What a row tells of the status: None where it says nothing of it; `when` the body changed it, None if unknown.

    `stale`: something newer than this was taken over before. `plain`: no more than the standard's bare word.
    """

    status: PublicStatus | None
    when: datetime | None
    stale: bool
    plain: bool


def told(request: ServiceRequest, row: RequestStatus) -> Told:
    """Read a row for its status; where it says nothing itself, the newest of its notes that does speaks for it."""
    if row.status_known:
        status, when = public_status(row), changed_at(row)
        # The date of the filing is that of the last change only while nothing has changed (DIALECTS, Q16).
        dated = row.updated_datetime if status is PublicStatus.ACCEPTED else when
        return Told(status, when, _older(dated, request), _is_plain(row))
    speaking = [note for note in row.notes if _is_public_word(note) and of_note(note)]
    if not speaking:
        return Told(None, changed_at(row), False, False)
    latest = max(enumerate(speaking), key=lambda pair: (_moment(pair[1], row), pair[0]))[1]
    when = latest.datetime or changed_at(row)
    return Told(of_note(latest), when, _older(when, request), latest.stage is Stage.NONE and not latest.text.strip())


def moved(request: ServiceRequest, news: Told) -> PublicStatus:
    """The status that the request has after this news.

    A bare “open” says less than “in progress”, and a bare “closed” less than why it was: neither takes that back,
    but for a “closed” of a later date.
    """
    current = PublicStatus(request.status)
    if news.status is None or news.stale:
        return current
    if news.plain and news.status is PublicStatus.ACCEPTED and current is PublicStatus.IN_PROGRESS:
        return current
    if news.plain and news.status is PublicStatus.CLOSED and current in FINER_ENDS and not newer(request, news.when):
        return current
    return news.status


def speaks_again(request: ServiceRequest) -> bool:
    """Whether the request was silent. It is then given, unsaved, the status that it had before, with which news is
    compared: that it is still open is no news in itself."""
    if request.status != PublicStatus.SILENT:
        return False
    last = _lines(request).last()
    request.status = PublicStatus(last.status) if last else PublicStatus.ACCEPTED
    return True


def of_time(request: ServiceRequest, when: datetime) -> PublicStatus:
    """The status that a request had with its body at a time, as far as its history tells."""
    before = _lines(request).filter(datetime__lte=when).last()
    if before is not None:
        status = PublicStatus(before.status)
        return PublicStatus.ACCEPTED if status is PublicStatus.SENT else status
    now = PublicStatus(request.status)
    return now if now in WITH_A_BODY and not _lines(request).exists() else PublicStatus.ACCEPTED


def _lines(request: ServiceRequest) -> QuerySet[StatusUpdate]:
    lines = StatusUpdate.objects.filter(service_request=request, private=False, is_comment=False)
    return lines.filter(status__in=WITH_A_BODY).order_by("datetime", "pk")


def over_since(request: ServiceRequest) -> datetime | None:
    """Since when a request is over, as far as its history tells: its first end that nothing else came after."""
    lines = StatusUpdate.objects.filter(service_request=request, private=False, is_comment=False)
    since = None
    for when, status in lines.order_by("datetime", "pk").values_list("datetime", "status"):
        if status in OVER:
            since = since or when
        elif status not in UNMOVING:
            since = None
    return since


def newer(request: ServiceRequest, when: datetime | None) -> bool:
    """Whether a date of the body's is later than that of all that was taken over from it."""
    known = request.body_updated_datetime
    return when is not None and (known is None or when > known)


def public_status(row: RequestStatus) -> PublicStatus:
    """Our word for what the body shows. Open with words of the body's own means that somebody there is on it."""
    if row.stage in BY_STAGE:
        return BY_STAGE[row.stage]
    if row.status is Status.CLOSED:
        return PublicStatus.DUPLICATE if row.duplicate_of else PublicStatus.CLOSED
    spoken = row.status_notes.strip() or any(_is_public_word(note) and _says_work(note) for note in row.notes)
    return PublicStatus.IN_PROGRESS if spoken else PublicStatus.ACCEPTED


def of_note(note: Note) -> PublicStatus | None:
    """Our word for what an entry says became of the request; None where it says nothing, or is not the body's."""
    if not note.by_body:
        return None
    if note.stage in BY_STAGE:
        return BY_STAGE[note.stage]
    if note.status is Status.CLOSED:
        return PublicStatus.CLOSED
    if note.type.lower() in OPENING:
        return PublicStatus.ACCEPTED
    if note.status is Status.OPEN:
        return PublicStatus.IN_PROGRESS if note.text.strip() else PublicStatus.ACCEPTED
    return None


def changed_at(row: RequestStatus) -> datetime | None:
    """When the body changed it. A city without such dates has that of the filing there (DIALECTS, Q16): None then."""
    return row.updated_datetime if row.updated_datetime != row.requested_datetime else None


def _is_public_word(note: Note) -> bool:
    return note.by_body and not note.private


def _says_work(note: Note) -> bool:
    return note.type.lower() not in OPENING


def _is_plain(row: RequestStatus) -> bool:
    if row.stage is not Stage.NONE:
        return False
    return row.status is Status.CLOSED or public_status(row) is PublicStatus.ACCEPTED


def _moment(note: Note, row: RequestStatus) -> datetime:
    return note.datetime or row.updated_datetime or clock.now()


def _older(when: datetime | None, request: ServiceRequest) -> bool:
    known = request.body_updated_datetime
    return when is not None and known is not None and min(when, clock.now()) < known
