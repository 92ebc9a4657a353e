"""The outbox and its wire calls: to read, and to decide about what the machine gave up on."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reports.admin import decision_pages
from reports.admin.filters import EndpointFilter, StateFilter
from reports.admin.generic import ModelAdmin, TabularInline
from reports.admin.read_only import NOTHING, ReadOnly, ReadOnlyInline, pretty
from reports.models import Attempt, Submission


class AttemptInline(ReadOnlyInline, TabularInline[Attempt, Submission]):
    """Every call made for it."""

    model = Attempt
    fields = ("started_at", "finished_at", "operation", "outcome", "status_code", "detail")
    readonly_fields = fields
    show_change_link = True


@admin.register(Submission)
class SubmissionAdmin(ReadOnly, ModelAdmin[Submission]):
    """What is to be told to which endpoint, and how far that has got."""

    list_display = ("reference", "service_name", "endpoint_name", "state", "short_reason", "due_at", "posts")
    list_filter = (StateFilter, EndpointFilter)
    search_fields = ("request__reference", "service_request_id", "token")
    search_help_text = _("Reference, the body's number or the token")
    date_hierarchy = "created_at"
    actions = (decision_pages.send_again, decision_pages.it_is_there, decision_pages.cancel)
    inlines = (AttemptInline,)
    list_per_page = 50
    show_full_result_count = False
    fields: ClassVar = (
        "reference", "service_name", "endpoint_name", "state", "whole_reason", "service_request_id", "token", "posts",
        "looks", "due_at", "created_at", "sent_at", "token_at", "delivered_at", "looked_at",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """With names, without the boundaries."""
        rows = super().get_queryset(request).select_related("request", "endpoint__jurisdiction")
        return rows.defer("endpoint__jurisdiction__boundary")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whoever may change submissions decides; the fields themselves nobody changes."""
        return request.user.has_perm("reports.change_submission")

    @admin.display(description=_("reference"), ordering="request__reference")
    def reference(self, submission: Submission) -> str:
        """Our reference."""
        return submission.request.reference

    @admin.display(description=_("service"), ordering="request__service_name")
    def service_name(self, submission: Submission) -> str:
        """What it is about."""
        return submission.request.service_name

    @admin.display(description=_("endpoint"), ordering="endpoint__jurisdiction__name")
    def endpoint_name(self, submission: Submission) -> str:
        """Where it goes."""
        return str(submission.endpoint)

    @admin.display(description=_("reason"))
    def short_reason(self, submission: Submission) -> str:
        """The beginning of the reason."""
        return submission.reason if len(submission.reason) <= 120 else f"{submission.reason[:119]}…"

    @admin.display(description=_("reason"))
    def whole_reason(self, submission: Submission) -> SafeString:
        """All of the reason."""
        return format_html('<div class="words">{}</div>', submission.reason or NOTHING)


@admin.register(Attempt)
class AttemptAdmin(ReadOnly, ModelAdmin[Attempt]):
    """Wire calls: what went out and what came back. Keys and personal data were removed before they were stored."""

    list_display = ("started_at", "reference", "operation", "outcome", "status_code", "finished_at")
    list_filter = ("operation", "outcome")
    list_select_related = ("submission__request",)
    search_fields = ("submission__request__reference",)
    date_hierarchy = "started_at"
    fields: ClassVar = (
        "reference", "submission", "operation", "started_at", "finished_at", "outcome", "detail", "status_code",
        "exchange",
    )  # fmt: skip
    readonly_fields = fields
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        """Lists leave the exchanges out."""
        rows: QuerySet[Attempt] = super().get_queryset(request)
        match = request.resolver_match
        in_list = bool(match and (match.url_name or "").endswith("_changelist"))
        return rows.defer("exchanges") if in_list else rows

    @admin.display(description=_("reference"))
    def reference(self, attempt: Attempt) -> str:
        """Our reference."""
        return attempt.submission.request.reference

    @admin.display(description=_("exchange"))
    def exchange(self, attempt: Attempt) -> SafeString | str:
        """What went out and what came back."""
        exchanges: list[Any] = attempt.exchanges
        return pretty(exchanges)
