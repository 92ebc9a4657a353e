"""Places of which somebody says that this site should work there, and the action that ticks them off."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reports import clock
from reports.admin.generic import ModelAdmin
from reports.admin.read_only import NOTHING
from reports.geo import routing
from reports.geo.measures import great_circle
from reports.models import MissingPlace

NEAR_METRES = 5000


@admin.action(description=_("Handled: it needs no more looking at"), permissions=["change"])
def handled(modeladmin: Any, request: HttpRequest, queryset: QuerySet[MissingPlace]) -> None:
    """Off the list of what waits; what is ticked off already stays as it is."""
    rows = list(queryset.filter(handled_at=None))
    for row in rows:
        row.handled_at = clock.now()
        row.save(update_fields=["handled_at"])
        modeladmin.log_change(request, row, "Handled.")
    said = ngettext("%(count)d place ticked off.", "%(count)d places ticked off.", len(rows))
    messages.success(request, said % {"count": len(rows)})


@admin.register(MissingPlace)
class MissingPlaceAdmin(ModelAdmin[MissingPlace]):
    """What people said, newest first. Nobody writes it here; a volunteer ticks it off, or deletes what is none."""

    list_display = ("created_at", "where", "words", "handled_at")
    list_filter = (("handled_at", admin.EmptyFieldListFilter),)
    search_fields = ("words",)
    date_hierarchy = "created_at"
    actions = (handled,)
    list_per_page = 50
    show_full_result_count = False
    fields = ("where", "words", "who_answers", "others_near", "created_at", "handled_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People say it on the site."""
        return False

    @admin.display(description=_("place"))
    def where(self, place: MissingPlace) -> SafeString:
        """The point, on a map of somebody else's that opens on a tap."""
        point = f"{place.lat:.5f}, {place.long:.5f}"
        href = f"https://www.openstreetmap.org/?mlat={place.lat:.5f}&mlon={place.long:.5f}#map=14/{place.lat:.5f}/{place.long:.5f}"
        return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', href, point)

    @admin.display(description=_("who answers there now"))
    def who_answers(self, place: MissingPlace) -> str:
        """Whether it is missing still."""
        found = routing.jurisdictions_at(place.lat, place.long)
        return ", ".join(each.jurisdiction.name for each in found) or str(_("nobody"))

    @admin.display(description=_("others close by"))
    def others_near(self, place: MissingPlace) -> str:
        """How many more said it of a place within some kilometres."""
        others = MissingPlace.objects.exclude(pk=place.pk).values_list("lat", "long")
        near = [1 for lat, long in others if float(great_circle(lat, place.lat, place.long - long)) <= NEAR_METRES]
        return str(len(near)) if near else NOTHING
