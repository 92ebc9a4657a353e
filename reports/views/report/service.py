"""What the problem is: one list of what may be reported at the place."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.forms import call_first
from reports.forms.service import FOLDED_FROM, ServiceForm, find_service, listed, search_services, searched_text
from reports.geo import most_reported
from reports.models import CallNowRule, Service
from reports.views import foresight
from reports.views.flow import FlowView
from reports.views.service_requests.trouble import slow_bodies
from reports.views.whereabouts import Whereabouts, look_at


class ServicePage(FlowView):
    """What the problem is: the services of all bodies that answer at the place, in one list.

    A service that stops the report ends it here; one of which a volunteer says whom to call first says so before
    anything else is asked.
    """

    page: ClassVar = "service"
    template: ClassVar = "report/service.html"

    @cached_property
    def here(self) -> Whereabouts:
        """The draft's place and what may be reported there."""
        return look_at(self.answers["location"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = find_service(self.here.services, request.GET.get("service", ""))
        if wanted is not None and wanted.stop_message:
            return self._stop_page(wanted)
        response = super().get(request, *args, **kwargs)
        foresight.fetch_questions(self.here.services)
        return response

    def get_form(self, data: Any = None, files: Any = None) -> ServiceForm:
        chosen = (self.answers.get("service") or {}).get("service")
        wanted = find_service(self.here.services, self.request.GET.get("service", ""))
        return ServiceForm(data, services=self.here.services, initial={"service": wanted.pk if wanted else chosen})

    def accept(self, form: ServiceForm) -> HttpResponse:
        if form.none_fits:
            return self.render("report/none_fits.html", {"here": self.here, "back_url": self.url("service")})
        chosen = form.chosen
        if chosen.stop_message:
            return self._stop_page(chosen)
        before = self.answers.get("service") or {}
        told = self.request.POST.get("called") == "1" or (before.get("service") == chosen.pk and before.get("called"))
        if chosen.call_now and not told:
            return self.call_page(chosen)
        return self.save_and_go_on(form.answer() | ({"called": True} if chosen.call_now else {}))

    def _stop_page(self, stopped: Service) -> HttpResponse:
        return self.render("report/stop.html", {"stopped": stopped, "back_url": self.url("service")})

    def extra_context(self, form: ServiceForm) -> dict[str, Any]:
        query = self.request.GET.get("q", "").replace("\0", "").strip()[:200]
        services = self.here.services
        found = search_services(services, query)
        chosen = str(form["service"].value() or "")
        kept = [service for service in services if str(service.pk) == chosen and service not in found]
        groups = listed([*kept, *found], [] if query else self._first(), chosen)
        return {
            "here": self.here,
            "place_url": self.url("place"),
            "address": self.answers["location"].get("address_string", ""),
            "query": query,
            "found": len(found),
            "away": self.here.away,
            "slow": slow_bodies(service.endpoint for service in services),
            "again_url": self.url("service"),
            "groups": [
                {"group": group, "services": [(service, searched_text(service)) for service in group.services]}
                for group in groups
            ],
            "folded": not query and any(not group.open for group in groups),
            "chosen": chosen,
            "gone": self._gone(),
            "call_rules": call_first.as_json(self._rules),
            "call_first": call_first.meant_by(query, self._rules),
        }

    @cached_property
    def _rules(self) -> list[CallNowRule]:
        bodies = [body.pk for body in self.here.answering]
        return call_first.rules_for(bodies, get_language() or "")

    def _first(self) -> list[Service]:
        """What is reported most round here; nothing where the list is short, or where the place is words alone."""
        if len(self.here.services) < FOLDED_FROM or self.here.in_words:
            return []
        return most_reported.first_of(self.here.services, self.here.lat, self.here.long)

    def _gone(self) -> str:
        """The name of a service that was chosen and is not offered any more; empty where none was."""
        pk = (self.answers.get("service") or {}).get("gone")
        if pk is None:
            return ""
        service = Service.objects.select_related("override").filter(pk=pk).first()
        return service.shown_name if service else _("What you chose")
