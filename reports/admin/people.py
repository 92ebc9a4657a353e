"""What belongs to people: drafts, contact details, mails. Mostly to read."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reports.admin.generic import ModelAdmin
from reports.admin.read_only import ReadOnly, pretty
from reports.models import Contact, Draft, Notification, Subscription
from reports.notifications.unsubscribe import unsubscribe

MAY_SEE_CONTACTS = "reports.view_contact"


@admin.register(Contact)
class ContactAdmin(ReadOnly, ModelAdmin[Contact]):
    """Who filed what. Deleted when its owner asks; the report stays."""

    list_display = ("service_request", "email", "first_name", "last_name", "phone", "pass_on")
    list_filter = ("pass_on",)
    list_select_related = ("service_request",)
    search_fields = ("email", "last_name", "phone", "service_request__reference")
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return ModelAdmin.has_delete_permission(self, request, obj)  # type: ignore[misc]  # a mixin: the class beside it has it


class AddressesGuarded(ReadOnly):
    """Mixin: people's addresses only for those who may see contact details."""

    guarded: tuple[str, ...] = ("email",)

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return self._allowed(request, super().get_list_display(request))  # type: ignore[misc]  # a mixin: the class beside it has it

    def get_search_fields(self, request: HttpRequest) -> tuple[Any, ...]:
        return self._allowed(request, super().get_search_fields(request))  # type: ignore[misc]  # a mixin: the class beside it has it

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[Any, ...]:
        return self._allowed(request, super().get_fields(request, obj))  # type: ignore[misc]  # a mixin: the class beside it has it

    def _allowed(self, request: HttpRequest, names: Any) -> tuple[Any, ...]:
        may = request.user.has_perm(MAY_SEE_CONTACTS)
        return tuple(name for name in names if may or name not in self.guarded)


@admin.register(Draft)
class DraftAdmin(AddressesGuarded, ModelAdmin[Draft]):
    """Reports begun and not filed yet."""

    guarded = ("contact_answers",)
    list_display = ("id", "locale", "created_at", "updated_at", "expires_at", "service_request")
    list_select_related = ("service_request",)
    list_filter = ("locale", ("service_request", admin.EmptyFieldListFilter))
    search_fields = ("=id", "service_request__reference")
    date_hierarchy = "created_at"
    fields = (
        "id", "locale", "created_at", "updated_at", "expires_at", "service_request", "answers_shown", "contact_answers",
    )  # fmt: skip
    readonly_fields = fields
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("answers"))
    def answers_shown(self, draft: Draft) -> SafeString | str:
        """The answers, but for the contact details."""
        return pretty({page: answers for page, answers in draft.answers.items() if page != "contact"})

    @admin.display(description=_("contact details"))
    def contact_answers(self, draft: Draft) -> SafeString | str:
        """The answers of the contact page."""
        return pretty(draft.answers.get("contact"))


@admin.register(Subscription)
class SubscriptionAdmin(AddressesGuarded, ModelAdmin[Subscription]):
    """Who is told of which report."""

    list_display = ("service_request", "email", "locale", "created_at", "ended_at")
    list_select_related = ("service_request",)
    list_filter = (("ended_at", admin.EmptyFieldListFilter), "locale")
    search_fields = ("service_request__reference", "email")
    date_hierarchy = "created_at"
    actions = ("end",)
    list_per_page = 50
    show_full_result_count = False

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Whoever may change subscriptions may end them."""
        return request.user.has_perm("reports.change_subscription")

    @admin.action(description=_("End: send no more mail"), permissions=["end"])
    def end(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        """For somebody who asks by telephone; ending it twice changes nothing."""
        ended = list(queryset.filter(ended_at=None))
        for subscription in ended:
            unsubscribe(subscription)
            self.log_change(request, subscription, "Ended by a volunteer.")
        words = ngettext("%(count)d subscription ended.", "%(count)d subscriptions ended.", len(ended))
        messages.success(request, words % {"count": len(ended)})


@admin.register(Notification)
class NotificationAdmin(AddressesGuarded, ModelAdmin[Notification]):
    """The mails' outbox."""

    guarded = ("subscription__email", "address")
    list_display = ("id", "service_request", "address", "state", "due_at", "attempts", "sent_at", "error")
    list_select_related = ("subscription__service_request", "status_update")
    list_filter = ("state",)
    search_fields = ("subscription__service_request__reference", "subscription__email")
    fields = (
        "service_request", "address", "status_update", "state", "due_at", "attempts", "sent_at", "error",
    )  # fmt: skip
    readonly_fields = fields
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("service request"))
    def service_request(self, notification: Notification) -> str:
        """What it is about."""
        return str(notification.subscription.service_request)

    @admin.display(description=_("e-mail"))
    def address(self, notification: Notification) -> str:
        """Whom it goes to."""
        return notification.subscription.email
