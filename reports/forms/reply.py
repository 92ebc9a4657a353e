"""How a body that was told by mail answers: what becomes of the report, its own number, and a note."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.forms.offered import RadioSelect
from reports.forms.questions import TextField
from reports.models import PublicStatus

NOTE_MOST: Final = 2000
NUMBER_MOST: Final = 100
CHOICES: Final = (
    (PublicStatus.IN_PROGRESS.value, gettext_lazy("We are working on it")),
    (PublicStatus.CLOSED.value, gettext_lazy("It is done")),
    (PublicStatus.NOT_RESPONSIBLE.value, gettext_lazy("It is not our task")),
    (PublicStatus.REJECTED.value, gettext_lazy("We turn it down")),
    (PublicStatus.DUPLICATE.value, gettext_lazy("We know of it from another report")),
)


class ReplyForm(forms.Form):
    """One answer. `number` is asked for only where the body has given none yet."""

    status = forms.ChoiceField(
        label=gettext_lazy("What becomes of this report?"),
        choices=CHOICES,
        widget=RadioSelect,
        error_messages={"required": gettext_lazy("Choose what becomes of this report.")},
    )
    number = forms.CharField(
        label=gettext_lazy("Your own number for it"),
        max_length=NUMBER_MOST,
        required=False,
        widget=forms.TextInput(attrs={"class": "input--narrow", "autocomplete": "off", "spellcheck": "false"}),
    )
    note = TextField(
        label=gettext_lazy("A note to the resident"),
        help_text=gettext_lazy("It is shown to everybody beside the report: name no person in it."),
        required=False,
        most=NOTE_MOST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, data: Any = None, *, numbered: bool) -> None:
        super().__init__(data)
        if numbered:
            del self.fields["number"]

    def clean_number(self) -> str:
        """A number as a person would copy it: one line of printable characters."""
        number = str(self.cleaned_data["number"])
        if not number.isprintable():
            raise ValidationError(_("Write the number in one line, in letters and digits."))
        return number

    def answer(self) -> dict[str, Any]:
        """The arguments of `delivery.replies.take`."""
        return {
            "status": PublicStatus(self.cleaned_data["status"]),
            "number": self.cleaned_data.get("number", ""),
            "note": self.cleaned_data["note"],
        }
