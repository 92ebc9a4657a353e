"""What waits for a volunteer beside reports that could not be delivered: a sentence each, and the list it leads to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext

from reports.models import AbuseReport, Comment, MissingPlace, ServiceRequest
from reports.notifications import attention


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the first page."""

    sentence: str
    href: str


def waiting(site: AdminSite, request: HttpRequest) -> list[Waiting]:
    """What there is of each kind, for whoever may see it; nothing of a kind of which there is nothing."""
    held = {"held_at__isnull": False, "hidden": False}
    reports = ServiceRequest.objects.filter(**held, taken_away_at=None)
    comments = Comment.objects.filter(**held)
    abuse, places = AbuseReport.objects.filter(handled_at=None), MissingPlace.objects.filter(handled_at=None)
    lines = [
        _line(site, request, reports, "held=yes", lambda n: ngettext(
            "%(count)d report is held: look at it, then publish or hide it.",
            "%(count)d reports are held: look at them, then publish or hide them.", n)),
        _line(site, request, comments, "held=yes", lambda n: ngettext(
            "%(count)d comment is held: look at it, then publish or hide it.",
            "%(count)d comments are held: look at them, then publish or hide them.", n)),
        _line(site, request, abuse, "handled_at__isempty=1", lambda n: ngettext(
            "%(count)d time somebody said that something should not be public.",
            "%(count)d times somebody said that something should not be public.", n)),
        _line(site, request, places, "handled_at__isempty=1", lambda n: ngettext(
            "%(count)d place is missing, somebody says.", "%(count)d places are missing, people say.", n)),
    ]  # fmt: skip
    return [line for line in (*lines, _unreachable()) if line is not None]


def _unreachable() -> Waiting | None:
    count = len(attention.unreachable())
    said = ngettext(
        "Mail to %(count)d volunteer came back, who is told nothing now.",
        "Mail to %(count)d volunteers came back, who are told nothing now.",
        count,
    )
    return Waiting(said % {"count": count}, reverse("admin:mails")) if count else None


def _line(
    site: AdminSite, request: HttpRequest, rows: QuerySet[Any], query: str, said: Callable[[int], str]
) -> Waiting | None:
    model: type[Model] = rows.model
    if not site.is_registered(model) or not site.get_model_admin(model).has_view_permission(request):
        return None
    count = rows.count()
    address = reverse(f"admin:reports_{model._meta.model_name}_changelist")
    return Waiting(said(count) % {"count": count}, f"{address}?{query}") if count else None
