"""What others reported to bodies directly, as those publish it: read only, and never among our own reports."""

from typing import Any

from django import forms
from django.core.paginator import InvalidPage, Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from reports.delivery import mirror
from reports.forms.filters import BodyField
from reports.models import Endpoint, Jurisdiction, MirroredRequest
from reports.views.service_requests.listing import PAGE

# Each system is asked for one row of its own: a join would read all rows of all of them, and then sort out the doubles.
_MIRRORED = Exists(MirroredRequest.objects.filter(endpoint=OuterRef("pk")))


class MirrorForm(forms.Form):
    """Which body's records."""

    body = BodyField(
        Jurisdiction.objects.filter(
            Exists(Endpoint.objects.filter(_MIRRORED, jurisdiction=OuterRef("pk"))), active=True
        ).only("name", "slug"),
        label=gettext_lazy("Whose records"),
        required=False,
        to_field_name="slug",
        empty_label=gettext_lazy("Every body that publishes them"),
        error_messages={"invalid_choice": gettext_lazy("No body of that name publishes its requests here.")},
    )


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The mirrored requests, newest first, 25 a page, with the terms of each body's data. 404 for a page not there."""
    form = MirrorForm(request.GET)
    form.full_clean()
    body = form.cleaned_data.get("body")
    found = mirror.shown()
    sources = Endpoint.objects.filter(_MIRRORED).select_related("jurisdiction").defer("jurisdiction__boundary")
    if body:
        found, sources = found.filter(endpoint__jurisdiction=body), sources.filter(jurisdiction=body)
    try:
        page = Paginator(found, PAGE).page(request.GET.get("page", 1))
    except InvalidPage:
        why = _("This list has no page “%(page)s”.") % {"page": request.GET["page"][:20]}
        return render(request, "404.html", {"why": why}, status=404)
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "sources": [source for source in sources if source.licence or source.attribution],
        "query": urlencode({"body": body.slug}) if body else "",
    }
    return render(request, "service_requests/mirrored.html", context)
