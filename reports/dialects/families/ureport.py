"""uReport: Bloomington IN, Peoria IL, Columbus IN.

Source: City-of-Bloomington/uReport crm/src/Application/Controllers/Open311Controller.php (2026).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from reports.dialects.base import Dialect
from reports.dialects.errors import KeyRejected
from reports.dialects.formats.coerce import media_urls
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.georeport_v2 import Options as Standard
from reports.dialects.georeport_v2.line import Fields
from reports.dialects.georeport_v2.write import upload
from reports.dialects.messages import Filing, Receipt, ServiceDefinition
from reports.dialects.options import other_default
from reports.http import Upload

PHOTO_LOST: Final = "The photo was not taken over by this body."


@dataclass(frozen=True, slots=True)
class Options(Standard):
    """The standard's, with uReport's pages; one id at a time, no filter by status, and lists without private ones."""

    formats: tuple[str, ...] = other_default(Standard, "formats", ("json", "xml"))
    id_list: bool = other_default(Standard, "id_list", False)
    page_parameter: str = other_default(Standard, "page_parameter", "page")
    page_size_parameters: tuple[str, ...] = other_default(Standard, "page_size_parameters", ("page_size",))
    page_size: int = other_default(Standard, "page_size", 1000)
    updated_filter: bool = other_default(Standard, "updated_filter", True)
    follow_by_window: bool = other_default(Standard, "follow_by_window", True)
    lists_at_once: bool = other_default(Standard, "lists_at_once", False)  # some categories are in no public list
    ignored_filters: tuple[str, ...] = other_default(Standard, "ignored_filters", ("status", "service_code_list"))


class UReport(GeoReportV2):
    """GeoReport v2 as uReport speaks it."""

    gives_tokens = False  # answers a filing with the whole row
    takes_photos = "UPLOAD"
    gives_notes = False
    options_class = Options

    service_request_ids = Dialect.service_request_ids

    def service_definition(self, service_code: str) -> ServiceDefinition:
        """It answers 403 for a service to which the public may not post: there is one, and it takes no filings."""
        try:
            return super().service_definition(service_code)
        except KeyRejected as error:
            if error.status_code != 403:
                raise
            return ServiceDefinition(service_code, (), active=False)

    def write_fields(self, filing: Filing) -> Fields:
        fields = super().write_fields(filing)
        return [pair for pair in fields if pair[0] != "media_url"] if filing.photos else fields

    def write_files(self, filing: Filing) -> Sequence[Upload]:
        return [upload("media", photo) for photo in filing.photos[: self.photo_limit]]

    def post_service_request(self, filing: Filing) -> Receipt:
        """File. A photo that it could not store is dropped without a word, so the row that it answers with is looked
        at, and where it names no picture the receipt's notice says so."""
        receipt = super().post_service_request(filing)
        if filing.photos and receipt.raw and not media_urls((receipt.raw.get("media_url"),), self.line.base_url):
            receipt = replace(receipt, service_notice=" ".join(filter(None, (receipt.service_notice, PHOTO_LOST))))
        return receipt
