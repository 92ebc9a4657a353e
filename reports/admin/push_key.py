"""The page where a volunteer makes the key with which a body may send us updates. It is shown once and not kept."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from reports.delivery import push_keys
from reports.links import absolute
from reports.models import Endpoint


def page(modeladmin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """GET says what the key is for. POST makes one, in place of the one before, and shows it in its answer alone; with
    `remove`, it removes the one there is. Back to the list for an endpoint that is not there; 403 without the
    permission to change endpoints."""
    endpoint: Endpoint | None = modeladmin.get_object(request, unquote(object_id))
    if not modeladmin.has_change_permission(request, endpoint):
        raise PermissionDenied
    if endpoint is None:
        return HttpResponseRedirect(reverse("admin:reports_endpoint_changelist"))
    key = ""
    if request.method == "POST" and "remove" in request.POST:
        push_keys.remove(endpoint)
        modeladmin.log_change(request, endpoint, _("Key for updates removed."))
        messages.success(request, _("The key is removed. Updates that are sent with it are refused."))
        return HttpResponseRedirect(reverse("admin:reports_endpoint_change", args=[endpoint.pk]))
    if request.method == "POST" and "make" in request.POST:
        key = push_keys.make(endpoint)
        modeladmin.log_change(request, endpoint, _("Key for updates made."))
    context: dict[str, Any] = {
        **modeladmin.admin_site.each_context(request),
        "title": _("Key with which this body may send us updates"),
        "opts": modeladmin.model._meta,
        "endpoint": endpoint,
        "key": key,
        "has_key": bool(endpoint.push_key_digest),
        "address": absolute(reverse("open311:updates-xml")).removesuffix(".xml"),
    }
    return TemplateResponse(request, "admin/push_key.html", context, headers={"Cache-Control": "no-store"})
