"""What happens with what people give, in plain words and with this site's own numbers."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.links import CONFIRMATION_LIFE
from reports.models.people import DRAFT_LIFE
from reports.notifications.digests import ENDED_KEPT


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The page. It promises what `delivery/retention.py`, `delivery/taken_away.py`, `notifications/digests.py`,
    `notifications/stops.py` and `participation/account_end.py` keep."""
    context = {
        "contact_days": settings.CONTACT_DAYS,
        "contact_days_open": settings.CONTACT_DAYS_OPEN,
        "draft_days": DRAFT_LIFE.days,
        "confirm_days": CONFIRMATION_LIFE.days,
        "watch_days": ENDED_KEPT.days,
        "map_origin": urlsplit(settings.TILES_URL).hostname or "",
    }
    return render(request, "privacy.html", context)
