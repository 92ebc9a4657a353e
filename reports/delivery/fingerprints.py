"""What makes a row that a body shows again recognisable as the same row."""

import hashlib
from datetime import datetime
from typing import Final

from reports.dialects.messages import Note, RequestStatus

VERSION: Final = "1"  # another one makes every row count as new, once: for when more of a row is taken over


def of_row(row: RequestStatus) -> str:
    """A digest of all that is taken over from a row, and of nothing else: what only `raw` holds changes nothing.

    Two rows with the same digest leave a request as one of them does.
    """
    told: list[object] = [
        VERSION,
        row.service_request_id,
        row.token,
        row.status.value,
        row.status_known,
        row.status_word,
        row.stage.value,
        row.status_notes,
        row.agency_responsible,
        row.service_notice,
        _moment(row.requested_datetime),
        _moment(row.updated_datetime),
        _moment(row.expected_datetime),
        row.duplicate_of,
        row.private,
    ]
    for note in row.notes:
        told += _of_note(note)
    return hashlib.sha256(repr(told).encode("utf-8", "backslashreplace")).hexdigest()


def _of_note(note: Note) -> list[object]:
    status = note.status.value if note.status else None
    return [note.id, note.text, _moment(note.datetime), note.type, note.by_body, note.private, status, note.stage.value]


def _moment(when: datetime | None) -> float | None:
    return when.timestamp() if when else None
