"""The log of who was given which contact details: read by volunteers, written by the delivery alone."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reports.admin.filters import EndpointFilter
from reports.admin.generic import ModelAdmin
from reports.admin.read_only import ReadOnly
from reports.delivery import disclosures
from reports.models import Disclosure


@admin.register(Disclosure)
class DisclosureAdmin(ReadOnly, ModelAdmin[Disclosure]):
    """All of it, newest first. It holds no details, only their names."""

    list_display = ("disclosed_at", "service_request", "endpoint", "details")
    list_filter = (EndpointFilter,)
    search_fields = ("service_request__reference",)
    date_hierarchy = "disclosed_at"
    fields = ("service_request", "endpoint", "details", "disclosed_at")
    readonly_fields = fields
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Disclosure]:
        """With names, without the boundaries."""
        rows = super().get_queryset(request).select_related("service_request", "endpoint__jurisdiction")
        return rows.defer("endpoint__jurisdiction__boundary")

    @admin.display(description=_("which details"))
    def details(self, disclosure: Disclosure) -> str:
        """Their names in words."""
        return disclosures.named(disclosure.fields)
