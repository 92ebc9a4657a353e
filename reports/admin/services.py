"""Services: the city's words to read, ours over them to write; those of bodies without a list, to write whole."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reports.admin.conditions_form import ConditionsForm
from reports.admin.definition_form import WrittenServiceForm, writable_endpoints
from reports.admin.filters import EndpointFilter
from reports.admin.generic import ModelAdmin
from reports.admin.read_only import ReadOnly, pretty
from reports.admin.translation_fields import InSeveralLanguages
from reports.models import PlaceListing, Service, ServiceOverride

WRITTEN: Final = (
    "endpoint", "service_code", "service_name", "description", "group", "keywords", "type", "city_notice", "active",
    "definition",
)  # fmt: skip
FETCHED: Final = (
    "endpoint", "service_code", "former_codes_shown", "service_name", "description", "group", "keywords", "type",
    "metadata", "active", "city_notice", "suspended", "missing_since", "definition_fetched_at", "definition_shown",
)  # fmt: skip


class ServiceOverrideInline(InSeveralLanguages):
    """What volunteers say over the city's service; what is left empty is the city's."""

    model = ServiceOverride
    verbose_name = _("our words over it")
    form = ConditionsForm
    fields = (
        "service_name", "group", "description", "keywords", "hidden", "order", "notice", "notice_from", "notice_until",
        "stop_message", "call_now", "duplicate_metres", "conditions",
    )  # fmt: skip


@admin.register(Service)
class ServiceAdmin(ModelAdmin[Service]):
    """Only the sync writes a service of a system that lists its own; a volunteer writes the override.

    Where the dialect knows no list (a body reached by mail), volunteers write the services themselves.
    """

    list_display = (
        "shown_name", "service_code", "shown_group", "endpoint", "metadata", "active", "suspended", "is_hidden",
    )  # fmt: skip
    list_filter = ("active", "suspended", "override__hidden", "metadata", "type", EndpointFilter)
    list_select_related = ("endpoint__jurisdiction", "override")
    search_fields = ("service_name", "service_code", "group", "override__service_name")
    inlines = (ServiceOverrideInline,)
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Service]:
        """The endpoint's name needs its jurisdiction, in lists and on pages."""
        return (
            super()
            .get_queryset(request)
            .select_related("endpoint__jurisdiction", "override")
            .defer("endpoint__jurisdiction__boundary")
        )

    def get_fields(self, request: HttpRequest, obj: Service | None = None) -> Any:
        """A service that we write has a form; one that is fetched is shown."""
        return WRITTEN if _is_written(obj) else FETCHED

    def get_readonly_fields(self, request: HttpRequest, obj: Service | None = None) -> tuple[Any, ...]:
        """Everything of the city's; and the endpoint of a service that exists."""
        if not _is_written(obj):
            return FETCHED
        return () if obj is None else ("endpoint",)

    def get_form(self, request: HttpRequest, obj: Service | None = None, change: bool = False, **kwargs: Any) -> Any:
        """The form for services that we write judges the questions."""
        form = {"form": WrittenServiceForm} if _is_written(obj) else {}
        return super().get_form(request, obj, change, **(form | kwargs))

    def get_inlines(self, request: HttpRequest, obj: Service | None) -> Any:
        """There is nothing to write over while the service itself is written."""
        return self.inlines if obj is not None else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Services come from the city's list, but where there is none."""
        return super().has_add_permission(request) and bool(writable_endpoints())

    @admin.display(description=_("hidden"), boolean=True)
    def is_hidden(self, service: Service) -> bool:
        """Whether a volunteer took it out of the list that residents see."""
        override: ServiceOverride | None = getattr(service, "override", None)
        return bool(override and override.hidden)

    @admin.display(description=_("definition"))
    def definition_shown(self, service: Service) -> SafeString | str:
        """The questions as the city sent them."""
        return pretty(service.definition)

    @admin.display(description=_("former codes"))
    def former_codes_shown(self, service: Service) -> str:
        """Codes that the city gave it before."""
        return ", ".join(service.former_codes) or "–"


def _is_written(service: Service | None) -> bool:
    return service is None or service.endpoint_id in writable_endpoints()


@admin.register(PlaceListing)
class PlaceListingAdmin(ReadOnly, ModelAdmin[PlaceListing]):
    """What endpoints last offered at places, to read: it is asked for again by itself."""

    list_display = ("cell", "endpoint", "number", "fetched_at")
    list_filter = (EndpointFilter,)
    search_fields = ("cell",)
    date_hierarchy = "fetched_at"
    list_per_page = 50
    show_full_result_count = False
    fields = ("endpoint", "cell", "fetched_at", "service_codes")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlaceListing]:
        """Without the bodies' boundaries."""
        rows = super().get_queryset(request).select_related("endpoint__jurisdiction")
        return rows.defer("endpoint__jurisdiction__boundary")

    @admin.display(description=_("services"))
    def number(self, listing: PlaceListing) -> int:
        """How many are offered there."""
        return len(listing.service_codes)
