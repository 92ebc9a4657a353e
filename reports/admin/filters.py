"""Filters for long lists: their choices are read without the boundaries, which are megabytes, and in one query each."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reports.models import Endpoint, Jurisdiction, Submission, SubmissionState

State = SubmissionState
BY_URGENCY = (
    State.NEEDS_ATTENTION,
    State.UNCERTAIN,
    State.REFUSED,
    State.RETRY,
    State.SENDING,
    State.PENDING,
    State.ACCEPTED,
    State.DELIVERED,
    State.CANCELLED,
)


class JurisdictionFilter(admin.SimpleListFilter):
    """By body."""

    title = _("jurisdiction")
    parameter_name = "jurisdiction"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in Jurisdiction.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        value = self.value() or ""
        return queryset.filter(**{self.parameter_name: value}) if value.isascii() and value.isdigit() else queryset


class EndpointFilter(JurisdictionFilter):
    """By endpoint."""

    title = _("endpoint")
    parameter_name = "endpoint"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = Endpoint.objects.select_related("jurisdiction").defer("jurisdiction__boundary")
        return [(str(endpoint.pk), str(endpoint)) for endpoint in rows]


class StateFilter(admin.SimpleListFilter):
    """By state, with what waits for a volunteer first, and how many there are of each."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        counted = Submission.objects.order_by().values("state").annotate(number=Count("pk"))
        numbers = {row["state"]: row["number"] for row in counted}
        return [(state.value, f"{state.label} ({numbers.get(state.value, 0)})") for state in BY_URGENCY]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        return queryset.filter(state=self.value()) if self.value() else queryset
