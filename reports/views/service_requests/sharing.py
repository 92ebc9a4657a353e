"""How the page of a report is passed on: its address, a mail about it, and what other sites show of it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from reports.links import absolute
from reports.models import Media, ServiceRequest
from reports.templatetags.components import place


@dataclass(frozen=True, slots=True)
class Share:
    """What the block “share” needs. `card` is what other sites may show of it; None where it is not public."""

    address: str
    title: str
    mail: str
    card: "Card | None"


@dataclass(frozen=True, slots=True)
class Card:
    """Title, description and picture of a link, as Open Graph has them (ogp.me)."""

    title: str
    description: str
    image: str


def is_public(service_request: ServiceRequest) -> bool:
    """Whether anybody may see its words: not what is hidden, held, kept private by the body or taken away."""
    shown = not (service_request.hidden or service_request.private)
    return shown and service_request.held_at is None and service_request.taken_away_at is None


def share(service_request: ServiceRequest, photos: list[Media]) -> Share:
    """What is passed on of a report. `photos` are those that its page shows."""
    address = absolute(service_request.get_absolute_url())
    if not is_public(service_request):
        return Share(address, service_request.shown_name, _mail(service_request.shown_name, address), None)
    title = _("%(what)s, %(where)s") % {"what": service_request.shown_name, "where": place(service_request)}
    return Share(address, title, _mail(title, address), _card(service_request, title, photos))


def _card(service_request: ServiceRequest, title: str, photos: list[Media]) -> Card:
    status = service_request.shown_status.label
    said = _("%(status)s. Reported to %(body)s.") % {"status": status, "body": service_request.jurisdiction.name}
    words = Truncator(" ".join(service_request.description.split())).chars(200)
    image = absolute(reverse("photo", args=[photos[0].key])) if photos else ""
    return Card(title, f"{said} {words}".strip(), image)


def _mail(title: str, address: str) -> str:
    """A `mailto:` of RFC 6068: spaces as %20, which `+` is not."""
    return f"mailto:?{urlencode({'subject': title, 'body': address})}".replace("+", "%20")
