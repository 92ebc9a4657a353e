"""Libre311 (Unity Foundation): read and followed. Its POST is guarded by a reCAPTCHA that only its own page can solve.

Source: UnityFoundation-io/Libre311 app/src/main/java/app/RootController.java and its DTOs.
"""

import html
from dataclasses import dataclass, replace

from reports.dialects.base import Dialect
from reports.dialects.errors import Unsupported
from reports.dialects.formats.document import Document
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.georeport_v2 import Options as Standard
from reports.dialects.georeport_v2.read import RequestRows
from reports.dialects.messages import Filing, Receipt, RequestStatus, Service
from reports.dialects.options import other_default


@dataclass(frozen=True, slots=True)
class Options(Standard):
    """The standard's, with Micronaut's pages, which begin at 0."""

    formats: tuple[str, ...] = other_default(Standard, "formats", ("json", "xml"))
    id_list: bool = other_default(Standard, "id_list", False)
    page_parameter: str = other_default(Standard, "page_parameter", "page")
    page_size_parameters: tuple[str, ...] = other_default(Standard, "page_size_parameters", ("size",))
    first_page: int = other_default(Standard, "first_page", 0)


class Libre311(GeoReportV2):
    """GeoReport v2 as Libre311 speaks it."""

    files = False
    gives_tokens = False
    takes_words = False  # lat and long may not be blank
    takes_photos = "NO"
    photo_limit = 0
    gives_notes = False
    searchable = False
    options_class = Options

    service_request_ids = Dialect.service_request_ids
    find = Dialect.find

    def post_service_request(self, filing: Filing) -> Receipt:
        raise Unsupported("this body takes filings from its own page only", operation="post_service_request")

    def read_requests(self, document: Document) -> RequestRows:
        """Its XML is escaped twice (`&amp;lt;`), its JSON is not."""
        answer = super().read_requests(document)
        return replace(answer, rows=tuple(map(_unescaped, answer.rows))) if document.root else answer

    def read_services(self, document: Document) -> tuple[Service, ...]:
        """The descriptions of its services are escaped in the same way."""
        services = super().read_services(document)
        if not document.root:
            return services
        return tuple(replace(each, description=html.unescape(each.description)) for each in services)


def _unescaped(request: RequestStatus) -> RequestStatus:
    return replace(
        request,
        description=html.unescape(request.description),
        status_notes=html.unescape(request.status_notes),
        service_name=html.unescape(request.service_name),
        address=html.unescape(request.address),
    )
