"""Jurisdictions and their endpoints."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reports.admin import endpoint_actions, option_fields
from reports.admin.endpoint_form import EndpointForm, form_for
from reports.admin.generic import ModelAdmin
from reports.admin.jurisdiction_form import JurisdictionForm
from reports.models import Endpoint, Jurisdiction

HTTPS: dict[Any, dict[str, Any]] = {models.URLField: {"assume_scheme": "https"}}


PROTECTED_SHOWN = 20


class SaysWhatProtects:
    """Mixin: a deletion that other rows stand against names them, and not a permission that nobody has."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, dict[str, int], set[str], list[Any]]:
        """Django's answer, the permissions left out where rows protect, and not ten thousand of those."""
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)  # type: ignore[misc]  # a mixin: the class beside it has it
        more = len(protected) - PROTECTED_SHOWN
        if more > 0:
            protected = [*protected[:PROTECTED_SHOWN], _("and %(count)d more") % {"count": more}]
        return deleted, counts, set() if protected else lacking, protected


@admin.register(Jurisdiction)
class JurisdictionAdmin(SaysWhatProtects, ModelAdmin[Jurisdiction]):
    """Bodies, with a map to draw where each answers."""

    form = JurisdictionForm
    formfield_overrides = HTTPS
    list_display = ("name", "active", "area_shown", "endpoint_count", "time_zone", "jurisdiction_id")
    list_filter = ("active", ("boundary", admin.EmptyFieldListFilter))
    search_fields = ("name", "slug", "jurisdiction_id")
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    readonly_fields = ("area_shown", "created_at", "updated_at")
    list_per_page = 50
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("name", "slug", "jurisdiction_id", "active")}),
        (_("Where it answers"), {
            "fields": ("boundary", "boundary_file", "remove_boundary", "boundary_source", "area_shown"),
        }),
        (_("For residents"), {"fields": ("phone", "website", "emergency_text", "languages", "time_zone")}),
        (_("Record"), {"fields": ("created_at", "updated_at"), "classes": ("collapse",)}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Jurisdiction]:
        """Lists leave the boundaries out: a page of them is megabytes."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        if match and (match.url_name or "").endswith("_change"):
            return rows
        return rows.defer("boundary").annotate(endpoint_number=Count("endpoints")).order_by("name")

    @admin.display(description=_("area"), ordering="area")
    def area_shown(self, jurisdiction: Jurisdiction) -> str:
        """Square kilometres, or that there is none."""
        return f"{jurisdiction.area:,.1f} km²" if jurisdiction.area else str(_("no boundary"))

    @admin.display(description=_("endpoints"), ordering="endpoint_number")
    def endpoint_count(self, jurisdiction: Jurisdiction) -> int:
        """How many systems are known of it."""
        return int(getattr(jurisdiction, "endpoint_number", 0))

    def save_model(self, request: HttpRequest, obj: Jurisdiction, form: Any, change: bool) -> None:
        """Save, and say what was put right in the boundary."""
        super().save_model(request, obj, form, change)
        if form.repairs:
            messages.info(request, _("The boundary was put right: %(repairs)s.") % {"repairs": "; ".join(form.repairs)})
        if not obj.boundary:
            messages.warning(request, _("“%(name)s” has no boundary, so it answers nowhere.") % {"name": obj.name})


@admin.register(Endpoint)
class EndpointAdmin(SaysWhatProtects, ModelAdmin[Endpoint]):
    """Systems of bodies: where they are, how they speak, whether they answer."""

    form = EndpointForm
    formfield_overrides = HTTPS
    list_display = ("__str__", "dialect", "environment", "active", "last_success_at", "last_failure_at")
    list_filter = ("active", "environment", "dialect")
    search_fields = ("jurisdiction__name", "label", "base_url")
    autocomplete_fields = ("jurisdiction",)
    readonly_fields = ("services_synced_at", "last_success_at", "last_failure_at", "last_failure", "changeset")
    actions = (
        endpoint_actions.test_endpoint,
        endpoint_actions.fetch_services,
        endpoint_actions.pause,
        endpoint_actions.resume,
    )
    list_per_page = 50
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("jurisdiction", "label", "dialect", "environment", "active")}),
        (_("How it is reached"), {"fields": ("base_url", "discovery_url", "api_key", "remove_api_key")}),
        (_("Its data"), {"fields": ("licence", "attribution")}),
        (_("Health"), {
            "fields": ("services_synced_at", "last_success_at", "last_failure_at", "last_failure", "changeset"),
        }),
    )  # fmt: skip

    def get_form(
        self, request: HttpRequest, obj: Endpoint | None = None, change: bool = False, **kwargs: Any
    ) -> type[Any]:
        """The form of the endpoint's dialect."""
        kwargs["form"] = form_for(obj.dialect if obj else "")
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Endpoint | None = None) -> list[Any]:
        """With the options of its dialect, which are known once the dialect is."""
        fieldsets = list(super().get_fieldsets(request, obj))
        about: tuple[str, ...]
        if obj is None:
            about, words = (), str(_("Save with a dialect first: what it can be told of this body comes then."))
        elif self.has_change_permission(request, obj):
            about = tuple(option_fields.fields_for(obj.dialect))
            words = str(_("Leave alone what the body does as usual."))
        else:
            about, words = ("options",), ""
        fieldsets.insert(2, (_("Where it departs from its dialect"), {"fields": about, "description": words}))
        return fieldsets

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        """With the bodies' names, without their boundaries."""
        return super().get_queryset(request).select_related("jurisdiction").defer("jurisdiction__boundary")
