"""What should not be public, and why. Nothing is asked about the person."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from reports.forms.questions import TextField
from reports.models import AbuseReason
from reports.templatetags.mail_text import plain

MOST: Final = 2000  # characters; `AbuseReport.text` holds as many
WHOLE: Final = "report"


class AbuseForm(forms.Form):
    """`things` are what it may be about, each a value and its words: the report itself, its comments, its photos."""

    about = forms.ChoiceField(
        label=gettext_lazy("What should not be public?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what should not be public."),
            "invalid_choice": gettext_lazy("That is not shown any more. Choose what should not be public."),
        },
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        choices=AbuseReason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a reason."),
            "invalid_choice": gettext_lazy("Choose a reason."),
        },
    )
    text = TextField(
        most=MOST,
        required=False,
        label=gettext_lazy("Say more, if it helps"),
        help_text=gettext_lazy("Only the volunteers read it. You need not say who you are."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, things: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about = self.fields["about"]
        assert isinstance(about, forms.ChoiceField)  # noqa: S101 - it is declared so above; for the type checker
        about.choices = things
        if len(things) == 1:
            about.widget = forms.HiddenInput()
            self.initial["about"] = things[0][0]

    def clean_text(self) -> str:
        """Without control characters and without the marks that turn text round."""
        return plain(self.cleaned_data["text"]).strip()
