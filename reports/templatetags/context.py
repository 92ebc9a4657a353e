"""What every page may know of the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Template context: the site's name and contact address, whether its settings place the maps, whether the browser
    was told to save data (`civic.compression` names that header in Vary), and whether there is a service worker."""
    return {
        "site_name": settings.SITE_NAME,
        "site_contact": settings.SITE_CONTACT,
        "map_placed": settings.MAP_PLACED,
        "saves_data": request.headers.get("Save-Data", "").lower() == "on",
        "service_worker": settings.SERVICE_WORKER,
    }
