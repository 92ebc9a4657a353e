"""A jurisdiction's form: the boundary drawn, pasted or uploaded, judged by `reports.geo.boundaries`."""

import json
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from reports.admin.generic import ModelForm
from reports.admin.widgets import BoundaryEditor
from reports.geo import boundaries
from reports.models import Jurisdiction

# Beyond this a boundary is shown and not edited: nobody moves ten thousand points by hand, and as a form field it
# would come near DATA_UPLOAD_MAX_MEMORY_SIZE, after which the page could not be saved at all.
EDITABLE_CHARACTERS: Final = 400_000
LARGEST_FILE: Final = 30 * 1024 * 1024


class LanguageCodes(forms.CharField):
    """Language codes with commas between them, as the list that is stored."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [code.strip() for code in (super().to_python(value) or "").split(",") if code.strip()]

    def run_validators(self, value: Any) -> None:
        """Each code on its own; a list has no length in characters."""
        for code in value:
            if not code.replace("-", "").isalnum() or len(code) > 10:
                raise ValidationError(_("“%(code)s” is not a language code such as en or es."), params={"code": code})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class JurisdictionForm(ModelForm[Jurisdiction]):
    """`repairs` holds, after validation, what had to be put right in the boundary."""

    boundary = forms.CharField(
        label=_("Boundary"),
        required=False,
        widget=BoundaryEditor,
        help_text=_("Draw it, or paste GeoJSON (WGS84, longitude first). Without one the body answers nowhere."),
    )
    boundary_file = forms.FileField(
        label=_("or a file"), required=False, help_text=_("A GeoJSON file. It takes the place of what is drawn above.")
    )
    remove_boundary = forms.BooleanField(
        label=_("Remove the boundary"), required=False, help_text=_("The body then answers nowhere.")
    )
    languages = LanguageCodes(label=_("Languages"), required=False, help_text=_("Codes with commas between: en, es"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.repairs: tuple[str, ...] = ()
        self.area: float | None = None
        self.kept: dict[str, Any] | None = None
        stored = self.instance.boundary
        text = json.dumps(stored) if stored else ""
        if len(text) > EDITABLE_CHARACTERS:
            self.kept, text = stored, ""
            self._show_only(stored)
        self.initial["boundary"] = text

    def clean(self) -> dict[str, Any]:
        """Put the cleaned boundary where the text was; the reasons against it become errors of the field."""
        super().clean()
        upload = self.cleaned_data.get("boundary_file")
        text = self.cleaned_data.get("boundary", "").strip()
        if self.cleaned_data.get("remove_boundary"):
            if upload or (text and "boundary" in self.changed_data):
                self.add_error("remove_boundary", _("There is a new boundary too. Take one of the two away."))
            self._set(None, 0)
        elif upload:
            self._judge("boundary_file", _read(upload))
        elif text and text != self.initial["boundary"]:
            self._judge("boundary", text)
        elif text or self.kept:
            self.cleaned_data["boundary"] = self.instance.boundary
        else:
            self._set(None, 0)
        return self.cleaned_data

    def save(self, commit: bool = True) -> Jurisdiction:
        """Save the area with the boundary that it belongs to."""
        if self.area is not None:
            self.instance.area = self.area
        return super().save(commit)

    def _judge(self, field: str, text: str | ValidationError) -> None:
        if isinstance(text, ValidationError):
            self.add_error(field, text)
            return
        try:
            found = boundaries.clean(json.loads(text))
        except boundaries.BoundaryError as error:
            self.add_error(field, str(error))
        except json.JSONDecodeError as error:
            self.add_error(field, _("This is not GeoJSON: %(reason)s.") % {"reason": error})
        except RecursionError:
            self.add_error(field, _("This is not GeoJSON: it is nested too deeply."))
        else:
            self.repairs = found.repairs
            self._set(found.multipolygon, found.area)

    def _set(self, boundary: dict[str, Any] | None, area: float) -> None:
        self.cleaned_data["boundary"], self.area = boundary, area

    def _show_only(self, stored: Any) -> None:
        field = self.fields["boundary"]
        field.help_text = _(
            "The stored boundary has too many points to be moved here; it is shown with dashes and stays as it is. "
            "Draw a new one or upload a file to replace it."
        )
        if isinstance(field.widget, BoundaryEditor):
            field.widget.outline = stored


def _read(upload: "UploadedFile[bytes]") -> str | ValidationError:
    if (upload.size or 0) > LARGEST_FILE:
        return ValidationError(_("The file is larger than 30 MB. Simplify the boundary and try again."))
    try:
        return str(upload.read(), "utf-8-sig")
    except UnicodeDecodeError:
        return ValidationError(_("This is not a GeoJSON file: it is not text in UTF-8."))
