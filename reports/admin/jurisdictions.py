"""Jurisdictions and their endpoints."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reports.admin import (
    catalogue_changes,
    discovery_import,
    endpoint_actions,
    endpoint_decisions,
    option_fields,
    push_key,
    traffic,
    traffic_words,
)
from reports.admin.endpoint_form import EndpointForm, form_for
from reports.admin.generic import ModelAdmin
from reports.admin.jurisdiction_form import JurisdictionForm
from reports.admin.read_only import NOTHING, pretty
from reports.delivery import mirror
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

    def get_urls(self) -> list[URLPattern]:
        """With the page that reads a discovery document."""
        page = self.admin_site.admin_view(self.import_discovery)
        name = "reports_jurisdiction_import_discovery"
        return [path("<path:object_id>/import-discovery/", page, name=name), *super().get_urls()]

    def import_discovery(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Endpoints from a discovery document."""
        return discovery_import.page(self, request, object_id)

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


def _with_mirror(title: Any, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The fieldset of what is known of its data with the switch of the mirror; any other one as it is."""
    fields = options["fields"]
    return title, {**options, "fields": (*fields, "mirror_requests", "mirror_days") if "licence" in fields else fields}


@admin.register(Endpoint)
class EndpointAdmin(SaysWhatProtects, ModelAdmin[Endpoint]):
    """Systems of bodies: where they are, how they speak, whether they answer."""

    form = EndpointForm
    formfield_overrides = HTTPS
    list_display = (
        "__str__", "active", "traffic_state", "unsent_shown", "environment", "dialect", "last_success_at",
        "last_failure_at",
    )  # fmt: skip
    list_filter = (traffic.TrafficFilter, "active", "environment", "dialect")
    search_fields = ("jurisdiction__name", "label", "base_url")
    autocomplete_fields = ("jurisdiction",)
    readonly_fields = (
        "services_synced_at", "last_success_at", "last_failure_at", "last_failure", "changeset", "latest_changes",
        "traffic_shown",
    )  # fmt: skip
    actions = (
        endpoint_actions.test_endpoint,
        endpoint_actions.fetch_services,
        endpoint_decisions.call_again,
        endpoint_decisions.send_again,
        endpoint_actions.pause,
        endpoint_actions.resume,
    )
    list_per_page = 50
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("jurisdiction", "label", "dialect", "environment", "active")}),
        (_("How it is reached"), {"fields": ("base_url", "discovery_url", "api_key", "remove_api_key")}),
        (_("How much at once"), {"fields": ("requests_per_minute", "max_concurrency", "traffic_shown")}),
        (_("Its data"), {"fields": ("licence", "attribution")}),
        (_("Health"), {
            "fields": ("services_synced_at", "last_success_at", "last_failure_at", "last_failure", "changeset"),
        }),
        (_("Last changes of its services"), {"fields": ("latest_changes",)}),
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        """With the page that makes the key for pushed updates."""
        page = self.admin_site.admin_view(self.push_key)
        return [path("<path:object_id>/push-key/", page, name="reports_endpoint_push_key"), *super().get_urls()]

    def push_key(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The key with which the body may send us updates."""
        return push_key.page(self, request, object_id)

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        """Save; what was mirrored goes as soon as nobody wants it mirrored."""
        super().save_model(request, obj, form, change)
        if "mirror_requests" in form.changed_data and not obj.mirror_requests:
            mirror.forget(obj)

    def get_form(
        self, request: HttpRequest, obj: Endpoint | None = None, change: bool = False, **kwargs: Any
    ) -> type[Any]:
        """The form of the endpoint's dialect."""
        kwargs["form"] = form_for(obj.dialect if obj else "")
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Endpoint | None = None) -> list[Any]:
        """With the options of its dialect, which are known once the dialect is."""
        fieldsets: list[Any] = list(super().get_fieldsets(request, obj))
        departing: dict[str, Any] = {
            "fields": (),
            "description": _("Save with a dialect first; its options come then."),
        }
        if obj is not None and self.has_change_permission(request, obj):
            departing = {
                "fields": tuple(option_fields.fields_for(obj.dialect)),
                "description": _("Leave alone what the body does as usual for its dialect."),
                "classes": ("collapse",),
            }
        elif obj is not None:
            departing = {"fields": ("options_shown",)}
        names = ", ".join(obj.options) if obj else ""
        title = f"{_('Where it departs from its dialect')}{': ' if names else ''}{names}"
        fieldsets.insert(2, (title, departing))
        if obj is not None and mirror.can_be_listed(obj):
            return [_with_mirror(*each) for each in fieldsets]
        return fieldsets

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        """With the bodies' names, without their boundaries."""
        rows = super().get_queryset(request).select_related("jurisdiction").defer("jurisdiction__boundary")
        return traffic_words.with_unsent(rows)

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        """Whoever decides about submissions."""
        return request.user.has_perm("reports.change_submission")

    @admin.display(description=_("traffic"), ordering="traffic__trouble_since")
    def traffic_state(self, endpoint: Endpoint) -> str:
        """Whether it is called now."""
        return traffic_words.state(getattr(endpoint, "traffic", None))

    @admin.display(description=_("not sent yet"), ordering="unsent")
    def unsent_shown(self, endpoint: Endpoint) -> str:
        """How many reports wait to be sent there, and how long."""
        return traffic_words.unsent(endpoint)

    @admin.display(description=_("traffic"))
    def traffic_shown(self, endpoint: Endpoint) -> SafeString | str:
        """Whether it is called, how much, and what waits."""
        return traffic_words.table(endpoint) if endpoint.pk else NOTHING

    @admin.display(description=_("options"))
    def options_shown(self, endpoint: Endpoint) -> SafeString | str:
        """For those who may only look: without what may be a key."""
        return pretty(option_fields.for_onlookers(endpoint.options))

    @admin.display(description=_("what changed, and what it touches"))
    def latest_changes(self, endpoint: Endpoint) -> SafeString | str:
        """What the hourly sync found, newest first."""
        return catalogue_changes.latest(endpoint)
