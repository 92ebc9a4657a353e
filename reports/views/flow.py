"""What every page of a report has in common: its draft, what guards it, and where Continue and Back lead."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from reports import callers
from reports.geo import spots
from reports.geo.spots import Spot
from reports.links import LinkExpired, LinkForged, draft_from_key, draft_key
from reports.models import Draft, Jurisdiction, Service
from reports.views import changes, conditions, drafts, protection
from reports.views.whereabouts import look_at


@method_decorator(csrf_exempt, name="dispatch")  # the flow sets no cookie; `protection` stands in for the token
class FlowView(View):
    """One page of the flow. `frame` is the template that the page extends, `namespace` the addresses it links to.

    Both are arguments of `as_view()`, so that the same pages can stand in another frame.
    """

    frame: str = "report/base.html"
    namespace: str = "report"

    page: ClassVar[str]
    template: ClassVar[str]
    draft: Draft

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        problem = self._guard(request) or self._find_draft() or self._read(request)
        response = problem or super().dispatch(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    # --- what a page may say otherwise ------------------------------------------------------------------------

    def get_form(self, data: Any = None, files: Any = None) -> Form:
        """The page's form; with the draft's answers where `data` is None."""
        raise NotImplementedError

    def accept(self, form: Any) -> HttpResponse:
        """A valid form: save its answer and go on."""
        return self.save_and_go_on(form.answer())

    def extra_context(self, form: Any) -> dict[str, Any]:
        """What the template needs beside the form."""
        return {}

    @property
    def most_bytes(self) -> int:
        """The longest body that this page reads."""
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)

    # --- the way through a page -------------------------------------------------------------------------------

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.get_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refusal = protection.refuse_step(request, self.purpose)
        form = self.get_form(request.POST, request.FILES)
        if refusal is not None:
            return self.show(form, refusal)
        return self.accept(form) if form.is_valid() else self.show(form)

    def show(self, form: Form, refusal: protection.Refusal | None = None, **context: Any) -> HttpResponse:
        """The page, with what was typed; under the refusal's status where there is one."""
        response = self.render(
            self.template,
            {"form": form, "refusal": refusal, **self.extra_context(form), **context},
            status=refusal.status if refusal else 200,
        )
        if refusal and refusal.retry_after:
            response.headers["Retry-After"] = str(refusal.retry_after)
        return response

    def render(self, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        shared = {
            "frame": self.frame,
            "page": self.page,
            "form_key": protection.form_key(self.purpose),
            "honeypot": protection.HONEYPOT,
            "start_url": self.url("start"),
            "back_url": self.back_url,
            "from_check": self.from_check,
            "moved": self._moved(),
            "jurisdiction": self.jurisdiction,
            "service": self.service,
        }
        return render(self.request, template, {**shared, **context}, status=status)

    def call_page(self, service: Service) -> HttpResponse:
        """Whom to call about a service before anything is asked of it, and the way on. Nothing is saved by it."""
        url = self.change_url("service") if self.from_check else self.url("service")
        context = {
            "called_about": service,
            "back_url": url,
            "service_url": url,
            "form_key": protection.form_key(f"service.{self.draft.pk}"),
        }
        return self.render("report/call_now.html", context)

    def call_first(self) -> HttpResponse | None:
        """That page where the chosen service has such words and nobody was shown them, as a link chose it."""
        if self.the_service.call_now and not self.answers["service"].get("called"):
            return self.call_page(self.the_service)
        return None

    def _moved(self) -> list[str]:
        """What another place has changed, on the page to which its question led on; on no page after that."""
        place = self.answers.get("location") or {}
        if "moved" not in self.request.GET or "before" not in place:
            return []
        return changes.sentences(changes.Before.of_dict(place["before"]), look_at(place, ask=False))

    def save_and_go_on(self, given: Mapping[str, Any]) -> HttpResponse:
        self.draft = drafts.answer(self.draft, self.page, given, account=protection.signed_in(self.request))
        return self.go_on()

    def go_on(self) -> HttpResponse:
        return self.to(conditions.next_page(self.draft.answers, self.page))

    def to(self, page: str) -> HttpResponse:
        """Redirect to a page of this draft; to the last one where the draft has been filed."""
        if self.draft.service_request_id:
            page = conditions.DONE
        again = page == self.page and self.from_check  # the page once more: its Back still leads to the check
        return HttpResponseRedirect(self.change_url(page) if again else self.url(page))

    def url(self, page: str) -> str:
        """The address of a page in this frame: of this draft's, or of the start."""
        kwargs = {name: value for name, value in self.kwargs.items() if name != "key"}
        if page != "start":
            kwargs["key"] = draft_key(self.draft)
        return reverse(f"{self.namespace}:{page}", kwargs=kwargs)

    def change_url(self, page: str) -> str:
        """The address of a page for somebody who comes from the check, and goes back to it."""
        return f"{self.url(page)}?{urlencode({'from': conditions.CHECK})}"

    # --- what the page is about -------------------------------------------------------------------------------

    @property
    def has_draft(self) -> bool:
        """Whether the report has been begun."""
        return hasattr(self, "draft")

    @property
    def answers(self) -> dict[str, Any]:
        """The answers so far."""
        return self.draft.answers if self.has_draft else {}

    @property
    def purpose(self) -> str:
        """What a form key is good for: this page of this draft."""
        return f"{self.page}.{self.draft.pk}" if self.has_draft else self.page

    @property
    def back_url(self) -> str:
        """Where Back leads; the front page from the first question."""
        if not self.has_draft or self.page not in conditions.PAGES:
            return reverse("home")
        back = conditions.back_page(self.answers, self.page, from_check=self.from_check)
        return self.url(back) if back else reverse("home")

    @property
    def from_check(self) -> bool:
        """Whether a Change link led here. Forms without an address of their own post it back."""
        return self.request.GET.get("from") == conditions.CHECK

    @cached_property
    def service(self) -> Service | None:
        """The chosen service."""
        return drafts.chosen_service(self.draft) if self.has_draft else None

    @property
    def the_service(self) -> Service:
        """The chosen service, on the pages that `may_open` opens only when there is one."""
        if self.service is None:
            raise LookupError(f"the page {self.page} was opened without a service")
        return self.service

    @cached_property
    def jurisdiction(self) -> Jurisdiction | None:
        """The body whose telephone number and emergency words stand on the page."""
        if self.service is not None:
            return self.service.endpoint.jurisdiction
        place = self.answers.get("location")
        found = spots.answering(Spot.of(place)) if place else []
        return found[0] if found else None

    # --- guards -----------------------------------------------------------------------------------------------

    def _guard(self, request: HttpRequest) -> HttpResponse | None:
        if request.method != "POST":
            return None
        if callers.too_large(request, self.most_bytes):
            return self._problem("report/too_large.html", 413)
        if protection.cross_site(request):
            return self._problem("report/other_site.html", 403)
        return None

    def _read(self, request: HttpRequest) -> HttpResponse | None:
        """Read what was posted, which is when Django counts its fields and files."""
        try:
            len(request.POST)
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
            return self._problem("report/too_large.html", 413)
        return None

    def _find_draft(self) -> HttpResponse | None:
        if "key" not in self.kwargs:
            return None
        try:
            self.draft = draft_from_key(self.kwargs["key"])
        except LinkForged:
            return self._problem("report/not_found.html", 404)
        except LinkExpired:
            return self._problem("report/expired.html", 410)
        if self.draft.service_request_id is not None:
            return None if self.page == conditions.DONE else self.to(conditions.DONE)
        if self.service is None and conditions.is_answered(self.answers, "service"):
            self.draft = drafts.keep_up(self.draft)  # the row has been deleted meanwhile
        if self.page == conditions.DONE or not conditions.may_open(self.answers, self.page):
            return self.to(conditions.first_unanswered(self.answers))
        return None

    def _problem(self, template: str, status: int) -> HttpResponse:
        """A page that ends here, for a request whose draft has not been looked up."""
        context = {"frame": self.frame, "start_url": self.url("start"), "again_url": self.request.path}
        return render(self.request, template, context, status=status)
