"""The form of a service override: beside the fields in the body's language, the same in each other of the site's.

`ServiceOverride.translations` is made of them, so that nobody has to write JSON.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from reports.admin.generic import ModelForm, StackedInline
from reports.models import Service, ServiceOverride
from reports.models.services import TRANSLATABLE

SHORT = {"service_name", "group"}


class TranslationsForm(ModelForm[ServiceOverride]):
    """An override whose translations are fields; of languages without fields here, what is stored stays."""

    languages: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in self.languages:
            stored = self.instance.translations.get(code, {})
            for field in TRANSLATABLE:
                self.initial.setdefault(field_name(code, field), stored.get(field, ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        translations = {code: dict(words) for code, words in self.instance.translations.items()}
        for code in self.languages:
            given = {field: cleaned.get(field_name(code, field), "") for field in TRANSLATABLE}
            translations[code] = {field: words for field, words in given.items() if words}
        self.instance.translations = {code: words for code, words in translations.items() if words}
        return cleaned


class InSeveralLanguages(StackedInline[ServiceOverride, Service]):
    """The override on its service's page: `fields` in the body's language, then a section for each other language."""

    def get_fieldsets(self, request: HttpRequest, obj: Service | None = None) -> Any:
        """Django's sections, and ours after them."""
        return [*super().get_fieldsets(request, obj), *_fieldsets_for(_languages_of(obj))]

    def get_formset(self, request: HttpRequest, obj: Service | None = None, **kwargs: Any) -> Any:
        """With the fields that those sections show."""
        languages = _languages_of(obj)
        fields = {field_name(code, field): _form_field(field) for code in languages for field in TRANSLATABLE}
        form = type("OverrideForm", (TranslationsForm, self.form), {**fields, "languages": tuple(languages)})
        return super().get_formset(request, obj, **({"form": form} | kwargs))


def field_name(code: str, field: str) -> str:
    """How the form names a field in a language."""
    return f"{field}_{code}"


def _languages_of(service: Service | None) -> list[str]:
    """The languages of the site into which the service can be translated."""
    if service is None:
        return []
    return [code for code, _name in settings.LANGUAGES if code != service.endpoint.jurisdiction.site_language]


def _fieldsets_for(languages: Sequence[str]) -> list[tuple[Any, dict[str, Any]]]:
    return [
        (
            get_language_info(code)["name_translated"].capitalize(),
            {
                "fields": tuple(field_name(code, field) for field in TRANSLATABLE),
                "description": _("What residents read on pages in this language. Left empty: the words above."),
            },
        )
        for code in languages
    ]


def _form_field(field: str) -> forms.Field:
    column = ServiceOverride._meta.get_field(field)
    label, most = getattr(column, "verbose_name", field), getattr(column, "max_length", None)
    if field in SHORT:
        return forms.CharField(label=label, max_length=most, required=False)
    return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": 3}))
