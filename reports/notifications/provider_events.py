"""What a mail provider tells of our mails at a webhook: bounces and complaints stop further mail.

django-anymail knows how each provider writes and signs its events, and checks the secret that ANYMAIL names; so the
address in an event is believed. Nothing is sent through it: mails leave by SMTP, whoever's server that is.
"""

import logging
from typing import Any, Final

from django.urls import URLPattern, URLResolver, include, path

from reports.models import StopReason
from reports.notifications import refusals, stops
from reports.notifications.refusals import About

log = logging.getLogger(__name__)

NO_MORE: Final = frozenset({"complained", "unsubscribed"})
FAILED: Final = frozenset({"bounced", "rejected"})
FOR_GOOD: Final = frozenset({"invalid", "bounced"})  # reasons of a failure; the others are a full queue, policy or spam
SAID_NO: Final = frozenset({"spam", "unsubscribed"})  # why the provider did not even try


def patterns() -> list[URLPattern | URLResolver]:
    """The webhooks' addresses, with somebody to listen to what arrives there."""
    from anymail.signals import tracking

    tracking.connect(hear, dispatch_uid="reports.notifications.provider_events")
    return [path("mail-events/", include("anymail.urls"))]


def hear(sender: Any, event: Any, **kwargs: Any) -> None:
    """Stop the address of an event that says so. Opening, clicking and delivery are nobody's business here."""
    address, kind, reason = event.recipient, event.event_type, event.reject_reason
    if not address:
        return
    words = str(event.mta_response or event.description or "")
    if refusals.has_code(words) and refusals.about("", words) is About.OURS:
        return  # also where a provider calls it a complaint: a server's word on our mail, and no person's
    if kind in NO_MORE or (kind == "rejected" and reason in SAID_NO):
        stops.stop(address, StopReason.COMPLAINED, words)
    elif kind in FAILED and reason in FOR_GOOD and _is_about_the_address(words):
        stops.stop(address, StopReason.BOUNCED, words)
    else:
        return
    log.info("a mail provider says that an address %s", kind)


def _is_about_the_address(words: str) -> bool:
    """Whether the server's words, where the provider passes on any with a code in them, leave it at that."""
    return not refusals.has_code(words) or refusals.about("", words) is About.ADDRESS
