"""A stored request made into what a dialect is handed."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import translation
from django.utils.translation import ngettext

from reports.delivery import pictures
from reports.dialects import registry
from reports.dialects.messages import Answer, Attribute, AttributeValue, Datatype, Filing, Question
from reports.links import absolute, reply_key, reply_link
from reports.media import media_url
from reports.models import Contact, ServiceRequest, Submission


def filing_for(service_request: ServiceRequest, submission: Submission | None = None) -> Filing:
    """Build the filing; contact details only where the resident agreed to pass them on to this very body.

    With its `submission` it has the link by which the body may answer. The photos themselves are read only where the
    dialect, or an option of the endpoint, sends them. ConfigurationError for an endpoint without a dialect.
    """
    contact = _consented(service_request, submission)
    prefetch_related_objects([service_request], "media")  # they are asked for more than once
    photos = list(service_request.media.all())
    return Filing(
        reference=service_request.reference,
        service_code=service_codes(service_request)[-1],
        description=described(service_request),
        requested_datetime=service_request.requested_datetime,
        lat=None if service_request.in_words else service_request.lat,
        long=None if service_request.in_words else service_request.long,
        address_string=_address(service_request),
        address_id=service_request.address_id,
        answers=tuple(
            Answer(
                code=answer["code"],
                datatype=Datatype(answer["datatype"]),
                values=tuple(value["key"] for value in answer["values"]),
            )
            for answer in service_request.attributes
        ),
        email=contact.email if contact else "",
        first_name=contact.first_name if contact else "",
        last_name=contact.last_name if contact else "",
        phone=contact.phone if contact else "",
        media_urls=tuple(media_url(photo) for photo in photos),
        photos=tuple(pictures.read(photos[: _photos_sent(service_request)])),
        service_name=service_request.service_name,
        questions=tuple(_question(answer) for answer in service_request.attributes),
        automated=_automated(service_request),
        locale=service_request.locale,
        url=_page_of(service_request),
        reply_url=_reply_page(submission) if submission else "",
    )


def _page_of(service_request: ServiceRequest) -> str:
    with translation.override(service_request.jurisdiction.site_language):
        return absolute(service_request.get_absolute_url())


def _reply_page(submission: Submission) -> str:
    with translation.override(submission.request.jurisdiction.site_language):
        return reply_link(submission)


def private_texts(service_request: ServiceRequest, submission: Submission | None = None) -> list[str]:
    """What no log, reason or stored exchange may show, whoever quotes it: private answers, in keys and in words,
    contact details, and the key by which the body may answer."""
    private = [answer for answer in service_request.attributes if answer.get("private")]
    texts = [text for answer in private for value in answer["values"] for text in (value["key"], value.get("name", ""))]
    texts += [reply_key(submission)] if submission else []
    contact: Contact | None = getattr(service_request, "contact", None)
    if contact:
        whole_name = f"{contact.first_name} {contact.last_name}".strip()  # "Bo Li" is removed where "Bo" is too short
        texts += [contact.email, contact.phone, whole_name, contact.first_name, contact.last_name]
    return list(dict.fromkeys(form for text in texts for form in _forms(text) if len(form) > 1))


def service_codes(service_request: ServiceRequest) -> tuple[str, ...]:
    """The code under which it was filed here, then the one that the body has given the same service since, if any.

    The last is the one to send: whatever is sent, sent again or looked up has to name a service that the body knows.
    """
    filed, service = service_request.service_code, service_request.service
    recoded = service is not None and filed in service.former_codes
    return (filed, service.service_code) if service is not None and recoded else (filed,)


def _forms(text: str) -> Iterator[str]:
    """How a text may stand in what is kept: whole, in one line, line by line as a letter indents it, and in JSON."""
    for form in (text, " ".join(text.split()), *map(str.strip, text.splitlines())):
        yield from (form, json.dumps(form)[1:-1])


def described(service_request: ServiceRequest) -> str:
    """The resident's words, then where more photos are, then our reference, by which a lost answer can be found again
    in the city's list.

    GeoReport v2 allows 4000 characters, some endpoints fewer; where not all of it would fit, the reference goes before
    the photos, and at last the resident's words go alone; also where it goes in a field of its own (`reference_in`).
    """
    options = service_request.endpoint.options
    longest = int(options.get("description_max", 4000))
    text = service_request.description.strip()
    elsewhere = bool(text) and options.get("reference_in", "description") != "description"
    tail = "" if elsewhere else f"[{service_request.reference}]"
    for parts in ((text, _more_photos(service_request), tail), (text, tail)):
        whole = "\n\n".join(filter(None, parts))
        if len(whole) <= longest:
            return whole
    return text


def _more_photos(service_request: ServiceRequest) -> str:
    """A line on where the photos are that the body's system does not take, of which it is sent the first ones: on the
    public page, or where there is none because the request is hidden, at their own addresses."""
    left = list(service_request.media.all())[_photos_taken(service_request) :]
    if not left:
        return ""
    hidden = service_request.hidden or service_request.held_at is not None
    where = [media_url(photo) for photo in left] if hidden else [_page_of(service_request)]
    with translation.override(service_request.jurisdiction.site_language):
        words = ngettext("%(count)d more photo: %(where)s", "%(count)d more photos: %(where)s", len(left))
        return words % {"count": len(left), "where": " ".join(where)}


def _photos_taken(service_request: ServiceRequest) -> int:
    """How many photos the body's system takes, as addresses or as bytes."""
    dialect = registry.get(service_request.endpoint.dialect)
    return 0 if dialect.takes_photos == "NO" else dialect.photo_limit


def _photos_sent(service_request: ServiceRequest) -> int:
    """How many photos go along as bytes."""
    endpoint = service_request.endpoint
    dialect = registry.get(endpoint.dialect)
    if dialect.takes_photos == "UPLOAD":
        return dialect.photo_limit
    return int(endpoint.options.get("attach_photos", 0))


def _automated(service_request: ServiceRequest) -> tuple[Attribute, ...]:
    """The service's attributes that nobody was asked, for the dialect to fill."""
    service = service_request.service
    return tuple(
        Attribute(
            code=row["code"],
            variable=row["variable"],
            datatype=Datatype(row["datatype"]),
            required=row["required"],
            values=tuple(AttributeValue(value["key"], value["name"]) for value in row["values"]),
            automated=row["automated"],
        )
        for row in (service.definition if service else [])
        if row.get("automated")
    )


def _question(answer: dict[str, Any]) -> Question:
    words = tuple(value.get("name") or value["key"] for value in answer["values"])
    return Question(answer["code"], answer.get("description", ""), words)


def _address(service_request: ServiceRequest) -> str:
    """The address and its detail; the coordinates where there is neither, as some cities refuse a filing without.

    A place in words alone always has words, and its coordinates, which stand for a whole area, are told nobody.
    """
    parts = [part for part in (service_request.address_string, service_request.place_detail) if part]
    if service_request.in_words:
        return " – ".join(parts) or service_request.jurisdiction.name
    return " – ".join(parts) or f"{service_request.lat:.6f}, {service_request.long:.6f}"


def _consented(service_request: ServiceRequest, submission: Submission | None) -> Contact | None:
    """The contact, if its owner agreed to this body: consent to one is none to another to which the report is moved."""
    contact: Contact | None = getattr(service_request, "contact", None)
    to = submission.endpoint_id if submission else service_request.endpoint_id
    return contact if contact and contact.agreed_for(to) else None
