"""Comments of residents: to read, to hide, and to decide about what the machine gave up on."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reports import tasks
from reports.admin import held
from reports.admin.generic import ModelAdmin, TabularInline
from reports.admin.photos import CommentPhotoInline
from reports.admin.read_only import ReadOnlyInline
from reports.delivery import comments
from reports.models import Comment, ServiceRequest, StatusUpdate


class CommentInline(ReadOnlyInline, TabularInline[Comment, ServiceRequest]):
    """What residents added here, oldest first."""

    model = Comment
    fields = ("created_at", "text", "state", "reason", "hidden")
    readonly_fields = fields
    show_change_link = True


@admin.action(description=_("Send again"), permissions=["change"])
def send_again(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
    """Back into the queue. Whoever does this has looked in the body's system."""
    _decide(modeladmin, request, queryset, _send_again, "Sent again by a volunteer.")


@admin.action(description=_("Leave it here, send it no more"), permissions=["change"])
def leave(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
    """Kept here and not sent."""
    _decide(modeladmin, request, queryset, comments.leave, "Left by a volunteer.")


def _send_again(comment: Comment) -> bool:
    done = comments.send_again(comment)
    if done:
        transaction.on_commit(lambda: tasks.send_comment.delay(comment.pk), robust=True)
    return done


def _decide(
    modeladmin: Any, request: HttpRequest, queryset: QuerySet[Comment], decide: Callable[[Comment], bool], logged: str
) -> None:
    done = [comment for comment in queryset if decide(comment)]
    for comment in done:
        modeladmin.log_change(request, comment, logged)
    left = queryset.count() - len(done)
    if done:
        said = ngettext("Done for %(count)d comment.", "Done for %(count)d comments.", len(done))
        messages.success(request, said % {"count": len(done)})
    if left:
        said = ngettext(
            "%(count)d of them waits for no volunteer and was left as it is.",
            "%(count)d of them wait for no volunteer and were left as they are.",
            left,
        )
        messages.warning(request, said % {"count": left})


@admin.register(Comment)
class CommentAdmin(ModelAdmin[Comment]):
    """What residents added to reports. A volunteer may hide one; its words nobody changes."""

    list_display = ("created_at", "service_request", "beginning", "state", "due_at", "hidden")
    list_filter = (held.HeldFilter, "state", "hidden", ("due_at", admin.EmptyFieldListFilter))
    list_select_related = ("service_request",)
    search_fields = ("service_request__reference", "text")
    date_hierarchy = "created_at"
    actions = (held.publish, held.hide, send_again, leave)
    inlines = (CommentPhotoInline,)
    list_per_page = 50
    show_full_result_count = False
    fields = (
        "service_request", "text", "hidden", "held_at", "held_because", "state", "reason", "created_at", "due_at",
        "tries", "sent_at",
        "comment_id",
    )  # fmt: skip
    readonly_fields: ClassVar = tuple(name for name in fields if name != "hidden")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Comments are written on the site."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Comment | None = None) -> bool:
        """What must not be seen is hidden."""
        return False

    @admin.display(description=_("text"))
    def beginning(self, comment: Comment) -> str:
        """The beginning of the words."""
        return comment.text if len(comment.text) <= 120 else f"{comment.text[:119]}…"


@admin.action(description=_("Hide from the public"), permissions=["hide"])
def hide(modeladmin: Any, request: HttpRequest, queryset: QuerySet[StatusUpdate]) -> None:
    """Off every public page and out of mails that have not left."""
    _show(modeladmin, request, queryset, hidden=True)


@admin.action(description=_("Show to the public again"), permissions=["hide"])
def show(modeladmin: Any, request: HttpRequest, queryset: QuerySet[StatusUpdate]) -> None:
    """Back on the pages; private ones stay private."""
    _show(modeladmin, request, queryset, hidden=False)


def _show(modeladmin: Any, request: HttpRequest, queryset: QuerySet[StatusUpdate], hidden: bool) -> None:
    for update in queryset:
        update.hidden = hidden
        update.save(update_fields=["hidden"])
        modeladmin.log_change(request, update, "Hidden." if hidden else "Shown again.")
    messages.success(request, _("Done."))
