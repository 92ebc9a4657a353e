"""An update that a body sends us by itself, read as the same update is when it is fetched (DIALECTS, section 18)."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Final

from reports.dialects.families import service_request_updates as updates
from reports.dialects.formats.clean import clean
from reports.dialects.formats.coerce import identifier, text
from reports.dialects.formats.dates import moment
from reports.dialects.messages import RequestStatus

REQUIRED: Final = ("service_request_id", "update_id", "status", "updated_datetime")


def read(fields: Mapping[str, str], zone: tzinfo) -> RequestStatus:
    """The request as a form of `POST servicerequestupdates` shows it, with the update as its one note.

    A date without an offset is in `zone`. ValueError, with the field's name first, for one of REQUIRED that is missing
    or cannot be read. Who wrote it (`first_name`, `email`) is not read at all.
    """
    row = {name: clean(value) for name, value in fields.items()}
    missing = [name for name in REQUIRED if not text(row.get(name))]
    if missing:
        raise ValueError(f"{', '.join(missing)}: required")
    number, update_id = identifier(row["service_request_id"]), identifier(row["update_id"])
    if number is None or update_id is None:
        raise ValueError(f"{'update_id' if number else 'service_request_id'}: not an id")

    update = updates.read_update(number, update_id, row, lambda written: moment(written, zone), "")
    if update.note.datetime is None:
        raise ValueError("updated_datetime: not a date such as 2026-03-01T12:00:00Z")
    return updates.by_request([update])[0]
