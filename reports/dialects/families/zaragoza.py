"""Zaragoza: `www.zaragoza.es/api/recurso/open311`, to be read only.

Source: MarioNaya/zaragoza-observatorio docs/spikes/S0.3 and S2.3 (measured in September 2026).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from reports.dialects.base import Dialect
from reports.dialects.errors import Unsupported
from reports.dialects.formats.document import Document
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.georeport_v2 import Options as Standard
from reports.dialects.georeport_v2.listing import Query
from reports.dialects.georeport_v2.read import RequestRows
from reports.dialects.messages import Filing, Receipt, RequestStatuses, Window
from reports.dialects.options import other_default

APART: Final = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Options(Standard):
    """The standard's, with rows and start; windows below the three months at which it cuts without a word."""

    formats: tuple[str, ...] = other_default(Standard, "formats", ("json", "xml"))
    id_list: bool = other_default(Standard, "id_list", False)
    page_parameter: str = other_default(Standard, "page_parameter", "start")
    page_counts: str = other_default(Standard, "page_counts", "rows")
    page_size_parameters: tuple[str, ...] = other_default(Standard, "page_size_parameters", ("rows",))
    page_size: int = other_default(Standard, "page_size", 1000)
    max_window_days: int = other_default(Standard, "max_window_days", 85)
    zone_correction: str = other_default(Standard, "zone_correction", "local_minus_offset_twice")


class Zaragoza(GeoReportV2):
    """GeoReport v2 as Zaragoza speaks it. A filing needs an account and a signature by a secret whose recipe is not
    public, so none is sent."""

    files = False
    has_discovery = False  # none is known
    gives_tokens = False
    takes_words = False
    takes_photos = "NO"
    photo_limit = 0
    gives_notes = False
    searchable = False
    options_class = Options

    discovery = Dialect.discovery
    service_request_ids = Dialect.service_request_ids
    find = Dialect.find

    def read_requests(self, document: Document) -> RequestRows:
        """An empty list is an object, `{"totalCount":0,"start":0,"rows":0}`, and is one all the same."""
        answer = super().read_requests(document)
        empty = isinstance(document.data, dict) and "totalCount" in document.data
        return replace(answer, listed=answer.listed or empty)

    def service_requests_by_query(
        self, window: Window, service_codes: Collection[str] = (), status: Collection[str] = ()
    ) -> RequestStatuses:
        """Ask for a little more on both sides: whether its filter goes by the true times or by those shown is not
        known, and they are up to two hours apart."""
        wide = Window(window.start - APART, window.end + APART)
        answer = super().service_requests_by_query(wide, service_codes, status)
        return replace(answer, rows=tuple(row for row in answer.rows if Query(window).matches(row, window)))

    def post_service_request(self, filing: Filing) -> Receipt:
        raise Unsupported("this body takes signed filings only", operation="post_service_request")
