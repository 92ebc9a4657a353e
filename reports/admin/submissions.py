"""The outbox and its wire calls: to read, and to decide about what the machine gave up on."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reports.admin import decision_pages
from reports.admin.filters import EndpointFilter, StateFilter
from reports.admin.generic import ModelAdmin, TabularInline
from reports.admin.read_only import NOTHING, ReadOnly, ReadOnlyInline, pretty
from reports.models import Attempt, Submission, SubmissionState
from reports.notifications import evidence


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
    actions = (
        decision_pages.send_again,
        decision_pages.look_again,
        decision_pages.it_is_there,
        decision_pages.cancel,
    )
    inlines = (AttemptInline,)
    list_per_page = 50
    show_full_result_count = False
    fields: ClassVar = (
        "reference", "service_name", "endpoint_name", "state", "attention_at", "whole_reason", "what_was_seen",
        "service_request_id", "token", "posts",
        "looks", "due_at", "created_at", "sent_at", "token_at", "delivered_at", "looked_at",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """With names, without the boundaries."""
        rows = super().get_queryset(request).select_related("request", "endpoint__jurisdiction")
        return rows.defer("endpoint__jurisdiction__boundary")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the decisions that can be taken now; each leads to its own page first."""
        submission = self.get_object(request, unquote(object_id))
        name = str(submission.request) if submission else None
        shown = {
            "decisions": self._decisions(request, submission),
            "checkbox": ACTION_CHECKBOX_NAME,
            "subtitle": name,
            "name": name,
        }
        return super().change_view(request, object_id, form_url, (extra_context or {}) | shown)

    def _decisions(self, request: HttpRequest, submission: Submission | None) -> list[tuple[str, str]]:
        if submission is None or not self.has_decide_permission(request):
            return []
        words = {name: str(action[2]) for name, action in self.get_actions(request).items() if action}
        return [
            (name, words[name])
            for name in decision_pages.ALLOWED
            if name in words and decision_pages.can(name, submission)
        ]

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Of those that need a volunteer since when, in place of the state, which is the same for all."""
        if _need_attention(request):
            return ("reference", "attention_at", "service_name", "endpoint_name", "short_reason", "posts")
        return self.list_display

    def get_ordering(self, request: HttpRequest) -> Any:
        """Among those that need a volunteer, the one that has waited longest comes first."""
        if _need_attention(request):
            return (F("attention_at").asc(nulls_first=True), "pk")
        return super().get_ordering(request)

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

    @admin.display(description=_("what looking for it showed"))
    def what_was_seen(self, submission: Submission) -> SafeString | str:
        """A line for each look into the body's list."""
        seen = evidence.lines(submission.evidence)
        items = format_html_join("", "<li>{}</li>", ((line,) for line in seen))
        return format_html('<ol class="words">{}</ol>', items) if seen else NOTHING


def _need_attention(request: HttpRequest) -> bool:
    return request.GET.get(StateFilter.parameter_name) == SubmissionState.NEEDS_ATTENTION


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
