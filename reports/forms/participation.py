"""The one thing that is asked of somebody without an account who follows a report or says that it is still there."""

from django import forms
from django.utils.translation import gettext_lazy


class EmailForm(forms.Form):
    """An address to which the link goes."""

    email = forms.EmailField(
        max_length=254,
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("We send a link to it. The address is never public."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Write the e-mail address to which the link should go."),
            "invalid": gettext_lazy("Write the e-mail address like name@example.com."),
            "max_length": gettext_lazy("An e-mail address has at most 254 characters."),
        },
    )
