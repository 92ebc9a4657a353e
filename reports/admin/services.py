"""Services: the city's words to read, ours over them to write."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reports.admin.filters import EndpointFilter
from reports.admin.generic import ModelAdmin, StackedInline
from reports.admin.read_only import pretty
from reports.models import Service, ServiceOverride


class ServiceOverrideInline(StackedInline[ServiceOverride, Service]):
    """What volunteers say over the city's service; what is left empty is the city's."""

    model = ServiceOverride
    verbose_name = _("our words over it")
    fields = ("service_name", "group", "description", "keywords", "notice", "stop_message", "hidden", "order")


@admin.register(Service)
class ServiceAdmin(ModelAdmin[Service]):
    """Only the sync writes a service; a volunteer writes the override."""

    list_display = ("shown_name", "service_code", "shown_group", "endpoint", "metadata", "suspended", "is_hidden")
    list_filter = ("suspended", "override__hidden", "metadata", "type", EndpointFilter)
    list_select_related = ("endpoint__jurisdiction", "override")
    search_fields = ("service_name", "service_code", "group", "override__service_name")
    inlines = (ServiceOverrideInline,)
    list_per_page = 50
    show_full_result_count = False
    fields = (
        "endpoint", "service_code", "service_name", "description", "group", "keywords", "type", "metadata",
        "suspended", "missing_since", "definition_fetched_at", "definition_shown",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Service]:
        """The endpoint's name needs its jurisdiction, in lists and on pages."""
        return (
            super()
            .get_queryset(request)
            .select_related("endpoint__jurisdiction", "override")
            .defer("endpoint__jurisdiction__boundary")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Service | None = None) -> tuple[Any, ...]:
        """Everything of the city's."""
        return self.fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Services come from the city's list."""
        return False

    @admin.display(description=_("hidden"), boolean=True)
    def is_hidden(self, service: Service) -> bool:
        """Whether a volunteer took it out of the list that residents see."""
        override: ServiceOverride | None = getattr(service, "override", None)
        return bool(override and override.hidden)

    @admin.display(description=_("definition"))
    def definition_shown(self, service: Service) -> SafeString | str:
        """The questions as the city sent them."""
        return pretty(service.definition)
