"""The check of all answers, from which the report is filed."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from reports import callers, intake
from reports.delivery.endpoints import keeps_private
from reports.dialects import registry
from reports.forms.check import summary
from reports.models import Environment
from reports.views import conditions, drafts, protection
from reports.views.flow import FlowView
from reports.views.service_requests.trouble import slow_bodies


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
            self.draft.service_request = intake.file_service_request(
                self.draft, account=protection.signed_in(request), address=callers.exact_address(request)
            )
        except intake.NotReady as missing:
            return self.to(conditions.page_of(missing.page))
        return self.to(conditions.DONE)

    def show_answers(self, refusal: protection.Refusal | None = None) -> HttpResponse:
        """The page; under the refusal's status where there is one."""
        photos = list(self.draft.media.all())
        endpoint = self.the_service.endpoint
        lines = [(line, self.change_url(line.page)) for line in summary(self.answers, self.the_service, len(photos))]
        name = registry.name_of(endpoint.dialect)  # Chicago's own needs no mention beside "City of Chicago"
        context = {
            "refusal": refusal,
            "read_by_all": [(line, href) for line, href in lines if line.public],
            "read_by_few": [(line, href) for line, href in lines if not line.public],
            "keeps_private": keeps_private(endpoint),
            "by_mail": endpoint.base_url.startswith("mailto:"),
            "photos": photos,
            "endpoint": endpoint,
            "slow": slow_bodies([endpoint]),
            "system": "" if name in endpoint.jurisdiction.name else f" ({name})",
            "test_system": endpoint.environment == Environment.TEST,
        }
        response = self.render(self.template, context, status=refusal.status if refusal else 200)
        if refusal and refusal.retry_after:
            response.headers["Retry-After"] = str(refusal.retry_after)
        return response

    def _send_back(self) -> HttpResponse | None:
        """Hold the answers against the world once more; a redirect to the page that has to be looked at again."""
        self.draft = drafts.keep_up(self.draft)
        first = conditions.first_unanswered(self.answers)
        return None if first == conditions.CHECK else self.to(first)
