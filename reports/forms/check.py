"""The last page before sending: every answer as a line that can be read and changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reports.models import Service


@dataclass(frozen=True, slots=True)
class Line:
    """One answer: what was asked, what was answered, and the page that changes it. An empty `value` was left out."""

    label: str
    value: str
    page: str


def summary(answers: Mapping[str, Any], service: Service, photos: int) -> list[Line]:
    """Every answer of a finished draft, in the order of the pages."""
    return [
        *_place(answers["location"]),
        Line(_("Problem"), service.shown_name, "service"),
        *_attributes(answers["attributes"]),
        Line(_("Photos"), str(photos) if photos else "", "media"),
        *_contact(answers["contact"], service),
    ]


def _place(location: Mapping[str, Any]) -> list[Line]:
    point = f"{location['lat']}, {location['long']}"
    address = location.get("address_string", "")
    lines = [Line(_("Place"), f"{address}\n{point}" if address else point, "place")]
    if location.get("place_detail"):
        lines.append(Line(_("Landmark, or which side"), location["place_detail"], "place"))
    return lines


def _attributes(given: Mapping[str, Any]) -> list[Line]:
    lines = [
        Line(row["description"] or row["code"], ", ".join(value["name"] for value in row["values"]), "attributes")
        for row in given.get("attributes", [])
    ]
    return [*lines, Line(_("Description"), given.get("description", ""), "attributes")]


def _contact(given: Mapping[str, Any], service: Service) -> list[Line]:
    name = " ".join(part for part in (given.get("first_name"), given.get("last_name")) if part)
    details = [detail for detail in (name, given.get("email"), given.get("phone")) if detail]
    body = service.endpoint.jurisdiction.name
    lines = [Line(_("Your details"), "\n".join(details), "contact")]
    if details:
        passed = _("Passed on to %(body)s") if given.get("pass_on") else _("Not passed on to %(body)s")
        lines.append(Line(_("Who gets your details"), passed % {"body": body}, "contact"))
    if given.get("email"):
        lines.append(Line(_("News by e-mail"), _("Yes") if given.get("tell_me") else _("No"), "contact"))
    return lines
