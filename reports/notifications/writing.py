"""One mail from its templates: subject, text and HTML, with what the shell round all of them says."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string


def write(
    name: str, context: Mapping[str, Any], to: str, headers: Mapping[str, str] | None = None
) -> EmailMultiAlternatives:
    """The mail `name` in the language and time zone that are active.

    Reads `emails/<name>-subject.txt`, `-body-text.txt` and `-body-html.html`; the two bodies extend `emails/base.txt`
    and `emails/base.html`, which show `headline` as the heading and, where the context has it, `unsubscribe` as the
    link that ends these mails. With that come the headers by which mail programs offer the same (RFC 8058).
    """
    whole = frame() | dict(context)
    subject = " ".join(render_to_string(f"emails/{name}-subject.txt", whole).split())
    whole["subject"] = subject
    text = render_to_string(f"emails/{name}-body-text.txt", whole)
    mail = EmailMultiAlternatives(subject, text, to=[to], reply_to=reply_to())
    mail.attach_alternative(render_to_string(f"emails/{name}-body-html.html", whole), "text/html")
    # Machines that answer for people are asked not to: RFC 3834, and Exchange, which reads only its own word. `All`
    # there would keep bounces back too.
    mail.extra_headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"} | dict(
        headers or {}
    )
    if unsubscribe := context.get("unsubscribe"):
        mail.extra_headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        mail.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return mail


def frame() -> dict[str, Any]:
    """What the shell shows of the site."""
    answers = reply_to()
    return {
        "site_name": settings.SITE_NAME,
        "site_contact": settings.SITE_CONTACT,
        "reply_to": answers[0] if answers else "",
    }


def reply_to() -> list[str]:
    """Where answers to our mails go: to the site's contact, where that is an address and no page."""
    try:
        validate_email(settings.SITE_CONTACT)
    except ValidationError:
        return []
    return [settings.SITE_CONTACT]
