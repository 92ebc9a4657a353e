"""What the hourly sync found changed, to read: with the overrides and unfinished reports that it touches."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.admin.endpoint_actions import in_words
from reports.admin.filters import EndpointFilter
from reports.admin.generic import ModelAdmin
from reports.admin.read_only import NOTHING, ReadOnly, pretty
from reports.delivery import catalogue_changes
from reports.delivery.catalogue import Difference
from reports.models import CatalogueChange, Endpoint, Service

SHOWN = 5


@admin.register(CatalogueChange)
class CatalogueChangeAdmin(ReadOnly, ModelAdmin[CatalogueChange]):
    """Changes of services, newest first."""

    list_display = ("recorded_at", "endpoint", "found")
    list_filter = (EndpointFilter,)
    list_select_related = ("endpoint__jurisdiction",)
    date_hierarchy = "recorded_at"
    list_per_page = 50
    show_full_result_count = False
    fields = ("endpoint", "recorded_at", "found", "touches", "codes")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[CatalogueChange]:
        """Without the bodies' boundaries."""
        rows = super().get_queryset(request).select_related("endpoint__jurisdiction")
        return rows.defer("endpoint__jurisdiction__boundary")

    @admin.display(description=gettext_lazy("what changed"))
    def found(self, change: CatalogueChange) -> str:
        """By the services' names."""
        return _words(change)

    @admin.display(description=gettext_lazy("what it touches"))
    def touches(self, change: CatalogueChange) -> SafeString | str:
        """Overrides, each a link, and how many unfinished reports."""
        return touched_in_words(change)

    @admin.display(description=gettext_lazy("service codes"))
    def codes(self, change: CatalogueChange) -> SafeString | str:
        """The same by code."""
        return pretty({name: value for name, value in change.difference.items() if value})


def latest(endpoint: Endpoint) -> SafeString | str:
    """The last changes of one endpoint's services, for its own page."""
    changes = CatalogueChange.objects.filter(endpoint=endpoint)[:SHOWN]
    rows = [(f"{change.recorded_at:%Y-%m-%d %H:%M}", _words(change), touched_in_words(change)) for change in changes]
    return format_html_join("", "<p>{} {}<br>{}</p>", rows) or NOTHING


def touched_in_words(change: CatalogueChange) -> SafeString | str:
    """What of ours stands on the services that changed: to be looked at by a person."""
    touched = catalogue_changes.touched(change)
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        ((reverse("admin:reports_service_change", args=[each.pk]), each.shown_name) for each in touched.overrides),
    )
    parts = [format_html("{} {}", _("Our words over:"), links)] if links else []
    if touched.drafts:
        words = ngettext("%(count)d unfinished report", "%(count)d unfinished reports", touched.drafts)
        parts.append(format_html("{}", words % {"count": touched.drafts}))
    return format_html_join("; ", "{}", ((part,) for part in parts)) or _("nothing of ours")


def _words(change: CatalogueChange) -> str:
    stored: dict[str, Any] = {
        name: value for name, value in change.difference.items() if name in Difference.__dataclass_fields__
    }
    names = dict(Service.objects.filter(endpoint=change.endpoint_id).values_list("service_code", "service_name"))
    return in_words(Difference(**stored), names)
