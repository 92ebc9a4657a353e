"""Boston, San Francisco, San Diego, Newport News, Brookline, Grand Rapids: the addendum as it is written."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, Final

from reports.dialects.errors import Refused, Unreadable
from reports.dialects.georeport_v2 import GeoReportV2, Options
from reports.dialects.georeport_v2.line import Line
from reports.dialects.georeport_v2.listing import Query, list_requests
from reports.dialects.georeport_v2.matching import named
from reports.dialects.messages import Completeness, Filing, Found, RequestStatus, RequestStatuses, Window
from reports.dialects.spot.options import SpotOptions

# Boston's codes of forms (`input.Litter`). What is filed with one is stored under the code of its case type, so no
# request is ever found by it, and its definition is a 404.
FORM_CODES: Final = "input."
SEARCH_CALLS: Final = 2  # a city that does not know the parameter lists everything
ZONES: Final = timedelta(days=1)  # Boston's dates are off by its distance from UTC


class Spot(GeoReportV2):
    """Connected Bits "Spot": tokens, notes, photos, pages, and a text search."""

    options_class: ClassVar[type[Options]] = SpotOptions

    def service_requests_by_query(
        self, window: Window, service_codes: Collection[str] = (), status: Collection[str] = ()
    ) -> RequestStatuses:
        """As GeoReport v2 does; codes of forms cannot be asked for, so an answer without them proves nothing."""
        codes = [code for code in service_codes if code]
        stored = [code for code in codes if not code.startswith(FORM_CODES)]
        if codes and not stored:
            return RequestStatuses((), Completeness.UNKNOWN)
        answer = super().service_requests_by_query(window, stored, status)
        return answer if len(stored) == len(codes) else replace(answer, completeness=Completeness.UNKNOWN)

    def find(self, filing: Filing, window: Window) -> Found:
        """Search the city's texts for our reference, which is a call or two; then look through the list as usual. A row
        with its token alone counts here, unlike elsewhere: with the token the filing is had again."""
        if self.options.ids_only:
            options = {**self.connection.options, "ids_only": False}
            return type(self)(replace(self.connection, options=options)).find(filing, window)
        same = self._by_reference(filing, window)
        if same:
            return Found(same, by_reference=True)
        if filing.service_code.startswith(FORM_CODES):
            filing = replace(filing, service_code="")
        return super().find(filing, window)

    def _by_reference(self, filing: Filing, window: Window) -> tuple[RequestStatus, ...]:
        if not (self.options.search_parameter and filing.reference):
            return ()
        line = Line(self.connection, replace(self.options, max_calls=SEARCH_CALLS), self.read_requests)
        around = Window(window.start - ZONES, window.end + ZONES)
        try:
            answer = list_requests(line, Query(around, text=filing.reference))
        except (Refused, Unreadable):  # a city that cannot be searched
            return ()
        return named(filing, answer.rows)
