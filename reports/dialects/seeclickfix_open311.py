"""SeeClickFix's Open311: GeoReport v2 for one organisation, or for all of them by place.

Sources: dev.seeclickfix.com, recommendations; the endpoints in rOpenGov/r311 and the answers in codeforamerica/three.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from reports.dialects.base import Connection, Dialect
from reports.dialects.errors import Unsupported
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.georeport_v2 import Options as Standard
from reports.dialects.georeport_v2.line import Fields, Line
from reports.dialects.georeport_v2.listing import Query, list_requests
from reports.dialects.georeport_v2.matching import found_in
from reports.dialects.georeport_v2.write import degrees
from reports.dialects.messages import Filing, Found, Place, RequestStatuses, Service, Window
from reports.dialects.options import option, other_default, whole_number

_OF_AN_ORGANISATION = re.compile(r"/open311/v2/\d+/?\Z")


@dataclass(frozen=True, slots=True)
class Options(Standard):
    """The standard's, in JSON, in pages of 100; and which organisation is meant where the address does not say it."""

    formats: tuple[str, ...] = other_default(Standard, "formats", ("json", "xml"))
    send_jurisdiction_id: bool = other_default(Standard, "send_jurisdiction_id", False)
    page_parameter: str = other_default(Standard, "page_parameter", "page")
    page_size_parameters: tuple[str, ...] = other_default(Standard, "page_size_parameters", ("page_size", "per_page"))
    page_size: int = other_default(Standard, "page_size", 100)
    lists_at_once: bool = other_default(Standard, "lists_at_once", False)
    organization_id: int = option(
        0, whole_number(0, 2**31 - 1), "Number of the organisation to ask for at the aggregate address; 0: by place."
    )


class SeeClickFixOpen311(GeoReportV2):
    """GeoReport v2 as SeeClickFix speaks it: services at a point, numbers for ids, places as text."""

    services_depend_on_place = True
    gives_tokens = False  # realtime
    takes_words = False  # which services there are is decided by the point
    gives_notes = False
    options_class = Options
    options: Options

    service_request_ids = Dialect.service_request_ids

    def __init__(self, connection: Connection) -> None:
        """Raises `ConfigurationError` where the endpoint's options are not those of this dialect."""
        super().__init__(connection)
        self.line.list_fields = self._organisation()

    def _organisation(self) -> Fields:
        number = self.options.organization_id
        return [("organization_id", str(number))] if number else []

    @property
    def is_of_one_organisation(self) -> bool:
        """Whether what is listed is one organisation's; else it is everybody's who uses SeeClickFix."""
        return bool(self.options.organization_id or _OF_AN_ORGANISATION.search(self.line.base_url))

    def services(self, place: Place | None = None) -> tuple[Service, ...]:
        """Fetch the services, at a point where one is given. `Unsupported` without one where no organisation is
        named."""
        if place is None and not self.is_of_one_organisation:
            raise Unsupported("This address lists its services at a point only.", operation="services")
        point = [("lat", degrees(place.lat)), ("long", degrees(place.long))] if place else []
        return self.line.get("services", "services", [*self._organisation(), *point], self.read_services)

    def service_requests_by_query(
        self, window: Window, service_codes: Collection[str] = (), status: Collection[str] = ()
    ) -> RequestStatuses:
        """Fetch the requests made in a window of time. `Unsupported` where no organisation is named."""
        self._check_that_lists_are_of_somebody()
        return super().service_requests_by_query(window, service_codes, status)

    def service_requests_updated(self, window: Window) -> RequestStatuses:
        """Fetch the requests that changed in a window of time. `Unsupported` where no organisation is named."""
        self._check_that_lists_are_of_somebody()
        return super().service_requests_updated(window)

    def _check_that_lists_are_of_somebody(self) -> None:
        if not self.is_of_one_organisation:
            raise Unsupported(
                "This address lists the requests of everybody; the endpoint has to name an organisation.",
                operation="service_requests",
            )

    def find(self, filing: Filing, window: Window) -> Found:
        """Look for a filing: in the organisation's list, else in that around its point, which proves no absence."""
        if self.is_of_one_organisation:
            return super().find(filing, window)
        if filing.lat is None or filing.long is None:
            return Found()
        line = Line(self.connection, self.options, self.read_requests)
        line.list_fields = [("lat", degrees(filing.lat)), ("long", degrees(filing.long))]
        return found_in(filing, list_requests(line, Query(window)), lists_at_once=False)
