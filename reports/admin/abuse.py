"""What people say should not be public: to look at, to hide what it is about, and to tick off."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reports import clock
from reports.admin.generic import ModelAdmin
from reports.models import AbuseReport


@admin.action(description=_("Handled"), permissions=["change"])
def handled(modeladmin: Any, request: HttpRequest, queryset: QuerySet[AbuseReport]) -> None:
    """Looked at, with whatever came of it."""
    for row in queryset.filter(handled_at=None):
        row.handled_at = clock.now()
        row.save(update_fields=["handled_at"])
        modeladmin.log_change(request, row, "Handled.")
    messages.success(request, _("Done."))


@admin.action(description=_("Hide the comment or the report that it is about"), permissions=["hide"])
def hide_it(modeladmin: Any, request: HttpRequest, queryset: QuerySet[AbuseReport]) -> None:
    """What it is about is off every public page. Of a photo the whole report is: black parts out on its own page."""
    for row in queryset.select_related("service_request", "comment"):
        about = row.comment or row.service_request
        about.hidden = True
        about.save(update_fields=["hidden"])
        modeladmin.log_change(request, about, "Hidden after a report of abuse.")
        if row.handled_at is None:
            row.handled_at = clock.now()
            row.save(update_fields=["handled_at"])
    messages.success(request, _("Done."))


@admin.register(AbuseReport)
class AbuseReportAdmin(ModelAdmin[AbuseReport]):
    """Reports of abuse; those that nobody has handled first."""

    list_display = ("created_at", "about", "reason", "beginning", "handled_at")
    list_filter = (("handled_at", admin.EmptyFieldListFilter), "reason")
    list_select_related = ("service_request", "comment", "photo")
    ordering = ("handled_at", "-created_at")
    search_fields = ("service_request__reference", "text")
    actions = (handled, hide_it)
    fields = ("created_at", "about", "reason", "text", "handled_at")
    readonly_fields: ClassVar = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They come from the site."""
        return False

    def has_hide_permission(self, request: HttpRequest) -> bool:
        """Whoever may change reports and comments may hide them."""
        return all(request.user.has_perm(f"reports.change_{name}") for name in ("servicerequest", "comment"))

    @admin.display(description=_("about"))
    def about(self, row: AbuseReport) -> SafeString:
        """What it is about, with a link to where that is hidden, or blacked out."""
        if row.comment is not None:
            page, words = reverse("admin:reports_comment_change", args=[row.comment.pk]), _("a comment on")
        elif row.photo is not None:
            page, words = reverse("admin:reports_servicerequest_change", args=[row.service_request_id]), _("a photo of")
        else:
            page, words = reverse("admin:reports_servicerequest_change", args=[row.service_request_id]), _("the report")
        return format_html('<a href="{}">{} {}</a>', page, words, row.service_request.reference)

    @admin.display(description=_("in their words"))
    def beginning(self, row: AbuseReport) -> str:
        """The beginning of the words."""
        return row.text if len(row.text) <= 120 else f"{row.text[:119]}…"
