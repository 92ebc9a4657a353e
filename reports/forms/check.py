"""The last page before sending: every answer as a line that can be read and changed, and who will read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reports.delivery import disclosures
from reports.models import PlaceMeant, Service


@dataclass(frozen=True, slots=True)
class Line:
    """One answer: what was asked, what was answered, and the page that changes it. An empty `value` was left out.

    `public` says whether everybody will read it, `by_body` whether the question is in the body's own words. `language`
    is that of an answer which was chosen rather than written; empty where it is the person's own.
    """

    label: str
    value: str
    page: str
    public: bool = True
    by_body: bool = False
    language: str = ""


def summary(answers: Mapping[str, Any], service: Service, photos: int) -> list[Line]:
    """Every answer of a finished draft, in the order of the pages."""
    return [
        *_place(answers["location"]),
        Line(_("Problem"), service.shown_name, "service", language=service.language_of("service_name")),
        *_attributes(answers["attributes"], service),
        Line(_("Photos"), str(photos) if photos else "", "media"),
        *_contact(answers["contact"], service),
    ]


def _place(location: Mapping[str, Any]) -> list[Line]:
    """Address and point; of a place that was said in words alone the words, as nobody chose its point."""
    address = location.get("address_string", "")
    point = "" if location.get("place_meant") == PlaceMeant.WORDS else f"{location['lat']}, {location['long']}"
    lines = [Line(_("Place"), "\n".join(filter(None, (address, point))), "place")]
    if location.get("place_detail"):
        lines.append(Line(_("Landmark, or which side"), location["place_detail"], "place"))
    return lines


def _attributes(given: Mapping[str, Any], service: Service) -> list[Line]:
    listed = {row["code"] for row in service.definition if row.get("values")}
    language = service.endpoint.jurisdiction.language
    lines = [
        Line(
            row["description"] or row["code"],
            ", ".join(value["name"] for value in row["values"]),
            "attributes",
            public=not row.get("private"),
            by_body=True,
            language=language if row["code"] in listed else "",
        )
        for row in given.get("attributes", [])
    ]
    return [*lines, Line(_("Description"), given.get("description", ""), "attributes")]


def _contact(given: Mapping[str, Any], service: Service) -> list[Line]:
    name = " ".join(part for part in (given.get("first_name"), given.get("last_name")) if part)
    details = [detail for detail in (name, given.get("email"), given.get("phone")) if detail]
    lines = [Line(_("Your details"), "\n".join(details), "contact", public=False)]
    if details:
        lines.append(Line(_("Who gets your details"), _passed_on(given, service), "contact", public=False))
    if given.get("email"):
        told = _("Yes") if given.get("tell_me") else _("No")
        lines.append(Line(_("News by e-mail"), told, "contact", public=False))
    return lines


def _passed_on(given: Mapping[str, Any], service: Service) -> str:
    """To whom, and what of the details: a body's system may have a place for some of them only."""
    body = {"body": service.endpoint.jurisdiction.name}
    if not given.get("pass_on"):
        return _("Not passed on to %(body)s") % body
    filled = [field for field in disclosures.NAMES if given.get(field)]
    sent = [field for field in filled if field in disclosures.sent_to(service.endpoint)]
    if not sent:
        return _("Not passed on: the system of %(body)s has no place for them") % body
    if sent == filled:
        return _("Passed on to %(body)s") % body
    return _("Passed on to %(body)s: %(details)s") % {**body, "details": disclosures.named(sent)}
