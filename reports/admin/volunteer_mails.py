"""The outbox of mails to volunteers, to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from reports.admin.generic import ModelAdmin
from reports.admin.people import AddressesGuarded
from reports.models import VolunteerMail


@admin.register(VolunteerMail)
class VolunteerMailAdmin(AddressesGuarded, ModelAdmin[VolunteerMail]):
    """Who was told what, and which mail did not leave."""

    list_display = ("id", "kind", "about", "endpoint", "email", "state", "due_at", "attempts", "sent_at", "error")
    list_filter = ("kind", "state")
    search_fields = ("email",)
    fields = ("kind", "about", "endpoint", "email", "state", "due_at", "attempts", "sent_at", "error")
    readonly_fields = fields
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[VolunteerMail]:
        """With the endpoints' names, without the boundaries."""
        rows = super().get_queryset(request).select_related("endpoint__jurisdiction")
        return rows.defer("endpoint__jurisdiction__boundary")
