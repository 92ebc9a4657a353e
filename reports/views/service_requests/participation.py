"""What people can add to a report from its page without an account: that it is still there, and that they follow it.

The forms post to `views/taking_part.py`.
"""

from typing import Any

from django.http import HttpRequest

from reports.forms.participation import EmailForm
from reports.models import ConfirmationKind, ServiceRequest
from reports.participation import following, sightings
from reports.views import protection, signed_in

Kind = ConfirmationKind


def page_context(service_request: ServiceRequest, request: HttpRequest) -> dict[str, Any]:
    """What `service_requests/participate.html` shows on the report's own page, under the one name `participation`."""
    address = signed_in.address_of(request)
    seen = sightings.seen(service_request)
    return {
        "participation": {
            "people": seen.people,
            "last_at": seen.last_at,
            "may_be_seen": sightings.is_open(service_request),
            "may_be_followed": following.may_be_followed(service_request),
            "address": address,
            "follow_key": protection.form_key(purpose(Kind.FOLLOW, service_request)),
            "sighting_key": protection.form_key(purpose(Kind.SIGHTING, service_request)),
            "follow_form": EmailForm(auto_id="id_follow_%s"),
            "sighting_form": EmailForm(auto_id="id_sighting_%s"),
            "honeypot": protection.HONEYPOT,
        }
    }


def purpose(kind: ConfirmationKind, service_request: ServiceRequest) -> str:
    """What a form key is for: this way of taking part in this report."""
    return f"{kind.value}.{service_request.reference}"
