"""Drafts that have come so far, and their pages."""

from typing import Any

from reports.links import draft_key
from reports.models import Draft, Service
from tests.factories import LAT, LONG
from tests.resident import Resident

PLACE = {"lat": LAT, "long": LONG, "address_string": "12 Main Street", "place_meant": "point", "place_detail": ""}


def begun(service: Service | None = None, **answers: Any) -> Draft:
    """A draft with its place, and every later page answered that is named."""
    given = {"location": PLACE}
    if service is not None:
        given["service"] = {"service": service.pk, "definition_hash": service.definition_hash}
    return Draft.objects.create(answers=given | answers)


def finished(service: Service) -> Draft:
    """A draft with all but the last button pressed."""
    return begun(
        service, attributes={"description": "Deep.", "attributes": []}, media={"seen": True}, contact={"email": ""}
    )


def url(draft: Draft, page: str) -> str:
    """The address of a page of the draft."""
    return f"/report/{draft_key(draft)}/{page}/"


def open_page(draft: Draft, page: str) -> Resident:
    """A resident who opens that page."""
    return Resident().open(url(draft, page))


def errors(resident: Resident) -> list[str]:
    """What the error summary says."""
    return [" ".join(link.text_content().split()) for link in resident.page.xpath("//*[@data-error-summary]//li")]
