"""Mails with a link, asked for by somebody without an account."""

from typing import Any

from reports.models import Confirmation, ConfirmationKind
from tests.factories import make_service_request


def ask(**fields: Any) -> Confirmation:
    """A mail owed to somebody who wants to follow a report."""
    fields.setdefault("kind", ConfirmationKind.FOLLOW)
    fields.setdefault("email", "rosa@example.org")
    if not {"service_request", "mirrored", "watch"} & fields.keys():
        fields["service_request"] = make_service_request()
    return Confirmation.objects.create(**fields)
