"""A stored request made into what a dialect is handed."""

from reports.dialects.messages import Answer, Datatype, Filing
from reports.media import media_url
from reports.models import Contact, ServiceRequest


def filing_for(service_request: ServiceRequest) -> Filing:
    """Build the filing; contact details only where the resident agreed to pass them on."""
    contact = _consented(service_request)
    return Filing(
        reference=service_request.reference,
        service_code=service_request.service_code,
        description=described(service_request),
        requested_datetime=service_request.requested_datetime,
        lat=service_request.lat,
        long=service_request.long,
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
        media_urls=tuple(media_url(photo) for photo in service_request.media.all()),
    )


def private_texts(service_request: ServiceRequest) -> list[str]:
    """What no log, reason or stored exchange may show, whoever quotes it: private answers and contact details."""
    private = [answer for answer in service_request.attributes if answer.get("private")]
    texts = [value["key"] for answer in private for value in answer["values"]]
    contact = _consented(service_request)
    if contact:
        texts += [contact.email, contact.phone, contact.first_name, contact.last_name]
    return [text for text in texts if len(text) > 1]


def described(service_request: ServiceRequest) -> str:
    """The resident's words, then our reference, by which a lost answer can be found again in the city's list.

    GeoReport v2 allows 4000 characters, some endpoints fewer; where the reference would not fit, the resident's
    words go alone.
    """
    longest = int(service_request.endpoint.options.get("description_max", 4000))
    tail = f"[{service_request.reference}]"
    text = service_request.description.strip()
    whole = f"{text}\n\n{tail}" if text else tail
    return whole if len(whole) <= longest else text


def _address(service_request: ServiceRequest) -> str:
    """The address and its detail; the coordinates where there is neither, as some cities refuse a filing without."""
    parts = [part for part in (service_request.address_string, service_request.place_detail) if part]
    return " – ".join(parts) or f"{service_request.lat:.6f}, {service_request.long:.6f}"


def _consented(service_request: ServiceRequest) -> Contact | None:
    contact: Contact | None = getattr(service_request, "contact", None)
    return contact if contact and contact.pass_on else None
