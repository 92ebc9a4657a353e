"""Whether it is really fixed, and words to the body where it is not."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from reports.forms.questions import TextField
from reports.models import VerdictAnswer
from reports.templatetags.mail_text import plain

MOST: Final = 2000  # characters; `Comment.text` holds as many

ANSWERS: Final = [
    (VerdictAnswer.YES.value, gettext_lazy("Yes, it is fixed")),
    (VerdictAnswer.NO.value, gettext_lazy("No, it is still there")),
    (VerdictAnswer.UNSURE.value, gettext_lazy("I cannot tell")),
]


class AnswerForm(forms.Form):
    """One answer. With `by_mail` it needs an address, to which a link goes: so that each person counts once."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Is it really fixed?"),
        choices=ANSWERS,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose one of the three answers."),
            "invalid_choice": gettext_lazy("Choose one of the three answers."),
        },
    )
    email = forms.EmailField(
        max_length=254,  # as `Confirmation.email`
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy(
            "We send you one link. Your answer counts once you have opened it and pressed the button there. The "
            "address is shown to nobody and used for nothing else."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Enter your e-mail address."),
            "invalid": gettext_lazy("Enter an e-mail address in the form name@example.org."),
        },
    )

    def __init__(self, *args: Any, by_mail: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_mail:
            del self.fields["email"]


class ReopenForm(forms.Form):
    """What the body is told of a request that it has closed. `key` is the form's own: posted twice it is told once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = TextField(
        most=MOST,
        label=gettext_lazy("What is still there?"),
        help_text=gettext_lazy("Everybody can read it. Write no names and nothing else that is private."),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Write what is still there.")},
    )

    def clean_text(self) -> str:
        """Without control characters and without the marks that turn text round."""
        text = plain(self.cleaned_data["text"]).strip()
        if not text:
            raise forms.ValidationError(self.fields["text"].error_messages["required"])
        return text
