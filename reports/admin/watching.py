"""Watched areas: how many watch what, without where anybody lives; ending mails for whoever asks; and districts."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reports.admin.generic import ModelAdmin
from reports.admin.jurisdiction_form import JurisdictionForm
from reports.admin.people import AddressesGuarded
from reports.admin.read_only import ReadOnly
from reports.admin.widgets import BoundaryEditor
from reports.browsing import watch_areas
from reports.geo.boundaries import BoundaryError
from reports.models import Digest, District, WatchArea, WatchSubscription
from reports.notifications import digests


class DistrictForm(JurisdictionForm):
    """A district's form: its boundary drawn, pasted or uploaded as a body's is, and never without one."""

    languages = None  # type: ignore[assignment]  # how Django takes a field of the parent away
    remove_boundary = None  # type: ignore[assignment]
    boundary = forms.CharField(
        label=_("Boundary"),
        required=False,
        widget=BoundaryEditor,
        help_text=_("Draw it, or paste GeoJSON (WGS84, longitude first)."),
    )

    def clean(self) -> dict[str, Any]:
        """As a body's; one without a boundary is no district, and what is watched with others has to stay a shape."""
        given = super().clean()
        if not given.get("boundary") and not self.errors:
            self.add_error("boundary", _("A district needs a boundary."))
        if not self.errors and self.instance.pk and given["boundary"] != self.instance.boundary:
            try:
                watch_areas.reshaped(District(pk=self.instance.pk, boundary=given["boundary"]))
            except BoundaryError as error:
                self.add_error("boundary", str(error))
        return given


@admin.register(District)
class DistrictAdmin(ModelAdmin[District]):
    """Parts of bodies' areas that have names there. Who watches one watches its new boundary as soon as it changes."""

    form = DistrictForm  # type: ignore[assignment]  # written for a body's rows, of which a district has the same columns
    list_display = ("name", "jurisdiction", "slug")
    list_select_related = ("jurisdiction",)
    search_fields = ("name", "slug", "jurisdiction__name")
    autocomplete_fields = ("jurisdiction",)
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    fields = ("jurisdiction", "name", "slug", "boundary", "boundary_file", "boundary_source")
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[District]:
        """Lists leave the boundaries out."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        if match and (match.url_name or "").endswith("_change"):
            return rows
        return rows.defer("boundary", "jurisdiction__boundary")

    def save_model(self, request: HttpRequest, obj: District, form: Any, change: bool) -> None:
        """Save, say what was put right, and give the areas that have it their new shape."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            if change and {"boundary", "boundary_file"} & set(form.changed_data):
                watch_areas.reshape(obj)
        if form.repairs:
            messages.info(request, _("The boundary was put right: %(repairs)s.") % {"repairs": "; ".join(form.repairs)})


@admin.register(WatchArea)
class WatchAreaAdmin(ReadOnly, ModelAdmin[WatchArea]):
    """What is watched and by how many. Not where: round which house it is drawn is nobody's business.

    Deleted when somebody asks, who names its address (the key).
    """

    list_display = ("created_at", "kind", "body", "running")
    list_filter = (("body", admin.EmptyFieldListFilter), ("circle", admin.EmptyFieldListFilter))
    search_fields = ("=key", "body__name")
    date_hierarchy = "created_at"
    fields = ("created_at", "kind", "body", "services", "running")  # whoever has the key sees where it is
    readonly_fields = fields
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[WatchArea]:
        """With how many subscriptions run."""
        rows = super().get_queryset(request).select_related("body").defer("shape", "body__boundary")
        runs = Q(subscriptions__ended_at=None, subscriptions__confirmed_at__isnull=False)
        return rows.annotate(running=Count("subscriptions", filter=runs)).order_by("-pk")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> WatchArea | None:
        """Without the name that its maker gave it, which may be an address, and which titles would repeat."""
        found: WatchArea | None = super().get_object(request, object_id, from_field)
        if found is not None:
            found.name = self.kind(found)
        return found

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return ModelAdmin.has_delete_permission(self, request, obj)  # type: ignore[misc]  # a mixin: the class beside it has it

    @admin.display(description=_("what"))
    def kind(self, area: WatchArea) -> str:
        """How it was made."""
        if area.circle:
            return str(_("round one place"))
        return str(_("a body’s area or districts") if area.body_id else _("drawn or brought along"))

    @admin.display(description=_("subscriptions that run"), ordering="running")
    def running(self, area: WatchArea) -> int:
        """How many are told."""
        return int(getattr(area, "running", 0))


@admin.register(WatchSubscription)
class WatchSubscriptionAdmin(AddressesGuarded, ModelAdmin[WatchSubscription]):
    """Who is told, how often; ended here for somebody who asks by telephone."""

    list_display = ("id", "email", "rhythm", "form", "locale", "confirmed_at", "due_at", "ended_at")
    list_filter = (
        "rhythm",
        "form",
        ("ended_at", admin.EmptyFieldListFilter),
        ("confirmed_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("email",)
    date_hierarchy = "created_at"
    fields = ("email", "rhythm", "form", "locale", "created_at", "confirmed_at", "due_at", "ended_at")
    readonly_fields = fields
    actions = ("end",)
    list_per_page = 50
    show_full_result_count = False

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Whoever may change subscriptions may end them."""
        return request.user.has_perm("reports.change_watchsubscription")

    @admin.action(description=_("End: send no more mail"), permissions=["end"])
    def end(self, request: HttpRequest, queryset: QuerySet[WatchSubscription]) -> None:
        """Ending one twice changes nothing."""
        ended = list(queryset.filter(ended_at=None))
        for subscription in ended:
            digests.stop(subscription)
            self.log_change(request, subscription, "Ended by a volunteer.")
        words = ngettext("%(count)d subscription ended.", "%(count)d subscriptions ended.", len(ended))
        messages.success(request, words % {"count": len(ended)})


@admin.register(Digest)
class DigestAdmin(AddressesGuarded, ModelAdmin[Digest]):
    """The digests' outbox."""

    guarded = ("address", "subscription__email")
    list_display = ("id", "address", "day", "state", "due_at", "attempts", "sent_at", "error")
    list_select_related = ("subscription",)
    list_filter = ("state",)
    search_fields = ("subscription__email",)
    fields = ("address", "day", "state", "due_at", "attempts", "sent_at", "error")
    readonly_fields = fields
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("e-mail"))
    def address(self, digest: Digest) -> str:
        """Whom it goes to."""
        return digest.subscription.email
