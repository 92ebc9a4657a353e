"""What waits for a volunteer before the public reads it: a filter for it, and the two decisions."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reports import holding, tasks
from reports.models import Comment, CommentState, ServiceRequest


class HeldFilter(admin.SimpleListFilter):
    """Held now, or held once and published by a volunteer."""

    title = _("held")
    parameter_name = "held"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("waits for a volunteer")), ("published", _("looked at and published"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "yes":
            held = queryset.filter(held_at__isnull=False, hidden=False)
            return held.filter(taken_away_at=None) if held.model is ServiceRequest else held
        if self.value() == "published":
            return queryset.filter(held_at=None).exclude(held_because="")
        return queryset


@admin.action(description=_("Publish what is held"), permissions=["change"])
def publish(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> None:
    """Off the list of what waits, and into the public lists; a comment goes to the body now."""
    _decide(modeladmin, request, queryset, hide=False)


@admin.action(description=_("Hide what is held from the public"), permissions=["change"])
def hide(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> None:
    """Off the list of what waits, and never public. What is on its way to the body stays on its way; a comment is not
    sent."""
    _decide(modeladmin, request, queryset, hide=True)


def _decide(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Any], *, hide: bool) -> None:
    rows = list(queryset)
    done = [row for row in rows if (_hide(row) if hide else _publish(row))]
    for row in done:
        modeladmin.log_change(request, row, "Held, and hidden." if hide else "Held, and published.")
    if done:
        said = ngettext("Done for %(count)d of them.", "Done for %(count)d of them.", len(done))
        messages.success(request, said % {"count": len(done)})
    if len(done) < len(rows):
        left = len(rows) - len(done)
        said = ngettext(
            "%(count)d of them is not held and was left as it is.",
            "%(count)d of them are not held and were left as they are.",
            left,
        )
        messages.warning(request, said % {"count": left})


def _publish(row: ServiceRequest | Comment) -> bool:
    done = holding.publish(row)
    if done and isinstance(row, Comment) and row.state == CommentState.PENDING:
        transaction.on_commit(lambda: tasks.send_comment.delay(row.pk), robust=True)
    return done


def _hide(row: ServiceRequest | Comment) -> bool:
    model = type(row)
    held = model._default_manager.filter(pk=row.pk, held_at__isnull=False, hidden=False)
    return bool(held.update(hidden=True))
