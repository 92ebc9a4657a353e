"""A parsed answer of API 0.1 to messages. Pure; names, addresses and the secret token of a new issue are not kept.

Sources: the recordings in codeforamerica/seeclickfix_rb spec/fixtures, and the archived pages of the method's help.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from reports import clock
from reports.dialects.answers import Answer
from reports.dialects.errors import Unreadable
from reports.dialects.formats.coerce import boolean, first_text, identifier, integer, media_urls, number, position, text
from reports.dialects.formats.dates import moment
from reports.dialects.formats.document import Document
from reports.dialects.formats.shapes import Row
from reports.dialects.georeport_v2.words import datatype_of, status_of
from reports.dialects.messages import (
    Attribute,
    AttributeValue,
    CommentReceipt,
    Datatype,
    Note,
    Receipt,
    RequestStatus,
    Service,
    ServiceDefinition,
    Stage,
)
from reports.dialects.seeclickfix_v2.read import kept
from reports.dialects.seeclickfix_v2.words import NO_NEWS, QUESTION_TYPES, TURNS

# Only officials can acknowledge, so an entry of this kind is the body's; no other says who wrote it.
OF_THE_BODY: Final = frozenset({"issue acknowledged"})
LISTS: Final = frozenset({Datatype.SINGLEVALUELIST, Datatype.MULTIVALUELIST})


def rows_of(document: Document, plural: str, singular: str, operation: str) -> list[Row]:
    """The rows of an answer that should be a list: an array even for one in JSON; in Rails' XML an element of that
    name around them, or one row as the root. `Unreadable` for anything else."""
    data = _underscored(document.data)
    root = document.root.replace("-", "_")
    if root == plural:
        inner = data.get(singular) if isinstance(data, dict) else []
        data = [inner] if isinstance(inner, dict) else inner
    elif root not in {"", singular}:
        data = None
    if isinstance(data, dict):
        data = [data] if identifier(data.get("id")) or identifier(data.get("issue_id")) else None
    if not isinstance(data, list):
        raise Unreadable(f"The answer holds no {plural.replace('_', ' ')}.", operation=operation)
    found = [row[singular] if _is_wrapper(row, singular) else row for row in data if isinstance(row, dict)]
    if data and not found:
        raise Unreadable(f"The answer holds no {plural.replace('_', ' ')}.", operation=operation)
    return found


def _is_wrapper(row: Row, singular: str) -> bool:
    return row.keys() == {singular} and isinstance(row[singular], dict)


def _underscored(value: Any) -> Any:
    """Rails writes `request-type-id` in XML and `request_type_id` in JSON."""
    if isinstance(value, dict):
        return {name.replace("-", "_"): _underscored(each) for name, each in value.items()}
    return [_underscored(each) for each in value] if isinstance(value, list) else value


def read_services(document: Document) -> tuple[Service, ...]:
    """Read the request types of a point."""
    found = rows_of(document, "request_types", "request_type", "services")
    services: dict[str, Service] = {}
    for row in found:
        if code := identifier(row.get("id")):
            asks = integer(row.get("additional_questions_count"), 1) > 0
            group = text(row.get("plus_watch_area_title"))
            services.setdefault(code, Service(code, text(row.get("title")), metadata=asks, group=group, raw=row))
    if found and not services:
        raise Unreadable("The request types cannot be told apart.", operation="services")
    return tuple(services.values())


def read_definition(document: Document, service_code: str) -> ServiceDefinition:
    """Read the questions of a request type, by their `position`."""
    found = rows_of(document, "request_type_questions", "request_type_question", "service_definition")
    if any(not identifier(row.get("primary_key")) for row in found):
        raise Unreadable("The answer is not a list of questions.", operation="service_definition")
    attributes = sorted(map(_attribute, found), key=lambda each: each.order)
    return ServiceDefinition(service_code, tuple(attributes), raw={"request_type_questions": found})


def _attribute(row: Row) -> Attribute:
    kind = text(row.get("question_type")).lower()
    values = _values(row.get("select_values"))
    datatype = QUESTION_TYPES.get(kind) or datatype_of(kind, bool(values))
    return Attribute(
        code=identifier(row.get("primary_key")) or "",
        datatype=Datatype.STRING if datatype in LISTS and not values else datatype,
        required=boolean(row.get("required_response")),
        order=integer(row.get("position")),
        description=text(row.get("question")),
        values=values,
        private="display_answer" in row and not boolean(row.get("display_answer")),
        raw=row,
    )


def _values(written: Any) -> tuple[AttributeValue, ...]:
    """Choices from one text. How they are parted was never documented: line breaks before bars before commas."""
    said = text(written)
    mark = next((mark for mark in ("\n", "|", ",") if mark in said), "\n")
    return tuple(AttributeValue(each, each) for each in dict.fromkeys(map(str.strip, said.split(mark))) if each)


def read_receipt(answer: Answer) -> Receipt:
    """Read the echo of a new issue. Its `token` is a secret between SeeClickFix and the reporter, and no token of
    GeoReport's: it is not read."""
    row = _created(answer, "issues", "issue", "post_service_request")
    found = identifier(row.get("id")) or identifier(row.get("issue_id"))
    if not found and answer.status != 202:
        raise Unreadable("The answer does not say what became of the filing.", operation="post_service_request")
    return Receipt(service_request_id=found, held=not found, raw=kept(row))


def read_comment_receipt(answer: Answer) -> CommentReceipt:
    """Read the echo of a new comment."""
    row = _created(answer, "comments", "comment", "comment")
    return CommentReceipt(id=identifier(row.get("id")) or "", held=answer.status == 202, raw=kept(row))


def _created(answer: Answer, plural: str, singular: str, operation: str) -> Row:
    if answer.status == 202 and answer.document.data is None:
        return {}
    found = rows_of(answer.document, plural, singular, operation)
    if len(found) != 1:
        raise Unreadable("The answer is not the one row that was made.", operation=operation)
    return found[0]


def read_issues(document: Document) -> tuple[tuple[RequestStatus, ...], int]:
    """Read a list of issues, or one, and how many rows had no number."""
    rows = rows_of(document, "issues", "issue", "service_requests")
    read = [_issue(row) for row in rows]
    numbered = tuple(row for row in read if row.service_request_id)
    return numbered, len(read) - len(numbered)


def _issue(row: Row) -> RequestStatus:
    word = text(row.get("status"))
    status, stage = status_of(word)
    place = position(row.get("lat"), row.get("lng"))
    requested = _date(row, "created_at") or _minutes_ago(row.get("minutes_since_created"))
    updated = _date(row, "updated_at")
    if updated is None or (requested is not None and updated < requested):
        updated = requested
    return RequestStatus(
        service_request_id=identifier(row.get("id")) or identifier(row.get("issue_id")),
        status=status,
        status_known=bool(word),
        status_word=word,
        stage=stage,
        service_code=identifier(row.get("request_type_id")) or "",
        service_name=text(row.get("summary")) if text(row.get("description")) else "",  # rows name no request type
        description=first_text(row, "description", "summary"),
        requested_datetime=requested,
        updated_datetime=min(updated, clock.now()) if updated else None,
        address=text(row.get("address")),
        lat=place[0] if place else None,
        long=place[1] if place else None,
        raw=kept(row),
    )


def _date(row: Row, name: str) -> datetime | None:
    """A date, `…_raw` before the form for readers. One without a zone is UTC: in the recording of San Francisco's list
    06:55PM stands beside 18:55:10 +0000."""
    return moment(row.get(f"{name}_raw"), UTC) or moment(row.get(name), UTC)


def _minutes_ago(value: Any) -> datetime | None:
    """About when, from the minutes since. Good for an order of rows, and not for more."""
    minutes = number(value)
    if minutes is None or not 0 <= minutes < 60_000_000:
        return None
    return (clock.now() - timedelta(minutes=minutes)).replace(second=0, microsecond=0)


def read_comments(document: Document, base_url: str = "") -> tuple[Note, ...]:
    """Read an issue's comments and history, the oldest first, without votes and watchers."""
    notes = []
    for row in rows_of(document, "comments", "comment", "comments"):
        kind, said = text(row.get("comment_type")), re.sub(r"\r\n?", "\n", text(row.get("comment"))).strip()
        if not said or kind.casefold() in NO_NEWS:
            continue
        status, stage = TURNS.get(kind.casefold(), (None, Stage.NONE))
        notes.append(
            Note(
                said,
                _date(row, "created_at") or _minutes_ago(row.get("minutes_since_created")),
                type=kind,
                id=identifier(row.get("id")) or "",
                by_body=kind.casefold() in OF_THE_BODY,
                media_urls=media_urls((row.get("comment_image_path"),), base_url),
                status=status,
                stage=stage,
            )
        )
    return tuple(sorted(notes, key=lambda note: note.datetime or datetime.min.replace(tzinfo=UTC)))
