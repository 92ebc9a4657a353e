"""Addresses to which no mail goes any more: found by typing one, since only marks are kept, and lifted one by one."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.admin.generic import ModelAdmin
from reports.admin.read_only import ReadOnly
from reports.models import MailStop
from reports.notifications import stops


class LiftForm(forms.Form):
    """Why mail may go there again; kept in the log of what volunteers did."""

    why = forms.CharField(label=gettext_lazy("Why may mail go there again?"), max_length=200)


@admin.register(MailStop)
class MailStopAdmin(ReadOnly, ModelAdmin[MailStop]):
    """Whoever is told by somebody that no mail comes types their address into the search, and lifts the stop."""

    list_display = ("id", "reason", "words", "stopped_at")
    list_filter = ("reason",)
    date_hierarchy = "stopped_at"
    search_fields = ("address",)
    search_help_text = gettext_lazy("A whole e-mail address, as its owner writes it.")
    fields = ("reason", "words", "stopped_at")
    readonly_fields = fields
    change_form_template = "admin/reports/mailstop/change_form.html"
    list_per_page = 50
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MailStop], search_term: str
    ) -> tuple[QuerySet[MailStop], bool]:
        """By the mark of the address that was typed."""
        return (queryset.filter(pk__in=stops.of(search_term)) if search_term.strip() else queryset), False

    def has_lift_permission(self, request: HttpRequest) -> bool:
        """Whoever may delete stops may lift them; nobody deletes one without saying why."""
        return request.user.has_perm("reports.delete_mailstop")

    def get_urls(self) -> list[URLPattern]:
        """With the page on which one is lifted."""
        lift = path("<int:pk>/lift/", self.admin_site.admin_view(self.lift), name="reports_mailstop_lift")
        return [lift, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With a button for who may."""
        may = {"may_lift": self.has_lift_permission(request)}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | may)

    def lift(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why on GET; on POST with a reason, let mail go there again."""
        if not self.has_lift_permission(request):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None:
            messages.info(request, _("Mail goes to that address already."))
            return redirect("admin:reports_mailstop_changelist")
        form = LiftForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            self.log_change(request, row, f"Lifted: {form.cleaned_data['why']}")
            stops.lift(row)
            messages.success(request, _("Mail goes there again. What was left out meanwhile is not sent after."))
            return redirect("admin:reports_mailstop_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Let mail go there again"),
            "opts": self.model._meta,
            "row": row,
            "form": form,
            "back": reverse("admin:reports_mailstop_change", args=[row.pk]),
        }
        return TemplateResponse(request, "admin/mail_stop_lift.html", context)
