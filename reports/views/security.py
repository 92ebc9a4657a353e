"""`/.well-known/security.txt` (RFC 9116): where somebody who found a weakness tells the people who run this site."""

from datetime import UTC, timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from reports import clock
from reports.links import absolute

GOOD_FOR: Final = timedelta(days=180)  # RFC 9116, 2.5.5: less than a year ahead


@require_safe
@cache_control(public=True, max_age=24 * 3600)
def security_txt(request: HttpRequest) -> HttpResponse:
    """The file, in the order of the RFC's example; 404 while SECURITY_CONTACT names nobody."""
    if not settings.SECURITY_CONTACT:
        return HttpResponse("This site names no contact for security reports.\n", "text/plain; charset=utf-8", 404)
    expires = (clock.now() + GOOD_FOR).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        *(f"Contact: {address}" for address in settings.SECURITY_CONTACT),
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {absolute(reverse('security_txt'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", "text/plain; charset=utf-8")
