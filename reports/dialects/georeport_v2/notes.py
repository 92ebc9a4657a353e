"""A city's public history of one request, in the three shapes in which it has been seen.

Only what is named here is taken: what else stands in these blocks may be personal (Boston and Chicago publish the
reporter's name and telephone number beside them).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from reports.dialects.formats.coerce import first_text, identifier, integer, media_urls, text
from reports.dialects.formats.shapes import Row, members
from reports.dialects.georeport_v2.words import NOTE_STATUSES
from reports.dialects.messages import Note, Status

When = Callable[[Any], datetime | None]


def read_notes(row: Row, when: When, base_url: str = "") -> tuple[Note, ...]:
    """Read `notes` (Connected Bits: Chicago, Austin, San Francisco), `activities` and `closure_details` (Boston's
    Salesforce). `when` turns a city's date into a moment."""
    found = [_note(each, when, base_url) for each in members(row.get("notes"), "notes")]
    activities = [each for each in members(row.get("activities"), "activities") if isinstance(each, dict)]
    found += [
        _activity(each, when, base_url) for each in sorted(activities, key=lambda each: integer(each.get("order")))
    ]
    found.append(_closure(row, when))
    return tuple(note for note in found if note is not None)


def _note(row: Any, when: When, base_url: str) -> Note | None:
    """One note. Chicago has a `summary` and often a `description`, the others the latter alone; a note of which only
    the kind and the date are known is told by its kind."""
    if isinstance(row, str):
        return Note(row.strip()) if row.strip() else None
    if not isinstance(row, dict):
        return None
    moment, kind = when(row.get("datetime")), text(row.get("type"))
    said = joined(text(row.get("summary")), text(row.get("description")))
    said = said or (kind.replace("_", " ") if moment else "")
    said = _with_follow_on(said, row.get("extended_attributes"))
    if not said:
        return None
    return Note(
        text=said,
        datetime=moment,
        type=kind,
        id=identifier(row.get("id")) or "",
        media_urls=media_urls((row.get("media_url"),), base_url),
        status=NOTE_STATUSES.get(kind.casefold()),
    )


def _with_follow_on(said: str, extended: Any) -> str:
    """The note's text with the number, the service and the body of the request that follows on, as far as the text
    does not name them already: Chicago passes work on to other departments, and only notes tell of it."""
    if not isinstance(extended, dict):
        return said
    named = [text(extended.get(name)) for name in ("service_request_id", "service_name", "agency_responsible")]
    missing = ", ".join(each for each in named if each and each.casefold() not in said.casefold())
    return f"{said} ({missing})" if said and missing else said or missing


def _activity(row: Row, when: When, base_url: str) -> Note | None:
    """A step of the work. Its status is the step's and not the request's, so it stands in the text."""
    said, state = first_text(row, "description", "code"), text(row.get("status"))
    if not said:
        return None
    return Note(
        text=f"{said} ({state})" if state else said,
        datetime=when(row.get("completion_date")),
        type="activity",
        media_urls=media_urls((row.get("media_url"),), base_url),
    )


def _closure(row: Row, when: When) -> Note | None:
    details = row.get("closure_details")
    if not isinstance(details, dict):
        return None
    said = joined(text(details.get("reason")), text(details.get("comment")))
    return Note(said, when(row.get("updated_datetime")), "closed", status=Status.CLOSED) if said else None


def joined(title: str, body: str) -> str:
    """A title and a text as one, without saying the same twice."""
    longer, shorter = (title, body) if len(title) > len(body) else (body, title)
    return longer if shorter.casefold() in longer.casefold() else f"{title}: {body}"
