"""Philadelphia: `api.phila.gov/open311/v2`, asked for one number after the other, with long pauses.

Source: client programs that probe ids and sleep 30 seconds between calls: it limits without saying.
"""

from collections.abc import Collection
from dataclasses import dataclass

from reports.dialects.base import Dialect
from reports.dialects.errors import Unsupported
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.georeport_v2 import Options as Standard
from reports.dialects.messages import RequestStatuses, Window
from reports.dialects.options import other_default


@dataclass(frozen=True, slots=True)
class Options(Standard):
    """The standard's, for few calls: a round asks for three requests and leaves the others to the next."""

    formats: tuple[str, ...] = other_default(Standard, "formats", ("json", "xml"))
    id_list: bool = other_default(Standard, "id_list", False)
    single_calls: int = other_default(Standard, "single_calls", 3)


class Philadelphia(GeoReportV2):
    """GeoReport v2 as Philadelphia speaks it: whether its lists can be relied on is not known, so none is asked for."""

    has_discovery = False  # none is known
    gives_tokens = False  # its clients get an id
    takes_words = False  # none of its clients files without a point
    follows_by_window = False
    searchable = False
    gives_notes = False
    options_class = Options

    discovery = Dialect.discovery
    service_request_ids = Dialect.service_request_ids
    service_requests_updated = Dialect.service_requests_updated
    find = Dialect.find

    def service_requests_by_query(
        self, window: Window, service_codes: Collection[str] = (), status: Collection[str] = ()
    ) -> RequestStatuses:
        raise Unsupported("this body's lists are not relied on", operation="service_requests_by_query")
