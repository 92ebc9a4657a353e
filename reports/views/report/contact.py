"""How the person can be reached."""

from typing import Any, ClassVar

from reports.forms.contact import ContactForm
from reports.models import User
from reports.views import protection
from reports.views.flow import FlowView
from reports.views.signed_in import confirmed_address


class ContactPage(FlowView):
    """Who reports it, and what may be done with that. An account fills in what its owner has set for new reports."""

    page: ClassVar = "contact"
    template: ClassVar = "report/contact.html"

    def get_form(self, data: Any = None, files: Any = None) -> ContactForm:
        endpoint = self.the_service.endpoint
        kept = self.answers.get("contact") or {}
        if kept.get("endpoint", endpoint.pk) != endpoint.pk:
            kept = {**kept, "pass_on": False}  # the consent named another body
        user = None if kept else protection.signed_in(self.request)
        return ContactForm(data, endpoint=endpoint, initial=_defaults(user) if user else kept)


def _defaults(account: User) -> dict[str, Any]:
    """What a new report of this account begins with; nobody is mailed at an address that was not confirmed."""
    email = confirmed_address(account)
    return {
        "email": email,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "phone": account.phone,
        "tell_me": account.follow_own and bool(email),
        "pass_on": account.pass_on,
    }
