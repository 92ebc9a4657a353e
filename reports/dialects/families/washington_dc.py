"""Washington, DC: `app.311.dc.gov/CWI/Open311/v2`, XML only, dead by 2026; the feeds of its open data outlived it.

Sources: codeforamerica/node-open311 test/mocks/dc-services-S0301.xml and discovery-dc.xml.
"""

from dataclasses import dataclass, replace
from typing import Final

from reports.dialects.base import Connection, Dialect
from reports.dialects.feeds import FeedMixin, feed_address
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.georeport_v2 import Options as Standard
from reports.dialects.messages import ServiceDefinition
from reports.dialects.options import other_default

JURISDICTION: Final = "dc.gov"
# It says of every list that it is "optional", of required ones too, and of the others what the datatype says already.
EMPTY_WORDS: Final = frozenset({"optional list of values", "list of values", "character", "boolean type yes/no"})


@dataclass(frozen=True, slots=True)
class Options(Standard):
    """The standard's, in XML; and the address of a feed."""

    formats: tuple[str, ...] = other_default(Standard, "formats", ("xml",))
    feed_url: str = feed_address()


class WashingtonDC(FeedMixin, GeoReportV2):
    """GeoReport v2 as Washington, DC spoke it."""

    gives_tokens = False  # all 86 services were realtime
    gives_notes = False
    options_class = Options

    service_request_ids = Dialect.service_request_ids

    def __init__(self, connection: Connection) -> None:
        super().__init__(replace(connection, jurisdiction_id=connection.jurisdiction_id or JURISDICTION))

    def finish_definition(self, definition: ServiceDefinition) -> ServiceDefinition:
        definition = super().finish_definition(definition)
        attributes = (
            replace(each, datatype_description="") if each.datatype_description.lower() in EMPTY_WORDS else each
            for each in definition.attributes
        )
        return replace(definition, attributes=tuple(attributes))
