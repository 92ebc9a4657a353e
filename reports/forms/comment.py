"""One comment on a report: plain words, of whoever writes them. Nothing is asked about the person."""

import uuid
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy

from reports.forms.questions import TextField
from reports.templatetags.mail_text import plain

MOST: Final = 2000  # characters; `Comment.text` holds as many


class CommentForm(forms.Form):
    """`key` is the form's own, so that posting it twice makes one comment."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    text = TextField(
        most=MOST,
        label=gettext_lazy("Your comment"),
        help_text=gettext_lazy("Everybody can read it. Write no names and nothing else that is private."),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Write your comment first.")},
    )

    def clean_text(self) -> str:
        """Without control characters and without the marks that turn text round."""
        text = plain(self.cleaned_data["text"]).strip()
        if not text:
            raise forms.ValidationError(self.fields["text"].error_messages["required"])
        return text

    @property
    def shown_key(self) -> uuid.UUID:
        """The key that came with the form, or a new one."""
        try:
            return uuid.UUID(self.data.get("key", ""))
        except (ValueError, AttributeError):
            return uuid.uuid4()
