"""Rules between bodies, what is wrong with them, and where a report would go."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.admin.generic import ModelAdmin
from reports.geo import routing, rules
from reports.models import RoutingRule


@admin.register(RoutingRule)
class RoutingRuleAdmin(ModelAdmin[RoutingRule]):
    """Which body's service takes a kind of report where several answer. Every save says what the rule does not do."""

    list_display = ("jurisdiction", "words", "kind", "to", "active", "works")
    list_filter = ("active", "kind")
    search_fields = ("jurisdiction__name", "to__name", "words", "reason")
    autocomplete_fields = ("jurisdiction", "to")
    fields = ("jurisdiction", "words", "kind", "to", "reason", "active")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoutingRule]:
        """Without the bodies' boundaries."""
        rows = super().get_queryset(request).select_related("jurisdiction", "to")
        return rows.defer("jurisdiction__boundary", "to__boundary")

    @admin.display(description=gettext_lazy("works"))
    def works(self, rule: RoutingRule) -> str:
        """What keeps it from having an effect, or yes."""
        return " ".join(rules.problems(rule)) or _("yes")

    def save_model(self, request: HttpRequest, obj: RoutingRule, form: Any, change: bool) -> None:
        """Save, and warn of what the rule will not do as things stand."""
        super().save_model(request, obj, form, change)
        for problem in rules.problems(obj):
            messages.warning(request, problem)

    def get_urls(self) -> list[URLPattern]:
        """With the page that says where a report would go."""
        page = self.admin_site.admin_view(self.where)
        return [path("where/", page, name="reports_routingrule_where"), *super().get_urls()]

    def where(self, request: HttpRequest) -> HttpResponse:
        """GET `lat`, `long` and `words`: what may be reported there, and what the rules did to it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = {name: request.GET.get(name, "").strip()[:200] for name in ("lat", "long", "words")}
        context = {
            **self.admin_site.each_context(request),
            "title": _("Where would this go?"),
            "opts": self.model._meta,
            "asked": asked,
            **(_found(**asked) if asked["lat"] or asked["long"] else {}),
        }
        return TemplateResponse(request, "admin/where_would_this_go.html", context)


def _found(lat: str, long: str, words: str) -> dict[str, Any]:
    try:
        point = routing.checked(float(lat.replace(",", ".")), float(long.replace(",", ".")))
    except ValueError as error:
        told = str(error) if not str(error).startswith("could not convert") else ""
        return {"error": told or _("Latitude and longitude have to be numbers.")}
    offers = routing.offers_at(*point)
    return {
        "answering": routing.jurisdictions_at(*point),
        "services": [each for each in offers.services if _is_meant(each, words)],
        "redirected": [each for each in offers.redirected if _is_meant(each.service, words)],
        "without_effect": [each for each in offers.without_effect if _is_meant(each.service, words)],
    }


def _is_meant(service: Any, words: str) -> bool:
    return not words or rules.is_about(words, service)
