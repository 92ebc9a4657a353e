"""Who reports it. Everything here is optional, except what the body that answers does not do without."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.delivery import disclosures
from reports.forms.demands import required_by
from reports.models import Endpoint

DETAILS: Final = ("email", "first_name", "last_name", "phone")


class ContactForm(forms.Form):
    """Contact details and two separate consents: to pass them on, and to be told of changes by e-mail."""

    email = forms.EmailField(
        max_length=254,
        label=gettext_lazy("E-mail"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
        error_messages={"invalid": gettext_lazy("Write the e-mail address like name@example.com.")},
    )
    first_name = forms.CharField(
        max_length=100, label=gettext_lazy("First name"), widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        max_length=100, label=gettext_lazy("Last name"), widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    phone = forms.CharField(
        max_length=40,
        label=gettext_lazy("Phone"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "input--narrow"}),
    )
    tell_me = forms.BooleanField(required=False, label=gettext_lazy("E-mail me when something changes"))
    pass_on = forms.BooleanField(required=False)
    # Whom the page named beside the tick. The service may be changed in another tab while this one is open.
    endpoint = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, endpoint: Endpoint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recipient = endpoint
        self.initial["endpoint"] = endpoint.pk
        self.body = endpoint.jurisdiction.name
        self.demanded = required_details(endpoint)
        for name in DETAILS:
            field = self.fields[name]
            field.required = name in self.demanded
            named = {"body": self.body, "field": field.label}  # the summary of errors shows no more than this
            field.error_messages["required"] = _("%(field)s: %(body)s needs this.") % named
        self.sent = [name for name in DETAILS if name in disclosures.sent_to(endpoint)]
        self._say_what_is_passed_on()

    def clean(self) -> dict[str, Any]:
        """The two boxes need something to be ticked for, and consent has to name the body that gets the report."""
        cleaned = super().clean() or {}
        if cleaned.get("pass_on") and cleaned.get("endpoint") != str(self.recipient.pk):
            return self._ask_anew(cleaned)
        given = any(cleaned.get(name) for name in DETAILS)
        if cleaned.get("tell_me") and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Fill in the e-mail address to which the news should go."))
        if cleaned.get("pass_on") and not given and not self.errors:
            self.add_error("email", _("Fill in what should be passed on, or take the tick away."))
        if self.demanded and not cleaned.get("pass_on"):
            needed = _("%(body)s takes no report without these details. Tick this to send the report.")
            self.add_error("pass_on", needed % {"body": self.body})
        return cleaned

    @property
    def two_boxes(self) -> list[forms.BoundField]:
        """What may be done with the details: to tell of changes, and to pass them on where the body can take any."""
        return [self[name] for name in ("tell_me", "pass_on") if name in self.fields]

    def answer(self) -> dict[str, Any]:
        """The draft's `contact`, with the endpoint that was named beside the consent."""
        given = {name: self.cleaned_data[name] for name in (*DETAILS, "tell_me")}
        passed = bool(self.cleaned_data.get("pass_on"))
        return given | {"pass_on": passed, "endpoint": self.recipient.pk}

    def _say_what_is_passed_on(self) -> None:
        """Name the body in the box, and which details its system has a place for; no box where it has one for none."""
        named = {"body": self.body, "details": disclosures.named(self.sent)}
        if not self.sent and not self.demanded:
            del self.fields["pass_on"]
            return
        box = self.fields["pass_on"]
        box.label = _("Pass my details on to %(body)s, so that they can ask me") % named
        if self.sent and len(self.sent) < len(DETAILS):
            box.help_text = _("Its system takes only this of them: %(details)s.") % named

    def _ask_anew(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Show the page with the tick taken away and the body that it would be for now."""
        words = _("The report goes to %(body)s now. Tick this again if your details may be passed on there.")
        self.add_error("pass_on", words % {"body": self.body})
        self.data = {name: value for name, value in self.data.items() if name != "pass_on"}
        self.data["endpoint"] = str(self.recipient.pk)
        return cleaned


def required_details(endpoint: Endpoint) -> list[str]:
    """The contact details without which this body takes no report, in the order of the form."""
    return [name for name in DETAILS if name in required_by(endpoint)]
