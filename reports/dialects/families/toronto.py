"""Toronto: `secure.toronto.ca/webwizard/ws`, batch, slow (30 seconds and more), nulls in place of what is unknown.

Sources: DanielKrofchick/toronto311 (2018), bensheldon/open311status spec/fixtures/files/requests_single.xml.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from reports.dialects.base import Connection, Dialect
from reports.dialects.families.stages import with_stage
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.georeport_v2 import Options as Standard
from reports.dialects.georeport_v2.words import status_of
from reports.dialects.messages import RequestStatus
from reports.dialects.options import other_default

JURISDICTION: Final = "toronto.ca"
# People's free words stand in `address`, and once a police reference. Only what has the form of an address is passed
# on: "12 King St W, Toronto" or "Warden Ave / Freeman St, Scarborough". The rest stays in the raw row.
KINDS_OF_STREET: Final = (
    "st|ave|rd|blvd|dr|cres|ct|crt|ln|lane|pl|way|trl|pkwy|sq|terr?|gdns?|grv|gt|hts|hwy|mews|path|pk|cir|gate|wood"
    "|street|avenue|road|boulevard|drive|crescent|court|place|trail|parkway|square|terrace|gardens|circle|grove"
)
TOWNS: Final = "Toronto|Old Toronto|North York|East York|York|Scarborough|Etobicoke"
_WORD: Final = r"[A-Z0-9][\w.'’-]*"
_STREET: Final = rf"{_WORD}(?: {_WORD}){{0,3}} (?i:{KINDS_OF_STREET})\.?(?: [NSEW])?"
_ADDRESS = re.compile(
    rf"(?:\d{{1,5}}[A-Z]?(?: ?- ?\d{{1,5}})? {_STREET}|{_STREET} ?[/&] ?{_STREET})(?:, (?i:{TOWNS}))?"
)


@dataclass(frozen=True, slots=True)
class Options(Standard):
    """The standard's, in JSON first, in windows of 25 days, past which its lists fail."""

    formats: tuple[str, ...] = other_default(Standard, "formats", ("json", "xml"))
    max_window_days: int = other_default(Standard, "max_window_days", 25)
    lists_at_once: bool = other_default(Standard, "lists_at_once", False)


class Toronto(GeoReportV2):
    """GeoReport v2 as Toronto speaks it."""

    has_discovery = False  # none is known
    gives_notes = False
    options_class = Options

    discovery = Dialect.discovery

    def __init__(self, connection: Connection) -> None:
        super().__init__(replace(connection, jurisdiction_id=connection.jurisdiction_id or JURISDICTION))

    def finish_request(self, request: RequestStatus) -> RequestStatus:
        """Its `status_notes` are fixed phrases, "In progress - The request has been scheduled.", whose first word is
        the real state; in 2012 `status` was null, and they were all there was."""
        word = request.status_notes.partition(" - ")[0].strip()
        if not request.status_word:
            request = replace(request, status=status_of(word)[0], status_word=word, status_known=bool(word))
        request = with_stage(request, word)
        return request if _ADDRESS.fullmatch(request.address) else replace(request, address="")
