"""One comment on a report: plain words, photos, or both, of whoever writes them. Nothing is asked about the person."""

import uuid
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.forms.media import ACCEPT, MultipleFileInput, PhotosField
from reports.forms.questions import TextField
from reports.media import PhotoRefused, Picture, no_room, reencode
from reports.templatetags.mail_text import plain

MOST: Final = 2000  # characters; `Comment.text` holds as many


class CommentForm(forms.Form):
    """`key` is the form's own, so that posting it twice makes one comment."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    text = TextField(
        most=MOST,
        required=False,
        label=gettext_lazy("Your comment"),
        help_text=gettext_lazy("Everybody can read it. Write no names and nothing else that is private."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    photos = PhotosField(
        required=False,
        label=gettext_lazy("Photos"),
        help_text=gettext_lazy("Everybody can see them. Leave out faces and number plates."),
        widget=MultipleFileInput(attrs={"accept": ACCEPT}),
    )

    def clean_text(self) -> str:
        """Without control characters and without the marks that turn text round."""
        return plain(self.cleaned_data["text"]).strip()

    def clean(self) -> dict[str, Any]:
        """Words or photos, one of the two; photos, which no page can keep, are asked for again with any error."""
        photos = self.cleaned_data.get("photos", [])
        if not self.errors and not photos and not self.cleaned_data.get("text"):
            self.add_error("text", _("Write your comment first, or add a photo."))
        if self.errors and photos:
            self.ask_again()
        return self.cleaned_data

    def pictures(self) -> list[Picture]:
        """The photos as they are kept; the reasons against some of them become errors of the field, and then none is
        to be kept: the comment is shown again as it was typed, to be sent whole."""
        pictures: list[Picture] = []
        for number, upload in enumerate(self.cleaned_data["photos"]):
            try:
                if number >= settings.PHOTOS_MAX:
                    raise PhotoRefused(no_room(upload.name or ""))
                pictures.append(reencode(upload))
            except PhotoRefused as refused:
                self.add_error("photos", str(refused))
        if self.errors and pictures:
            self.ask_again()
        return pictures

    def ask_again(self) -> None:
        """Say that the photos have to be chosen once more."""
        self.add_error("photos", _("Your photos were not kept: choose them again."))

    @property
    def shown_key(self) -> uuid.UUID:
        """The key that came with the form, or a new one."""
        try:
            return uuid.UUID(self.data.get("key", ""))
        except (ValueError, AttributeError):
            return uuid.uuid4()
