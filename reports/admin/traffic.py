"""The gate's rows, and the filter that finds the endpoints in trouble."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from reports import clock
from reports.admin.generic import ModelAdmin
from reports.admin.read_only import ReadOnly
from reports.admin.traffic_words import held_back
from reports.models import Endpoint, Traffic


class TrafficFilter(admin.SimpleListFilter):
    """Endpoints that do not work now."""

    title = gettext_lazy("traffic")
    parameter_name = "traffic"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("trouble", gettext_lazy("in trouble")), ("works", gettext_lazy("works"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> QuerySet[Endpoint]:
        trouble = held_back(clock.now())
        if self.value() == "trouble":
            return queryset.filter(trouble)
        return queryset.exclude(trouble) if self.value() == "works" else queryset


@admin.register(Traffic)
class TrafficAdmin(ReadOnly, ModelAdmin[Traffic]):
    """The gate's own rows, to read. What they mean stands on the endpoint's page."""

    list_display = ("endpoint", "breaker", "trouble_since", "probe_at", "paused_until", "answered_at")
    list_filter = ("breaker",)
    list_per_page = 50
    show_full_result_count = False
    fields = (
        "endpoint", "breaker", "write_failures", "read_failures", "trips", "trouble_since", "probe_at", "paused_until",
        "allowed", "answered_at",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Traffic]:
        """With the endpoints' names, without the boundaries."""
        rows = super().get_queryset(request).select_related("endpoint__jurisdiction")
        return rows.defer("endpoint__jurisdiction__boundary")
