"""Photos of it. The files are judged one by one in `reports.media`; this form only takes them in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.forms.demands import required_by
from reports.media import PhotoRefused, store
from reports.models import Draft, Endpoint

ACCEPT = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif"


class MultipleFileInput(forms.ClearableFileInput):
    """A file input for several files at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class PhotosField(forms.FileField):
    """Several uploads; cleaned to a list, empty where none was chosen."""

    widget = MultipleFileInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        return [upload for upload in data or [] if isinstance(upload, UploadedFile)]


class MediaForm(forms.Form):
    """The photos page. `store_in` keeps what can be kept and reports the rest as errors of the field."""

    photos = PhotosField(
        required=False,
        label=gettext_lazy("Choose photos"),
        widget=MultipleFileInput(attrs={"accept": ACCEPT}),
    )

    def store_in(self, draft: Draft) -> int:
        """Store every upload on the draft; how many were kept. Refused ones become errors, the others stay."""
        kept = 0
        for upload in self.cleaned_data.get("photos", []):
            try:
                store(upload, draft)
            except PhotoRefused as refused:
                self.add_error("photos", str(refused))
            else:
                kept += 1
        return kept

    def demand(self, draft: Draft, endpoint: Endpoint) -> None:
        """Add an error where this body takes no report without a photo and the draft has none."""
        if "media_url" in required_by(endpoint) and not draft.media.exists():
            self.add_error(
                "photos",
                ValidationError(_("%(body)s needs at least one photo.") % {"body": endpoint.jurisdiction.name}),
            )

    def answer(self) -> dict[str, Any]:
        """The draft's `media`: the photos themselves are rows of their own."""
        return {"seen": True}
