"""What a volunteer can do with an endpoint. The calls run outside any transaction: the changelist opens none."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.delivery import catalogue, endpoints
from reports.dialects.errors import ConfigurationError, DialectError
from reports.dialects.messages import Place
from reports.geo import routing
from reports.geo.measures import inner_point
from reports.models import Endpoint, Service

NAMES_SHOWN = 8
AT_ONCE = 5  # each is a call that may take as long as its time-out, and the volunteer waits for all of them


@admin.action(description=gettext_lazy("Test this endpoint"), permissions=["change"])
def test_endpoint(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
    """Ask for the services and say what came; nothing is stored. One that lists them by place is asked for a place."""
    for endpoint in _few(request, queryset):
        if _has_no_list(request, endpoint):
            continue
        try:
            services = endpoints.dialect_for(endpoint).services(_somewhere(endpoint))
        except (DialectError, ConfigurationError) as error:
            messages.error(request, _("%(endpoint)s: %(error)s") % {"endpoint": endpoint, "error": plain(error)})
            continue
        names = ", ".join(service.service_name for service in services[:NAMES_SHOWN])
        found = ngettext("it answered with %(count)d service", "it answered with %(count)d services", len(services))
        words = f"{endpoint}: {found % {'count': len(services)}}"
        if not services:
            messages.warning(request, _("%(words)s. A list without services is rarely meant.") % {"words": words})
        else:
            more = " …" if len(services) > NAMES_SHOWN else ""
            messages.success(request, f"{words}: {names}{more}")


@admin.action(description=gettext_lazy("Fetch services now"), permissions=["change"])
def fetch_services(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
    """Fetch services and definitions, store them, and say what changed."""
    for endpoint in _few(request, queryset):
        if _has_no_list(request, endpoint, by_place=True):
            continue
        try:
            difference = catalogue.sync_services(endpoint)
        except (DialectError, ConfigurationError) as error:
            messages.error(
                request,
                _("%(endpoint)s: nothing was changed. %(error)s") % {"endpoint": endpoint, "error": plain(error)},
            )
            continue
        modeladmin.log_change(request, endpoint, _("Services fetched."))
        level = messages.WARNING if difference.list_was_short or difference.without_definition else messages.SUCCESS
        names = dict(Service.objects.filter(endpoint=endpoint).values_list("service_code", "service_name"))
        messages.add_message(request, level, f"{endpoint}: {in_words(difference, names)}")


@admin.action(description=gettext_lazy("Pause: offer nothing and send nothing"), permissions=["change"])
def pause(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
    """Switch off; reports that wait for it go on waiting."""
    _switch(modeladmin, request, queryset, active=False)


@admin.action(description=gettext_lazy("Resume: offer its services and send what waits"), permissions=["change"])
def resume(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
    """Switch on; the next sweep sends what waits."""
    _switch(modeladmin, request, queryset, active=True)


def plain(error: DialectError | ConfigurationError) -> str:
    """An error for a volunteer: what was asked, what came, and the body's own words where it gave some."""
    if isinstance(error, ConfigurationError):
        return _("The settings of this endpoint cannot work. %(error)s") % {"error": error}
    parts = [f"{error}", *error.messages]
    if error.status_code:
        parts.append(_("HTTP status %(code)s.") % {"code": error.status_code})
    return " ".join(dict.fromkeys(part for part in parts if part))


def in_words(difference: catalogue.Difference, names: Mapping[str, str]) -> str:
    """What a sync found, by the services' names where `names` has them for the codes."""
    found = [
        (_("new"), difference.added),
        (_("changed"), difference.changed),
        (_("the same under a new code"), difference.recoded),
        (_("back again"), difference.returned),
        (_("not in the list"), difference.missing),
        (_("suspended"), difference.suspended),
        (_("without their questions, which could not be fetched"), difference.without_definition),
        (_("asked for their questions next time"), difference.postponed),
    ]
    parts = [f"{label} ({len(codes)}): {_listed(codes, names)}" for label, codes in found if codes]
    if difference.list_was_short:
        parts.append(_("the list was suspiciously short, so nothing was suspended"))
    return "; ".join(parts) or _("nothing new")


def _has_no_list(request: HttpRequest, endpoint: Endpoint, *, by_place: bool = False) -> bool:
    """Say why there is no list to fetch, where there is none."""
    try:
        reason = catalogue.why_not_synced(endpoint)
    except ConfigurationError:
        return False  # is said by the call
    words = {
        "written": _("%(endpoint)s: it has no list to fetch. Write its services under “Services”."),
        "place": _("%(endpoint)s: its services depend on the place and are asked for where somebody reports."),
    }
    if not reason or (reason == "place" and not by_place):
        return False
    messages.info(request, words[reason] % {"endpoint": endpoint})
    return True


def _somewhere(endpoint: Endpoint) -> Place | None:
    """A point that its body answers for, where the list has to be asked for with one."""
    boundary = endpoint.jurisdiction.boundary
    if not routing.depends_on_place(endpoint) or not boundary:
        return None
    return Place(*inner_point(boundary))


def _listed(codes: Sequence[str], names: Mapping[str, str]) -> str:
    more = " …" if len(codes) > NAMES_SHOWN else ""
    return ", ".join(names.get(code, code) for code in codes[:NAMES_SHOWN]) + more


def _few(request: HttpRequest, queryset: QuerySet[Endpoint]) -> list[Endpoint]:
    chosen = list(queryset.select_related("jurisdiction")[: AT_ONCE + 1])
    if len(chosen) > AT_ONCE:
        messages.warning(request, _("Only the first %(count)d were asked. Choose fewer at once.") % {"count": AT_ONCE})
    return chosen[:AT_ONCE]


def _switch(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Endpoint], *, active: bool) -> None:
    changed = list(queryset.select_related("jurisdiction").exclude(active=active))
    queryset.model.objects.filter(pk__in=[endpoint.pk for endpoint in changed]).update(active=active)
    words = _("Resumed.") if active else _("Paused.")
    for endpoint in changed:
        modeladmin.log_change(request, endpoint, words)
    said = (
        ngettext("%(count)d endpoint resumed.", "%(count)d endpoints resumed.", len(changed))
        if active
        else ngettext("%(count)d endpoint paused.", "%(count)d endpoints paused.", len(changed))
    )
    messages.success(request, said % {"count": len(changed)})
