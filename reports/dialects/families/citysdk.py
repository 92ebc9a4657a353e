"""CitySDK's participation profile: Helsinki, Tampere, and 6Aika's Espoo, Turku, Oulu, Lappeenranta.

Sources: dev.hel.fi (Issue Reporting API), 6aika/issue-reporting, Tampere/open311.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from reports.dialects.base import Dialect
from reports.dialects.families.stages import with_stage
from reports.dialects.formats.coerce import words
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.georeport_v2 import Options as Standard
from reports.dialects.georeport_v2.line import Fields
from reports.dialects.georeport_v2.words import status_of
from reports.dialects.georeport_v2.write import upload
from reports.dialects.messages import Filing, Place, RequestStatus, Service
from reports.dialects.options import one_of, option, other_default
from reports.http import Upload

WORKS: Final = "PUBLIC_WORKS"  # words of `detailed_status` that begin so tell of works beside the request
LOCALES: Final = ("", "fi", "fi_FI", "sv", "sv_SE", "en", "en_GB")


@dataclass(frozen=True, slots=True)
class Options(Standard):
    """The standard's, with Helsinki's limits and its moderation before anything is listed."""

    formats: tuple[str, ...] = other_default(Standard, "formats", ("json", "xml"))
    extensions: bool = other_default(Standard, "extensions", True)
    updated_filter: bool = other_default(Standard, "updated_filter", True)
    max_rows: int = other_default(Standard, "max_rows", 200)
    lists_at_once: bool = other_default(Standard, "lists_at_once", False)
    description_min: int = other_default(Standard, "description_min", 10)
    description_max: int = other_default(Standard, "description_max", 5000)
    locale: str = option(
        "", one_of(*LOCALES), "Language in which the service list is asked for; empty: the city's own."
    )
    upload_field: str = option(
        "media[]",
        one_of("media[]", "media", "media0"),
        "Form field of the photos: media[] (Helsinki), media, or media0, media1 and so on (Espoo).",
    )


class CitySDK(GeoReportV2):
    """GeoReport v2 with CitySDK's additions."""

    gives_tokens = False  # all services are realtime
    takes_photos = "UPLOAD"
    photo_limit = 5
    gives_notes = False
    options_class = Options
    options: Options

    service_request_ids = Dialect.service_request_ids

    def services(self, place: Place | None = None) -> tuple[Service, ...]:
        """Fetch the service list, in the language of the option `locale`: codes stay, names are translated."""
        params = [("locale", self.options.locale)]
        return self.line.get("services", "services", params, self.read_services, conditional=True)

    def write_fields(self, filing: Filing) -> Fields:
        """The standard's form. The title is the service's name: it stands beside the text there, which stays whole."""
        fields = super().write_fields(filing)
        fields = [pair for pair in fields if pair[0] != "media_url"] if filing.photos else fields
        return [*fields, ("title", filing.service_name)] if filing.service_name.strip() else fields

    def write_files(self, filing: Filing) -> Sequence[Upload]:
        field, photos = self.options.upload_field, filing.photos[: self.photo_limit]
        numbered = field == "media0"
        return [upload(f"media{place}" if numbered else field, photo) for place, photo in enumerate(photos)]

    def finish_request(self, request: RequestStatus) -> RequestStatus:
        """`detailed_status` is a set with commas; the last of its words that is not about public works tells the
        stage. Of the tasks and the log, which name officials, nothing is taken."""
        extended = request.raw.get("extended_attributes")
        detailed = words(extended.get("detailed_status")) if isinstance(extended, dict) else ()
        own = [each for each in detailed if not each.upper().startswith(WORKS)]
        if own and not request.status_word:
            request = replace(request, status=status_of(own[-1])[0], status_word=own[-1], status_known=True)
        return with_stage(request, own[-1] if own else "")
