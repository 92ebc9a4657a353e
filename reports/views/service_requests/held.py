"""A report that a volunteer has yet to look at, as it is shown meanwhile: how far it has got, and none of its words."""

import copy
from collections.abc import Iterable
from typing import Final

from reports.models import ServiceRequest, StatusUpdate

WAITS: Final = "comment-waits"  # in the address of the page to which somebody comes back whose comment is held


def veiled(service_request: ServiceRequest) -> ServiceRequest:
    """The report as pages may show it: itself, or while it is held a copy in memory without anybody's words.

    For templates only. Whoever writes to the row takes the row.
    """
    if service_request.held_at is None:
        return service_request
    shown = copy.copy(service_request)
    shown.description = shown.address_string = shown.place_detail = shown.status_notes = shown.duplicate_of = ""
    shown.attributes = []
    return shown


def without_notes(service_request: ServiceRequest, updates: Iterable[StatusUpdate]) -> list[StatusUpdate]:
    """The lines of its history; while it is held without comments and without the body's words, which may quote it."""
    if service_request.held_at is None:
        return list(updates)
    lines = [update for update in updates if not update.is_comment]
    for line in lines:
        if line.by_body:
            line.status_notes = line.status_word = ""  # of this object only: rows of the history are never saved again
    return lines
