"""What people add to reports without an account: still there, really fixed, and the links that are mailed. To read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reports.admin.generic import ModelAdmin
from reports.admin.people import AddressesGuarded
from reports.admin.read_only import ReadOnly
from reports.models import Confirmation, Sighting, Verdict


@admin.register(Sighting)
class SightingAdmin(ReadOnly, ModelAdmin[Sighting]):
    """Who it was is not known: only that each was another person."""

    list_display = ("last_at", "first_at", "what")
    list_select_related = ("service_request", "mirrored")
    search_fields = ("service_request__reference", "mirrored__service_request_id")
    date_hierarchy = "last_at"
    fields = ("service_request", "mirrored", "first_at", "last_at")
    readonly_fields = fields
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("service request"))
    def what(self, sighting: Sighting) -> str:
        """Which request, ours or a mirrored one."""
        return str(sighting.service_request or sighting.mirrored)


@admin.register(Verdict)
class VerdictAdmin(ReadOnly, ModelAdmin[Verdict]):
    """The answers to “is it really fixed?”, one for each person and closing."""

    list_display = ("given_at", "service_request", "answer", "by_reporter")
    list_filter = ("answer", "by_reporter")
    list_select_related = ("service_request", "closing")
    search_fields = ("service_request__reference",)
    date_hierarchy = "given_at"
    fields = ("service_request", "closing", "answer", "by_reporter", "given_at")
    readonly_fields = fields
    list_per_page = 50
    show_full_result_count = False


@admin.register(Confirmation)
class ConfirmationAdmin(AddressesGuarded, ModelAdmin[Confirmation]):
    """The links that were asked for: whether their mails left, and whether they were used. Kept for seven days."""

    list_display = ("created_at", "kind", "service_request", "email", "state", "attempts", "sent_at", "confirmed_at")
    list_filter = ("kind", "state", ("confirmed_at", admin.EmptyFieldListFilter))
    search_fields = ("service_request__reference", "email")
    date_hierarchy = "created_at"
    fields = (
        "kind", "answer", "service_request", "mirrored", "email", "locale", "created_at", "state", "due_at", "attempts",
        "sent_at", "error", "confirmed_at",
    )  # fmt: skip
    readonly_fields = fields
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Confirmation]:
        """With what they are about."""
        return super().get_queryset(request).select_related("service_request", "mirrored")
