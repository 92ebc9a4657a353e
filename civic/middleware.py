"""What every request is given before anything looks at it: an id, which its lines in the log carry."""

import re
import uuid
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import add_never_cache_headers

from reports import log_context

HEADER: Final = "X-Request-ID"
FOR_MONITORS: Final = frozenset({"/healthz", "/metrics"})
_FIT: Final = re.compile(r"[\w.-]{8,64}", re.ASCII)


class RequestContext:
    """Takes the id that a proxy of ours (TRUSTED_PROXIES) gave the request, or makes one; the answer carries it too.

    Monitors and load balancers call a process by its address, which is no ALLOWED_HOST. Their two pages name no host,
    so for them it counts as ours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, its id bound."""
        given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
        name = given if _FIT.fullmatch(given) else uuid.uuid4().hex[:16]
        if request.path_info in FOR_MONITORS:
            request.META["HTTP_HOST"] = urlsplit(settings.SITE_URL).netloc
        with log_context.bind(request=name):
            response = self.get_response(request)
        response.headers[HEADER] = name
        return response


class PersonalPages:
    """Keeps what was made with a look at somebody's session out of every cache, where the view has not said so itself:
    allauth says it of sign-in alone, and its other pages show addresses and recovery codes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        response = self.get_response(request)
        if request.session.accessed and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
