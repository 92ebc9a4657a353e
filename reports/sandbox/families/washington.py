"""Washington, DC: XML only, and feeds of all requests beside the interface.

Source: DIALECTS section 7. The feeds are those of the city's data catalogue ("src_current"), with its column names.
"""

from typing import Any

from reports.sandbox.cities import City
from reports.sandbox.families import washington_feeds
from reports.sandbox.georeport_v2 import MIME, GeoReportV2
from reports.sandbox.wire import Answer, Request

CITIES = (
    City(
        key="washington",
        name="District of Columbia",
        base="washington/CWI/Open311/v2",
        jurisdiction_id="dc.gov",
        speaks="washington_dc",
        time_zone="America/New_York",
        jurisdiction="required",
        formats=("xml",),
        id_form="{year:02d}-{serial:08d}",
        first_serial=262_900,
        api_keys=("washington-key",),
        contact="DC 311. Dial 311 or 202-737-4404.",
        changeset="2026-02-17T07:45:00-05:00",
    ),
)
DRAFT = "http://wiki.open311.org/GeoReport_v2.1_Draft"


class Washington(GeoReportV2):
    """Answers for the District of Columbia."""

    def below(self, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        """The path's case varies from document to document, and the server does not mind."""
        if segments[:2] == ("washington", "feeds"):
            return segments[1:]
        parts = self.city.base.split("/")
        known = [own if own.casefold() == given.casefold() else given for own, given in zip(parts, segments)]  # noqa: B905  # a path may be shorter or longer than the base
        return super().below((*known, *segments[len(parts) :]))

    def operation(self, method: str, rest: tuple[str, ...]) -> str:
        return "feed" if rest[:1] == ("feeds",) else super().operation(method, rest)

    def formats_of(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """Discovery too is in XML alone, against the standard."""
        return self.city.formats

    def answer(self, request: Request, rest: tuple[str, ...], *, key_revoked: bool = False) -> Answer:
        if rest[:1] == ("feeds",):
            return washington_feeds.feed(self.city, self.store, request, "/".join(rest[1:]))
        return super().answer(request, rest, key_revoked=key_revoked)

    def discovery(self, request: Request) -> dict[str, Any]:
        """Lists the draft of v2.1 too, which has a base without a version."""
        found = super().discovery(request)
        draft = {
            "specification": DRAFT,
            "url": f"{request.origin}/washington/cwi/Open311",
            "changeset": self.city.changeset,
            "type": "test",
            "formats": [MIME["xml"]],
        }
        return found | {"endpoints": [*found["endpoints"], draft]}
