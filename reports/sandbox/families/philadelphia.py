"""Philadelphia: one request at a time, by its number. Source: DIALECTS section 20 and 24."""

from typing import Any

from reports.sandbox.cities import City
from reports.sandbox.georeport_v2 import GeoReportV2
from reports.sandbox.refusals import CityError
from reports.sandbox.state import StoredRequest
from reports.sandbox.wire import Answer, Request

CITIES = (
    City(
        key="philadelphia",
        name="City of Philadelphia",
        base="philadelphia/open311/v2",
        jurisdiction_id="phila.gov",
        speaks="philadelphia",
        time_zone="America/New_York",
        jurisdiction="ignored",
        formats=("json",),
        id_form="{serial:08d}",
        first_serial=14_300_100,
        api_keys=("philadelphia-key",),
        contact="Philly311. Dial 311 or 215-686-8686.",
        changeset="2026-02-11T16:20:00-05:00",
    ),
)


class Philadelphia(GeoReportV2):
    """Answers for Philadelphia. There is no list: a date or any other filter is refused, and a bare one not found."""

    def requests(self, request: Request, format_: str) -> Answer:
        asked = [name for name in request.query if name not in ("api_key", "jurisdiction_id")]
        if asked:
            raise CityError(400, f"Not supported: {', '.join(asked)}")
        raise CityError(404, "No such resource: requests")

    def row(self, stored: StoredRequest, request: Request) -> dict[str, Any]:
        """Every third comes without an address, though it was filed with one."""
        shown = super().row(stored, request)
        if stored.serial % 3 == 0:
            del shown["address"]
        return shown
