"""SeeClickFix APIv2 for organisations: the same resources below one account, for its members alone.

Sources: dev.seeclickfix.com, recommendations; its pages on organisations stood there for a time and were taken back
(content/v2/organizations.md in the repository's history). How a filing names the resident was never published.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from reports.dialects.answers import judge
from reports.dialects.base import Connection, Message
from reports.dialects.errors import NotFound, Unreadable
from reports.dialects.formats.coerce import identifier
from reports.dialects.formats.document import Document
from reports.dialects.messages import DiscoveredEndpoint, Discovery, Filing, ServiceDefinition
from reports.dialects.options import build, option, parameter_name
from reports.dialects.seeclickfix_v2 import Options as V2Options
from reports.dialects.seeclickfix_v2 import SeeClickFixV2
from reports.dialects.seeclickfix_v2.area import Area
from reports.http import Response

SPECIFICATION = "SeeClickFix APIv2 for Organizations"


@dataclass(frozen=True, slots=True)
class Options(V2Options):
    """Those of API v2, and how a filing names the resident."""

    on_behalf_field: str = option(
        "reporter_email",
        parameter_name,
        "Name of the field that holds the resident's e-mail address, where it may be passed on; empty: never sent.",
    )


class SeeClickFixOrganizations(SeeClickFixV2):
    """An organisation's own API: the key on every call, private requests and internal comments marked as such."""

    has_discovery = True
    keeps_private = True
    lists_need_area = False
    options_class = Options
    options: Options

    @classmethod
    def contact_sent(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ("email",) if build(cls.options_class, options).on_behalf_field else ()

    def __init__(self, connection: Connection) -> None:
        """Raises `ConfigurationError` where the endpoint's options are not those of this dialect."""
        super().__init__(connection)
        self.line = replace(self.line, key_on_reads=True)
        # …/api/v2/organizations/77/ is below …/api/v2/.
        self.above = replace(self.line, base_url=urljoin(self.line.base_url, "../../"))

    def discovery(self) -> Discovery:
        """Ask which organisations the key's owner is a member of: the one answer that proves the key, because a
        profile is answered with HTTP 200 whether it is good or not."""
        answer = self.above.get("discovery", "organizations")
        return _read_organizations(answer.document, f"{self.above.base_url}organizations/")

    def service_definition(self, service_code: str) -> ServiceDefinition:
        """Fetch a request type's questions: below the organisation, and where it is not found there, among the rest of
        API v2, to which the addresses of a report form may lead."""
        try:
            return super().service_definition(service_code)
        except NotFound:
            return self.definition_from(self.above, service_code)

    def filing_fields(self, filing: Filing) -> list[tuple[str, str]]:
        name = self.options.on_behalf_field
        named = [(name, filing.email)] if name and filing.email else []
        return [*super().filing_fields(filing), *named]

    def replay(self, operation: str, answer: Response) -> tuple[Message, ...]:
        if operation != "discovery":
            return super().replay(operation, answer)
        judged = judge(operation, answer, writing=False, redact=self.connection.client.redact)
        return (_read_organizations(judged.document, f"{self.above.base_url}organizations/"),)

    def area(self) -> Area:
        """An organisation's list needs no area; one that is given is kept to."""
        found = super().area()
        return found if found.given else Area(everywhere=True)


def _read_organizations(document: Document, base_url: str) -> Discovery:
    """The caller's organisations, each as an endpoint; `Unreadable` where the answer is no list of them."""
    rows = document.data
    if not isinstance(rows, list) or not all(isinstance(row, dict) and identifier(row.get("id")) for row in rows):
        raise Unreadable("The answer is not a list of organisations.", operation="discovery")
    urls = (f"{base_url}{identifier(row.get('id'))}" for row in rows)
    endpoints = (DiscoveredEndpoint(SPECIFICATION, url, "production", "", ("application/json",)) for url in urls)
    return Discovery(changeset="", contact="", key_service="", endpoints=tuple(endpoints))
