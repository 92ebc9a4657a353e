"""All public reports, narrowed by the filters in the address, as a file."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.forms.filters import FilterForm
from reports.views.feeds.answers import feed_response
from reports.views.feeds.headers import refused


@require_safe
def feed(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The file of that ending; `feed_response` says what is answered. A filter that cannot be understood is a 400: a
    program that took the rest for what it asked for would be misled."""
    form = FilterForm(request.GET)
    if not form.is_valid():
        lines = (f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items())
        return refused(400, "\n".join(lines))
    asked = form.asked()
    page_url = reverse("service_requests:list") + (f"?{urlencode(asked)}" if asked else "")
    return feed_response(request, kind, form.wanted(), form.words() or _("All reports"), page_url, asked)
