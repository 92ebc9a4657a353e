"""What every request is given before anything looks at it: an id, which its lines in the log carry."""

import re
import uuid
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

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
