"""Mark-a-Spot: Cologne, Bonn, Paderborn, Krefeld, Munich, Gießen.

Sources: markaspot/markaspot modules/markaspot_open311 (GeoreportRequestIndexResource, GeoreportProcessorService, 2026),
markaspot/markaspot_open311, and field reports from Cologne.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from reports.dialects.base import Connection, Dialect, Message
from reports.dialects.errors import NotFound
from reports.dialects.families.stages import with_stage
from reports.dialects.formats.coerce import first_text, media_urls, text
from reports.dialects.formats.shapes import Row
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.georeport_v2 import Options as Standard
from reports.dialects.georeport_v2.line import Fields
from reports.dialects.georeport_v2.listing import says_none
from reports.dialects.georeport_v2.words import status_of
from reports.dialects.messages import Filing, Note, RequestStatus, Stage, Status
from reports.dialects.options import flag, option, other_default
from reports.http import Response

# Status terms of German sites, beside the English ones that the standard's table has.
TERMS: Final[dict[str, tuple[Status, Stage]]] = {
    "in bearbeitung": (Status.OPEN, Stage.IN_PROGRESS),
    "in arbeit": (Status.OPEN, Stage.IN_PROGRESS),
    "weitergeleitet": (Status.OPEN, Stage.IN_PROGRESS),
    "nicht lösbar": (Status.CLOSED, Stage.REJECTED),
    "nicht zuständig": (Status.CLOSED, Stage.NOT_RESPONSIBLE),
    "dublette": (Status.CLOSED, Stage.DUPLICATE),
}


@dataclass(frozen=True, slots=True)
class Options(Standard):
    """The standard's, with the key in every query, limit and offset, and a list that is known to have holes."""

    formats: tuple[str, ...] = other_default(Standard, "formats", ("json", "xml"))
    key_on_reads: bool = other_default(Standard, "key_on_reads", True)
    key_in: str = other_default(Standard, "key_in", "query")
    page_parameter: str = other_default(Standard, "page_parameter", "offset")
    page_counts: str = other_default(Standard, "page_counts", "rows")
    page_size_parameters: tuple[str, ...] = other_default(Standard, "page_size_parameters", ("limit",))
    extensions: bool = other_default(Standard, "extensions", True)
    list_is_whole: bool = other_default(Standard, "list_is_whole", False)
    lists_at_once: bool = other_default(Standard, "lists_at_once", False)
    meta: bool = option(True, flag, "Ask for meta=true with lists, which brings the number of rows.")


class MarkASpot(GeoReportV2):
    """GeoReport v2 as Mark-a-Spot speaks it."""

    gives_tokens = False
    takes_words = False  # whether it takes a filing without a position is not known
    photo_limit = 5  # media_url takes several addresses with commas
    options_class = Options
    options: Options

    service_request_ids = Dialect.service_request_ids

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.line.id_parameter = "id"
        self.line.list_fields = [("meta", "true")] if self.options.meta else []

    def write_fields(self, filing: Filing) -> Fields:
        addresses = ",".join(filing.media_urls[: self.photo_limit])
        fields = [pair for pair in super().write_fields(filing) if pair[0] != "media_url"]
        return [*fields, ("media_url", addresses)] if addresses else fields

    def finish_request(self, request: RequestStatus) -> RequestStatus:
        """What its extension block says, as far as it is listed here: the status term, the status notes, the published
        pictures, and whether the request is published. A manager's key brings names and telephone numbers as well."""
        extended = _row(request.raw.get("extended_attributes"))
        own = _row(extended.get("markaspot"))
        pictures = [each for each in _list(extended.get("media")) if each.get("published") is not False]
        request = with_stage(request, text(own.get("status_descriptive_name")), TERMS)
        return replace(
            request,
            notes=(*request.notes, *filter(None, map(self._note, _list(own.get("status_notes"))))),
            media_urls=tuple(dict.fromkeys((*request.media_urls, *media_urls(pictures, self.line.base_url)))),
            private=request.private or own.get("published") is False,
        )

    def replay(self, operation: str, answer: Response) -> tuple[Message, ...]:
        """As the calls read it: a list that its older releases answer with 404 is an empty one."""
        try:
            return super().replay(operation, answer)
        except NotFound as error:
            if operation != "requests" or not says_none(error):
                raise
            return ()

    def _note(self, row: Row) -> Note | None:
        term = text(row.get("status_descriptive_name"))
        said = first_text(row, "status_note") or term
        status = status_of(text(row.get("status")))[0] if row.get("status") else None
        known, stage = TERMS.get(term.casefold()) or status_of(term)
        moment = self.rules.when(row.get("updated_datetime"))
        return Note(said, moment, status=status, stage=stage if known is status else Stage.NONE) if said else None


def _row(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Row]:
    """Rows of a list, or of the object with numbers for names that PHP makes of one."""
    members = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [each for each in members if isinstance(each, dict)]
