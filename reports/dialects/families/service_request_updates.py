"""mySociety's `servicerequestupdates`: what became of requests, as rows of their own, in both directions.

Sources: mysociety/open311-adapter perllib/Open311/Endpoint/Role/mySociety.pm, mysociety/fixmystreet
perllib/Open311/GetUpdates.pm and PostRequestUpdates.pm.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from reports.dialects.answers import Answer
from reports.dialects.errors import Unreadable
from reports.dialects.formats.coerce import first_text, identifier, media_urls, text
from reports.dialects.formats.document import Document
from reports.dialects.formats.shapes import Row, rows
from reports.dialects.georeport_v2.words import status_of
from reports.dialects.messages import Comment, CommentReceipt, Note, RequestStatus, Stage, Status

RESOURCE: Final = "servicerequestupdates"
ROOT: Final = ("service_request_updates", "service_requests_updates")
MARKS: Final = ("update_id", "service_request_id")
# Words with which an update says nothing of the status; all others are in the standard's table, and an unknown one,
# such as FOR_TRIAGE, is open.
SILENT: Final = frozenset({"", "unchanged"})
START: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Update:
    """One row: the request that it is about, what it says, and the word for the status that it had."""

    service_request_id: str
    word: str
    note: Note
    raw: Row


def read_updates(document: Document, when: Callable[[Any], datetime | None], base_url: str) -> tuple[Update, ...]:
    """Read a list of updates, each id of a request's once, oldest first. A picture sent as `data:` is left out."""
    found = rows(document.data, ROOT, MARKS)
    if found is None:
        raise Unreadable("The answer is not a list of updates.", operation="service_requests_updated")
    updates: dict[tuple[str, str], Update] = {}
    for number, row in enumerate(found):
        request_id, update_id = identifier(row.get("service_request_id")), identifier(row.get("update_id"))
        if request_id is not None:
            key = (request_id, update_id or f"row {number}")
            updates.setdefault(key, read_update(request_id, update_id or "", row, when, base_url))
    return tuple(sorted(updates.values(), key=lambda each: each.note.datetime or START))


def read_update(
    request_id: str, update_id: str, row: Row, when: Callable[[Any], datetime | None], base_url: str
) -> Update:
    """Read one row. A word for the status that no table knows is open."""
    word = text(row.get("status"))
    status, stage = status_of(word) if word.casefold() not in SILENT else (None, Stage.NONE)
    note = Note(
        text=text(row.get("description")),
        datetime=when(row.get("updated_datetime")),
        type="update",
        id=update_id,
        media_urls=media_urls((row.get("media_url"),), base_url),
        status=status,
        stage=stage,
    )
    return Update(request_id, word if status else "", note, row)


def by_request(updates: Iterable[Update]) -> tuple[RequestStatus, ...]:
    """The requests that the updates are about, each with its updates as notes and the status of the last that says one.
    Where none does, `status_known` is False."""
    found: dict[str, dict[str, Update]] = {}
    for number, update in enumerate(sorted(updates, key=lambda each: each.note.datetime or START)):
        found.setdefault(update.service_request_id, {}).setdefault(update.note.id or f"row {number}", update)
    return tuple(_request(request_id, list(each.values())) for request_id, each in found.items())


def _request(request_id: str, updates: list[Update]) -> RequestStatus:
    telling = [each for each in updates if each.note.status is not None]
    last = telling[-1] if telling else None
    return RequestStatus(
        service_request_id=request_id,
        status=(last.note.status if last else None) or Status.OPEN,
        status_word=last.word if last else "",
        stage=last.note.stage if last else Stage.NONE,
        notes=tuple(each.note for each in updates),
        updated_datetime=updates[-1].note.datetime,
        status_known=last is not None,
        raw={"service_request_updates": [each.raw for each in updates]},
    )


def write_comment(service_request_id: str, comment: Comment, status: str, moment: str) -> list[tuple[str, str]]:
    """The form of an update of ours. `status` is repeated as far as we know it: the servers' schema wants one of its
    words, and UNCHANGED is not among them everywhere."""
    fields = [
        ("service_request_id", service_request_id),
        ("update_id", comment.key),
        ("status", status),
        ("updated_datetime", moment),
        ("description", comment.text),
        ("first_name", comment.first_name),
        ("last_name", comment.last_name),
        ("email", comment.email),
        *(("media_url", address) for address in comment.media_urls),
    ]
    return [(name, value) for name, value in fields if value.strip()]


def read_comment_receipt(answer: Answer) -> CommentReceipt:
    """Read what a comment was answered with. `Unreadable` where it names no update: perhaps taken."""
    found = rows(answer.document.data, ROOT, MARKS) or []
    row = next((each for each in found if identifier(each.get("update_id"))), None)
    if row is None:
        raise Unreadable("The answer does not say what became of the comment.", operation="comment")
    return CommentReceipt(id=first_text(row, "update_id"), raw=row)
