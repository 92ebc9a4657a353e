"""The questions after the place, the check of all answers, and the end: each page is its form and what it shows."""

from dataclasses import replace
from typing import Any, ClassVar

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from reports import intake
from reports.delivery import catalogue
from reports.delivery.submit import is_blackbox
from reports.dialects import registry
from reports.dialects.errors import ConfigurationError, DialectError
from reports.forms.attributes import AttributesForm
from reports.forms.check import summary
from reports.forms.contact import ContactForm
from reports.forms.media import MediaForm
from reports.forms.service import ServiceForm, find_service, grouped, search_services, searched_text
from reports.links import take_away_link
from reports.media import remove
from reports.models import Environment, Service, User
from reports.views import conditions, drafts, protection
from reports.views.flow import FlowView
from reports.views.trouble import slow_bodies
from reports.views.whereabouts import Whereabouts, look

FAR_FROM_PLACE = 0.0005  # degrees, about 50 m: closer than that, a photo's place says nothing new


class ServicePage(FlowView):
    """What the problem is: the services of all bodies that answer at the place, in one list."""

    page: ClassVar = "service"
    template: ClassVar = "report/service.html"

    @cached_property
    def here(self) -> Whereabouts:
        """The draft's place and what may be reported there."""
        place = self.answers["location"]
        return look(place["lat"], place["long"])

    def get_form(self, data: Any = None, files: Any = None) -> ServiceForm:
        chosen = (self.answers.get("service") or {}).get("service")
        wanted = find_service(self.here.services, self.request.GET.get("service", ""))
        return ServiceForm(data, services=self.here.services, initial={"service": wanted.pk if wanted else chosen})

    def accept(self, form: ServiceForm) -> HttpResponse:
        if form.chosen.stop_message:
            return self.render("report/stop.html", {"stopped": form.chosen, "back_url": self.url("service")})
        return self.save_and_go_on(form.answer())

    def extra_context(self, form: ServiceForm) -> dict[str, Any]:
        query = self.request.GET.get("q", "").strip()[:200]
        found = search_services(self.here.services, query)
        chosen = str(form["service"].value() or "")
        kept = [service for service in self.here.services if str(service.pk) == chosen and service not in found]
        return {
            "here": self.here,
            "place_url": self.url("place"),
            "address": self.answers["location"].get("address_string", ""),
            "query": query,
            "found": len(found),
            "away": self.here.away,
            "slow": slow_bodies(service.endpoint for service in self.here.services),
            "again_url": self.url("service"),
            "groups": [
                {"name": group.name, "services": [(service, searched_text(service)) for service in group.services]}
                for group in grouped([*kept, *found])
            ],
            "chosen": chosen,
            "gone": self._gone(),
        }

    def _gone(self) -> str:
        """The name of a service that was chosen and is not offered any more; empty where none was."""
        pk = (self.answers.get("service") or {}).get("gone")
        if pk is None:
            return ""
        service = Service.objects.select_related("override").filter(pk=pk).first()
        return service.shown_name if service else _("What you chose")


class AttributesPage(FlowView):
    """The service's own questions and the description. Questions that were never had are fetched now."""

    page: ClassVar = "attributes"
    template: ClassVar = "report/attributes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._without_questions(newest=True) or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._without_questions(newest=False) or super().post(request, *args, **kwargs)

    def get_form(self, data: Any = None, files: Any = None) -> AttributesForm:
        return AttributesForm(data, service=self.the_service, kept=self.answers.get("attributes"))

    def accept(self, form: AttributesForm) -> HttpResponse:
        chosen = {"service": form.service.pk, "definition_hash": form.service.definition_hash}
        self.draft = drafts.answer(self.draft, "service", chosen)
        return self.save_and_go_on(form.answer())

    def _without_questions(self, *, newest: bool) -> HttpResponse | None:
        """Where to go instead: the body's questions cannot be had, or it has just said that it takes none of these."""
        try:
            service = catalogue.with_definition(self.the_service, newest=newest)
        except (DialectError, ConfigurationError):
            again = {"again_url": self.url(self.page), "service_url": self.url("service")}
            return self.render("report/questions_away.html", again, status=503)
        if service.active:
            return None
        self.draft = drafts.keep_up(self.draft)
        return self.to(conditions.first_unanswered(self.answers))


class MediaPage(FlowView):
    """Photos, each kept as soon as it has arrived."""

    page: ClassVar = "media"
    template: ClassVar = "report/media.html"

    @property
    def most_bytes(self) -> int:
        return int(settings.PHOTOS_MAX * settings.PHOTO_MAX_BYTES + super().most_bytes)

    def get_form(self, data: Any = None, files: Any = None) -> MediaForm:
        return MediaForm(data, files)

    def accept(self, form: MediaForm) -> HttpResponse:
        unwanted = self.request.POST.get("remove")
        if unwanted:
            for photo in self.draft.media.filter(pk=unwanted) if unwanted.isdecimal() else []:
                remove(photo)
        form.store_in(self.draft)  # with every button, as the page that comes next has no file chosen any more
        if unwanted or "add" in self.request.POST:
            return self.show(form) if form.errors else self.to(self.page)
        form.demand(self.draft, self.the_service.endpoint)
        endpoint = {"endpoint": self.the_service.endpoint_id}
        return self.show(form) if form.errors else self.save_and_go_on(form.answer() | endpoint)

    def show(self, form: Form, refusal: protection.Refusal | None = None, **context: Any) -> HttpResponse:
        if refusal is not None and self.request.FILES:
            sentence = _("%(refusal)s The photos were not kept: choose them again.") % {"refusal": refusal.sentence}
            refusal = replace(refusal, sentence=sentence)
        return super().show(form, refusal, **context)

    def extra_context(self, form: MediaForm) -> dict[str, Any]:
        photos = list(self.draft.media.all())
        place = self.answers["location"]
        return {
            "photos": photos,
            "room": settings.PHOTOS_MAX - len(photos),
            "most": settings.PHOTOS_MAX,
            "most_bytes": settings.PHOTO_MAX_BYTES,
            "megabytes": settings.PHOTO_MAX_BYTES / 2**20,
            "place_url": self.url("place"),
            "elsewhere": {
                photo.pk
                for photo in photos
                if photo.lat is not None
                and photo.long is not None
                and max(abs(photo.lat - place["lat"]), abs(photo.long - place["long"])) > FAR_FROM_PLACE
            },
        }


class ContactPage(FlowView):
    """Who reports it, and what may be done with that."""

    page: ClassVar = "contact"
    template: ClassVar = "report/contact.html"

    def get_form(self, data: Any = None, files: Any = None) -> ContactForm:
        endpoint = self.the_service.endpoint
        kept = self.answers.get("contact") or {}
        if kept.get("endpoint", endpoint.pk) != endpoint.pk:
            kept = {**kept, "pass_on": False}  # the consent named another body
        return ContactForm(data, endpoint=endpoint, initial=kept)


class CheckPage(FlowView):
    """All answers, each with a way back to it; posting files the report, once."""

    page: ClassVar = "check"
    template: ClassVar = "report/check.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._send_back() or self.show_answers()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sent_back = self._send_back()
        if sent_back is not None:
            return sent_back
        refusal = protection.refuse_step(request, self.purpose) or protection.refuse_filing(request, self.draft)
        if refusal is not None:
            return self.show_answers(refusal)
        try:
            self.draft.service_request = intake.file_service_request(self.draft, account=self._account())
        except intake.NotReady as missing:
            return self.to(conditions.page_of(missing.page))
        return self.to(conditions.DONE)

    def show_answers(self, refusal: protection.Refusal | None = None) -> HttpResponse:
        """The page; under the refusal's status where there is one."""
        photos = list(self.draft.media.all())
        service = self.the_service
        endpoint = service.endpoint
        context = {
            "refusal": refusal,
            "lines": [(line, self.url(line.page)) for line in summary(self.answers, service, len(photos))],
            "photos": photos,
            "endpoint": endpoint,
            "slow": slow_bodies([endpoint]),
            "system": dict(registry.choices()).get(endpoint.dialect, endpoint.dialect),
            "test_system": endpoint.environment == Environment.TEST,
        }
        response = self.render(self.template, context, status=refusal.status if refusal else 200)
        if refusal and refusal.retry_after:
            response.headers["Retry-After"] = str(refusal.retry_after)
        return response

    def _account(self) -> User | None:
        """Whose report it is. The session is looked at only where one came, with a post that is surely from our page.

        No form token guards this post: another site must not file reports in somebody's name.
        """
        if settings.SESSION_COOKIE_NAME not in self.request.COOKIES or not protection.same_origin(self.request):
            return None
        user = self.request.user
        return user if user.is_authenticated else None

    def _send_back(self) -> HttpResponse | None:
        """Hold the answers against the world once more; a redirect to the page that has to be looked at again."""
        self.draft = drafts.keep_up(self.draft)
        first = conditions.first_unanswered(self.answers)
        return None if first == conditions.CHECK else self.to(first)


class DonePage(FlowView):
    """What was filed, under which reference, and what happens next."""

    page: ClassVar = "done"
    template: ClassVar = "report/done.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        filed = self.draft.service_request
        if filed is None:
            raise LookupError("a draft that was not filed has no last page")
        body = filed.jurisdiction
        context = {
            "service_request": filed,
            "jurisdiction": body,
            "blackbox": is_blackbox(filed),
            "told": filed.subscriptions.filter(ended_at=None).first(),
            "take_away_url": take_away_link(filed),
            "page_title": _("Report received"),
        }
        return self.render(self.template, context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.to(self.page)
