"""What bodies publish of other people's requests, for volunteers to look at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from reports.admin.filters import EndpointFilter
from reports.admin.generic import ModelAdmin
from reports.admin.read_only import ReadOnly
from reports.models import MirroredRequest


@admin.register(MirroredRequest)
class MirroredRequestAdmin(ReadOnly, ModelAdmin[MirroredRequest]):
    """Written by the mirroring of feeds alone."""

    list_display = ("service_request_id", "service_name", "status", "endpoint", "requested_datetime", "seen_at")
    list_filter = ("status", EndpointFilter)
    search_fields = ("service_request_id", "service_name", "address_string")
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[MirroredRequest]:
        """Without the bodies' boundaries."""
        rows = super().get_queryset(request).select_related("endpoint__jurisdiction")
        return rows.defer("endpoint__jurisdiction__boundary")
