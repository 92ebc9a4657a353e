"""A discovery document read for a person to confirm: which endpoints it lists, and which of them are known already.

Sources: GeoReport v2, service discovery; what is odd about real ones is read by the dialect (Rostock's document is not
well-formed, Gießen's list was an object, FixMyStreet wraps it once more).
"""

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from reports.dialects import detect, registry
from reports.dialects.base import Connection
from reports.dialects.messages import DiscoveredEndpoint, Discovery
from reports.http import Client
from reports.models import Endpoint, Environment, Jurisdiction

STANDARD: Final = "georeport_v2"  # the key of the dialect that discovery documents are part of
FINAL: Final = re.compile(r"georeport_?v2/?$", re.IGNORECASE)
DRAFT: Final = re.compile(r"georeport_?v2\.\d+(_?draft)?/?$", re.IGNORECASE)  # Washington DC lists both
FORMATS: Final = {"text/xml": "xml", "application/xml": "xml", "application/json": "json", "text/json": "json"}
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Proposal:
    """One endpoint that a document lists. `ticked` is what we would take of it; `why` says in plain words why not.

    `exists` is the id of the endpoint of this body that has the same address and environment already.
    """

    specification: str
    url: str
    environment: str
    dialect: str
    changeset: str
    discovery_url: str
    options: dict[str, Any] = field(default_factory=dict)
    ticked: bool = True
    why: str = ""
    exists: int | None = None

    @property
    def key(self) -> str:
        """Names it on a page, the same when the document is read again."""
        return f"{self.environment} {self.specification} {self.url}"

    def as_dict(self) -> dict[str, Any]:
        """Its fields by name."""
        return dataclasses.asdict(self)


def read_discovery(url: str, jurisdiction: Jurisdiction | None = None) -> list[Proposal]:
    """The endpoints that the document at this address lists; those that `jurisdiction` has already say so.

    DialectError where there is no such document there, or where the address is not one of the public internet.
    """
    connection = Connection(base_url=url, discovery_url=url, client=Client("discovery"))
    return proposals(registry.open_dialect(STANDARD, connection).discovery(), url, jurisdiction)


def proposals(document: Discovery, url: str, jurisdiction: Jurisdiction | None = None) -> list[Proposal]:
    """The same for a document that was read already."""
    known = _known(jurisdiction) if jurisdiction is not None else {}
    found: list[Proposal] = []
    for listed in document.endpoints[:MOST]:
        proposal = _proposal(listed, document, url, known)
        if proposal.key not in {each.key for each in found}:
            found.append(proposal)
    return _once(found)


def create(jurisdiction: Jurisdiction, chosen: Iterable[Proposal]) -> list[Endpoint]:
    """Endpoints from these proposals, not in use until somebody switches them on. What exists is left alone.

    ValidationError where one of them cannot work; then none is made.
    """
    with transaction.atomic():
        Jurisdiction.objects.select_for_update().only("pk").get(pk=jurisdiction.pk)  # two people may take them at once
        known = _known(jurisdiction)
        new = [each for each in chosen if (_address(each.url), each.environment) not in known]
        return _created(jurisdiction, new)


def _created(jurisdiction: Jurisdiction, chosen: Iterable[Proposal]) -> list[Endpoint]:
    endpoints = []
    for proposal in chosen:
        if why := _unusable(proposal.url):
            raise ValidationError(why)
        endpoint = Endpoint(
            jurisdiction=jurisdiction,
            dialect=proposal.dialect,
            environment=proposal.environment,
            base_url=proposal.url,
            discovery_url=proposal.discovery_url,
            options=proposal.options,
            active=False,
        )
        endpoint.full_clean()
        endpoints.append(endpoint)
    for endpoint in endpoints:
        endpoint.save()
    return endpoints


def _proposal(listed: DiscoveredEndpoint, document: Discovery, url: str, known: dict[tuple[str, str], int]) -> Proposal:
    environment = Environment.LIVE if listed.type == "production" else Environment.TEST
    formats = list(dict.fromkeys(FORMATS[each.lower()] for each in listed.formats if each.lower() in FORMATS))
    exists = known.get((_address(listed.url), environment))
    dialect = _dialect(listed.url)
    options = {"formats": formats} if formats and formats != ["xml", "json"] else {}
    if registry.get(dialect).check_options(options):
        options = {}
    why = _why_not(listed) or (_("This body has it already.") if exists else "")
    return Proposal(
        specification=listed.specification,
        url=listed.url,
        environment=environment.value,
        dialect=dialect,
        changeset=listed.changeset or document.changeset,
        discovery_url=url,
        options=options,
        ticked=not why,
        why=why,
        exists=exists,
    )


def _known(jurisdiction: Jurisdiction) -> dict[tuple[str, str], int]:
    """Address and environment of the endpoints that a body has -> their ids."""
    own = Endpoint.objects.filter(jurisdiction=jurisdiction)
    return {(_address(endpoint.base_url), endpoint.environment): endpoint.pk for endpoint in own}


def _unusable(url: str) -> str:
    """Why an address that a stranger's document names must not become an endpoint's; empty where it may."""
    try:
        Endpoint._meta.get_field("base_url").clean(url, None)
    except ValidationError as error:
        return " ".join(error.messages)
    if not url.lower().startswith(("http://", "https://")):
        return _("The address has to begin with https:// or http://.")
    if "@" in urlsplit(url).netloc:
        return _("The address has a user name or password in it.")
    return ""


def _why_not(listed: DiscoveredEndpoint) -> str:
    if why := _unusable(listed.url):
        return why
    if DRAFT.search(listed.specification):
        return _("A draft of the standard. Take it only where the body asks for it.")
    if not FINAL.search(listed.specification):
        return _("Another specification than GeoReport v2.")
    return ""


def _once(found: list[Proposal]) -> list[Proposal]:
    """Of several with one address and environment only the first is ticked, and of two that differ in their encryption
    the one that has it."""
    taken: set[tuple[str, str]] = set()
    checked = []
    safe = {(_address(each.url).removeprefix("https:"), each.environment) for each in found if each.ticked}
    for each in found:
        place = (_address(each.url), each.environment)
        if each.ticked and place in taken:
            each = dataclasses.replace(each, ticked=False, why=_("The document lists this address twice."))
        if each.ticked and (place[0].removeprefix("http:"), each.environment) in safe:
            each = dataclasses.replace(each, ticked=False, why=_("The document lists it with encryption (https) too."))
        if each.ticked:
            taken.add(place)
        checked.append(each)
    return checked


def _address(url: str) -> str:
    return url.strip().rstrip("/").casefold()


def _dialect(url: str) -> str:
    """The dialect that the address is known for; the standard where it is known for none."""
    known = [each.key for each in detect.guess(url) if each.confidence >= detect.Confidence.LIKELY]
    return next((key for key in known if key in registry.TABLE), STANDARD)
