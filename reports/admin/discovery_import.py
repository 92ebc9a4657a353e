"""Endpoints from a discovery document: read, shown to a person, stored as they were ticked, and switched off."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.admin.endpoint_actions import plain
from reports.delivery import discovery
from reports.dialects.errors import DialectError
from reports.models import Endpoint, Jurisdiction

URL_MOST = 500


def page(modeladmin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """GET asks for the address. POST reads the document and shows what it lists; with `take`, stores what was ticked.

    The document is read again for that, so that nothing is stored which it does not say. 404 for a body that is not
    there, 403 without the permission to add endpoints.
    """
    body: Jurisdiction | None = modeladmin.get_object(request, unquote(object_id))
    if not modeladmin.has_view_permission(request, body) or not request.user.has_perm("reports.add_endpoint"):
        raise PermissionDenied
    if body is None:
        return HttpResponseRedirect(reverse("admin:reports_jurisdiction_changelist"))
    url = request.POST.get("url", _known_address(body)).strip()[:URL_MOST]
    context: dict[str, Any] = {"url": url, "body": body}
    if request.method == "POST":
        context |= _read(url, body)
        if "take" in request.POST and "proposals" in context:
            done = _take(modeladmin, request, body, context)
            if done:
                return HttpResponseRedirect(reverse("admin:reports_jurisdiction_change", args=[body.pk]))
    shared = modeladmin.admin_site.each_context(request)
    title = _("Import from a discovery document")
    context |= {**shared, "title": title, "opts": modeladmin.model._meta}
    return TemplateResponse(request, "admin/import_discovery.html", context)


def _known_address(body: Jurisdiction) -> str:
    known = Endpoint.objects.filter(jurisdiction=body).exclude(discovery_url="").first()
    return known.discovery_url if known else ""


def _read(url: str, body: Jurisdiction) -> dict[str, Any]:
    if not url:
        return {"error": _("Enter the address of the discovery document.")}
    try:
        found = discovery.read_discovery(url, body)
    except DialectError as error:
        return {"error": _("There is no discovery document to be had there. %(error)s") % {"error": plain(error)}}
    if not found:
        return {"error": _("The document lists no endpoint.")}
    return {"proposals": found}


def _take(modeladmin: Any, request: HttpRequest, body: Jurisdiction, context: dict[str, Any]) -> bool:
    """Store what was ticked; False where the page has to come back, with the reason in `context`."""
    keys = set(request.POST.getlist("take_key"))
    chosen = [each for each in context["proposals"] if each.key in keys and each.exists is None]
    context["taken"] = keys
    if not chosen:
        context["error"] = _("Tick at least one endpoint that the body has not yet.")
        return False
    try:
        with transaction.atomic():
            made = discovery.create(body, chosen)
            for endpoint in made:
                modeladmin.log_change(request, body, f"Endpoint added from a discovery document: {endpoint.base_url}")
    except ValidationError as error:
        context["error"] = _("Nothing was stored: %(reasons)s") % {"reasons": " ".join(error.messages)}
        return False
    said = ngettext(
        "%(count)d endpoint added. It is switched off: enter its key and options, test it, then switch it on.",
        "%(count)d endpoints added. They are switched off: enter keys and options, test them, then switch them on.",
        len(made),
    )
    messages.success(request, said % {"count": len(made)})
    return True
