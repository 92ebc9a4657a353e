"""What lets the site be installed and opened without a connection: manifest, service worker, the page it keeps.

A report that is begun without a connection stays on the device (`static/js/kept_store.js`) until the person finishes
it. Nothing here receives it: finishing is the ordinary flow.
"""

import hashlib
import json
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from reports.templatetags.stylesheets import stylesheets

FILES: Final = (
    "vendor/atkinson-hyperlegible-next-5.3.0/atkinson-hyperlegible-next-en-es.woff2",
    "img/favicon.svg",
    "img/icons.svg",
    "js/site.js",
    "js/kept_store.js",
    "js/offline.js",
    "js/kept_reports.js",
)
ICONS: Final = (
    {"src": "img/icon-192.png", "sizes": "192x192", "type": "image/png"},
    {"src": "img/icon-512.png", "sizes": "512x512", "type": "image/png"},
    {"src": "img/icon-maskable-512.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    {"src": "img/favicon.svg", "sizes": "any", "type": "image/svg+xml"},
)
# `--page` and `--surface` of static/css/tokens.css; a manifest knows one theme, the pages' own `theme-color` both.
PAGE_COLOUR: Final = "#fbfaf8"
THEME_COLOUR: Final = "#ffffff"


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """The manifest in the language of its address. Each language is an app of its own, so that visiting a page in the
    other one does not change what somebody has installed."""
    start = reverse("home")
    document = {
        "id": start,
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "description": gettext("Report a problem to whoever answers for the place, and see what becomes of it."),
        "lang": get_language(),
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "background_color": PAGE_COLOUR,
        "theme_color": THEME_COLOUR,
        "icons": [icon | {"src": static(icon["src"])} for icon in ICONS],
        "shortcuts": [
            {"name": gettext("Report a problem"), "url": reverse("report:start")},
            {"name": gettext("Find a report by its number"), "url": reverse("service_requests:find")},
            {"name": gettext("Note a problem without a connection"), "url": reverse("offline")},
        ],
    }
    return HttpResponse(json.dumps(document, ensure_ascii=False), content_type="application/manifest+json")


@require_safe
@conditional_page
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, or with SERVICE_WORKER off one that takes itself away. Always asked for anew."""
    if settings.SERVICE_WORKER:
        script = render_to_string("shell/worker.js", {"shell": json.dumps(shell(request))})
    else:
        script = render_to_string("shell/farewell.js")
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = "/"
    patch_cache_control(response, no_cache=True)
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page on which a problem is noted on the device. It is the same for everybody, since devices keep it."""
    response = render(request, "shell/offline.html", _limits())
    patch_cache_control(response, no_cache=True)
    return response


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the worker keeps: `files` (paths of static files), `pages` (`under`: the start of the addresses that `page`
    stands in for), and a `version` that is another one as soon as any of it would be."""
    pages, texts = [], []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            pages.append({"under": reverse("home"), "page": reverse("offline")})
            texts.append(render_to_string("shell/offline.html", {**_limits(), "site_name": settings.SITE_NAME}))
    files = [static(name) for name in [*(sheet for sheet, _medium in stylesheets()), *FILES]]
    said = json.dumps([files, pages, texts, settings.SITE_CONTACT])
    return {"version": hashlib.sha256(said.encode()).hexdigest()[:12], "files": files, "pages": pages}


def _limits() -> dict[str, int]:
    return {"most": settings.PHOTOS_MAX, "most_bytes": settings.PHOTO_MAX_BYTES}
