"""How the person can be reached."""

from typing import Any, ClassVar

from reports.forms.contact import ContactForm
from reports.views import protection
from reports.views.flow import FlowView
from reports.views.signed_in import confirmed_address


class ContactPage(FlowView):
    """Who reports it, and what may be done with that. An account fills in its e-mail address, and ticks nothing."""

    page: ClassVar = "contact"
    template: ClassVar = "report/contact.html"

    def get_form(self, data: Any = None, files: Any = None) -> ContactForm:
        endpoint = self.the_service.endpoint
        kept = self.answers.get("contact") or {}
        if kept.get("endpoint", endpoint.pk) != endpoint.pk:
            kept = {**kept, "pass_on": False}  # the consent named another body
        user = None if kept else protection.signed_in(self.request)
        return ContactForm(data, endpoint=endpoint, initial={"email": confirmed_address(user)} if user else kept)
