"""The service's own questions, and the description."""

from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from reports.delivery import catalogue
from reports.dialects.errors import ConfigurationError, DialectError
from reports.forms import call_first
from reports.forms.attributes import AttributesForm
from reports.models import CallNowRule
from reports.views import conditions, drafts
from reports.views.flow import FlowView


class AttributesPage(FlowView):
    """The service's own questions and the description. Questions that were never had are fetched now.

    The page comes once more before anything is saved where the answers lead to questions that it did not show, and
    once where what was written has the words of an emergency.
    """

    page: ClassVar = "attributes"
    template: ClassVar = "report/attributes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.call_first() or self._without_questions(newest=True) or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._without_questions(newest=False) or super().post(request, *args, **kwargs)

    def get_form(self, data: Any = None, files: Any = None) -> AttributesForm:
        return AttributesForm(data, service=self.the_service, kept=self.answers.get("attributes"))

    def accept(self, form: AttributesForm) -> HttpResponse:
        if form.further:
            return self.show(form)
        meant = call_first.meant_by(form.words, self._rules)
        if meant and not self._told:
            return self.show(form, call_first=meant, told=True)
        chosen = {**self.answers.get("service", {}), "service": form.service.pk}
        self.draft = drafts.answer(self.draft, "service", chosen | {"definition_hash": form.service.questions_hash})
        return self.save_and_go_on(form.answer() | ({"called": True} if meant else {}))

    def extra_context(self, form: AttributesForm) -> dict[str, Any]:
        return {"call_rules": call_first.as_json(self._rules)}

    @cached_property
    def _rules(self) -> list[CallNowRule]:
        return call_first.rules_for([self.the_service.endpoint.jurisdiction_id], get_language() or "")

    @property
    def _told(self) -> bool:
        """Whether the person has been told whom to call, and went on."""
        before = self.answers.get("attributes") or {}
        return self.request.POST.get("called") == "1" or bool(before.get("called"))

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
