"""What the owner of an account sets: what new reports begin with, which mails come, and how the account ends."""

from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from reports.models import User

KEEP: Final = "keep"
TAKE_AWAY: Final = "take_away"


class ContactDefaultsForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """What the contact question begins with for whoever is signed in. Each report asks again, and nothing is sent."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "phone", "pass_on")
        labels: ClassVar = {
            "first_name": gettext_lazy("First name"),
            "last_name": gettext_lazy("Last name"),
            "phone": gettext_lazy("Phone"),
            "pass_on": gettext_lazy("Tick beforehand: pass my details on to the body that answers"),
        }
        help_texts: ClassVar = {"pass_on": gettext_lazy("Each report names that body, and the tick can be taken away.")}
        widgets: ClassVar = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "input--narrow"}),
        }


class MailsForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """In which language mails come, and whether new reports begin with being told of them."""

    locale = forms.ChoiceField(
        label=gettext_lazy("Language of mails"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("There are no mails in that language. Choose one of these.")},
    )

    class Meta:
        model = User
        fields = ("locale", "follow_own")
        labels: ClassVar = {"follow_own": gettext_lazy("Tick beforehand: mail me when something changes")}
        help_texts: ClassVar = {"follow_own": gettext_lazy("Each report asks, and the tick can be taken away.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = self.fields["locale"]
        assert isinstance(language, forms.ChoiceField)  # noqa: S101  # for the type checker
        language.choices = [("", gettext_lazy("The language of the page on which I ask for them")), *settings.LANGUAGES]


class EndForm(forms.Form):
    """What becomes of the reports when the account is deleted. Nothing is chosen for anybody."""

    reports = forms.ChoiceField(
        label=gettext_lazy("What should become of your reports?"),
        widget=forms.RadioSelect,
        choices=[
            (KEEP, gettext_lazy("They stay, without my name, my address and my account")),
            (TAKE_AWAY, gettext_lazy("They are taken away, all of them")),
        ],
        error_messages={
            "required": gettext_lazy("Choose what should become of your reports."),
            "invalid_choice": gettext_lazy("Choose what should become of your reports."),
        },
    )

    def __init__(self, *args: Any, has_reports: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_reports:
            del self.fields["reports"]

    @property
    def takes_away(self) -> bool:
        """Whether the reports go; of a valid form."""
        return self.cleaned_data.get("reports") == TAKE_AWAY
