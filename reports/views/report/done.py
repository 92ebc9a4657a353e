"""The end: what was filed."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from reports.delivery.submit import is_blackbox
from reports.links import take_away_link
from reports.models import Contact
from reports.views.flow import FlowView


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
            "may_be_kept": filed.account_id is None
            and Contact.objects.filter(service_request=filed).exclude(email="").exists(),
            "page_title": _("Report received"),
        }
        return self.render(self.template, context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.to(self.page)
