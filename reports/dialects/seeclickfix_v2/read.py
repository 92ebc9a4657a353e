"""A parsed answer of API v2 to messages. Pure: a document in, messages out; who reported or commented is not kept.

Sources: SeeClickFix/dev.seeclickfix.com content/v2 and lib/resources.rb; for an organisation's rows the imports of
townofchapelhill/seeclickfix.
"""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from reports import clock
from reports.dialects.answers import Answer
from reports.dialects.errors import Unreadable
from reports.dialects.formats.coerce import boolean, identifier, media_urls, position, text
from reports.dialects.formats.dates import moment
from reports.dialects.formats.document import Document
from reports.dialects.formats.shapes import Row
from reports.dialects.georeport_v2.words import status_of
from reports.dialects.messages import (
    CommentReceipt,
    Note,
    Receipt,
    RequestStatus,
    Stage,
)
from reports.dialects.seeclickfix_v2.line import plain
from reports.dialects.seeclickfix_v2.words import (
    KEPT,
    NO_NEWS,
    OFFICIAL_ROLES,
    PRIVATE_FLAGS,
    PUBLIC_VISIBILITY,
    TURNS,
)

_ISSUE_PATH: Final = re.compile(r"/issues/(\d+)(?:[-/].*)?\Z")
_COMMENT_PATH: Final = re.compile(r"/comments/(\d+)/flag\Z")
_TAKEN: Final = ("id", "comment", "created_at", "moderated", "metadata")  # one of these is in what a POST is told


@dataclass(frozen=True, slots=True)
class Issues:
    """The requests in one answer. `total` counts its rows before those without an id (`skipped`) were left out."""

    rows: tuple[RequestStatus, ...]
    total: int
    skipped: int


def read_receipt(answer: Answer) -> Receipt:
    """Read what a filing was answered with: the issue, or that it is held for moderation (202, no id). The number is
    also in the Location header, which is all that one page of the documentation shows."""
    data = answer.document.data
    row = data if isinstance(data, dict) else {}
    number = _number(row) or _number_in(answer.headers.get("Location", ""))
    held = answer.status == 202 or boolean(mapping(row.get("metadata")).get("moderated"))
    if not number and not held:
        raise Unreadable("The answer does not say what became of the filing.", operation="post_service_request")
    return Receipt(service_request_id=number, held=held and not number, raw=kept(row))


def _number(row: Row) -> str | None:
    return identifier(row.get("id")) if not mapping(row.get("errors")) else None


def _number_in(location: str) -> str | None:
    try:
        found = _ISSUE_PATH.search(urlsplit(location).path)
    except ValueError:
        return None
    return found.group(1) if found else None


def read_comment_receipt(answer: Answer) -> CommentReceipt:
    """Read what a comment was answered with; its number is not always told."""
    data = answer.document.data
    row = data if isinstance(data, dict) else {}
    held = (
        answer.status == 202 or boolean(row.get("moderated")) or boolean(mapping(row.get("metadata")).get("moderated"))
    )
    if not held and not any(name in row for name in _TAKEN):
        raise Unreadable("The answer does not say what became of the comment.", operation="comment")
    return CommentReceipt(id=identifier(row.get("id")) or "", held=held, raw=kept(row))


def read_open_url(document: Document) -> str:
    """The address at which an issue is opened again; empty where it names none."""
    row = document.data if isinstance(document.data, dict) else {}
    return plain(mapping(row.get("transitions")).get("open_url"))


def read_issues(document: Document, zone: tzinfo, base_url: str = "") -> Issues:
    """Read a list of requests, or one. `Unreadable` where the answer is neither."""
    data = document.data
    single = isinstance(data, dict) and "issues" not in data and identifier(data.get("id")) and "status" in data
    listed = [data] if single else rows_of(document, "issues", "service_requests")
    rows = [_issue(row, zone, base_url) for row in listed]
    numbered = tuple(row for row in rows if row.service_request_id)
    return Issues(numbered, len(rows), len(rows) - len(numbered))


def read_comments(document: Document, zone: tzinfo, base_url: str = "") -> tuple[Note, ...]:
    """Read a list of comments, the oldest first."""
    return _notes(rows_of(document, "comments", "comments"), zone, base_url)


def rows_of(document: Document, name: str, operation: str) -> list[Row]:
    """The rows of an answer that is an object around a list; `Unreadable` where it is none."""
    data = document.data
    found = data.get(name) if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise Unreadable(f"The answer holds no {name}.", operation=operation)
    return [row for row in found if isinstance(row, dict)]


def _issue(row: Row, zone: tzinfo, base_url: str) -> RequestStatus:
    word = plain(row.get("status"))
    status, stage = status_of(word)
    kind = mapping(row.get("request_type"))
    place = position(row.get("lat"), row.get("lng")) or _point(row.get("point"))
    requested = moment(row.get("created_at"), zone)
    canonical = row.get("canonical_issue")
    duplicate_of = identifier(row.get("canonical_issue_id")) or identifier(mapping(canonical).get("id"))
    return RequestStatus(
        service_request_id=identifier(row.get("id")),
        status=status,
        status_known=bool(word),
        status_word=word,
        stage=Stage.DUPLICATE if duplicate_of and stage is Stage.NONE else stage,
        notes=_notes(row.get("comments"), zone, base_url)
        + _notes(row.get("internal_comments"), zone, base_url, private=True),
        service_code=identifier(kind.get("id")) or last_segment(kind.get("url")),
        service_name=plain(kind.get("title")),
        description=plain(row.get("description")) or plain(row.get("summary")),
        agency_responsible=plain(kind.get("organization")),
        requested_datetime=requested,
        updated_datetime=_updated(moment(row.get("updated_at"), zone), requested),
        address=plain(row.get("address")),
        lat=place[0] if place else None,
        long=place[1] if place else None,
        media_urls=_pictures(row.get("media"), base_url),
        duplicate_of=duplicate_of or "",
        private=is_private(row),
        raw=kept(row),
    )


def _notes(listed: Any, zone: tzinfo, base_url: str, *, private: bool = False) -> tuple[Note, ...]:
    """Comments without their writers. Whether one speaks for the body is told by the one role that says so."""
    found = []
    for row in listed if isinstance(listed, list) else []:
        if not isinstance(row, dict) or not (said := plain(row.get("comment"))):
            continue
        kind = plain(row.get("comment_type"))
        if kind.casefold() in NO_NEWS:
            continue
        status, stage = TURNS.get(kind.casefold(), (None, Stage.NONE))
        found.append(
            Note(
                said,
                moment(row.get("created_at"), zone),
                type=kind,
                id=_comment_number(row),
                by_body=private or plain(mapping(row.get("commenter")).get("role")).casefold() in OFFICIAL_ROLES,
                private=private or is_private(row),
                media_urls=_pictures(row.get("media"), base_url),
                status=status,
                stage=stage,
            )
        )
    return tuple(sorted(found, key=lambda note: note.datetime or datetime.min.replace(tzinfo=zone)))


def _comment_number(row: Row) -> str:
    """A comment's number, which one page of the documentation has as `id` and another in its `flag_url` alone."""
    found = _COMMENT_PATH.search(text(row.get("flag_url")))
    return identifier(row.get("id")) or (found.group(1) if found else "")


def is_private(row: Row) -> bool:
    """Whether a row says of itself that it is not for the public."""
    if any(boolean(row.get(name)) for name in PRIVATE_FLAGS):
        return True
    return plain(row.get("visibility")).casefold() not in PUBLIC_VISIBILITY


def kept(row: Row) -> Row:
    """The row without the people in it."""
    return {name: value for name, value in row.items() if name in KEPT}


def last_segment(url: Any) -> str:
    """The last part of an address, which is the only id of a request type in a report form."""
    try:
        return unquote(urlsplit(text(url)).path.rstrip("/").rpartition("/")[2])
    except ValueError:
        return ""


def mapping(value: Any) -> Row:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def _point(value: Any) -> tuple[float, float] | None:
    """A GeoJSON point, which has the longitude first."""
    numbers = mapping(value).get("coordinates")
    return position(numbers[1], numbers[0]) if isinstance(numbers, list) and len(numbers) == 2 else None


def _pictures(media: Any, base_url: str) -> tuple[str, ...]:
    """The full picture; `representative_image_url` is a drawing where there is none."""
    return media_urls((plain(mapping(media).get("image_full")),), base_url)


def _updated(updated: datetime | None, requested: datetime | None) -> datetime | None:
    if updated is None or (requested is not None and updated < requested):
        return requested
    return min(updated, clock.now())
