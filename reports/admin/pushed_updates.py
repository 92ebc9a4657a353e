"""Updates that bodies sent us of themselves, for volunteers to look at. What each said is in the request's history."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from reports.admin.generic import ModelAdmin
from reports.admin.read_only import ReadOnly
from reports.models import PushedUpdate


@admin.register(PushedUpdate)
class PushedUpdateAdmin(ReadOnly, ModelAdmin[PushedUpdate]):
    """Written by the endpoint for updates alone."""

    list_display = ("taken_at", "update_id", "submission")
    search_fields = ("update_id", "submission__service_request_id")
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[PushedUpdate]:
        """With the submissions that are named."""
        return super().get_queryset(request).select_related("submission")
