"""An endpoint's form. A key goes in and never comes out again."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from reports.admin import option_fields
from reports.admin.generic import ModelForm
from reports.models import Endpoint


def form_for(dialect: str) -> type["EndpointForm"]:
    """The endpoint's form with a field for each option of its dialect."""
    return type("EndpointForm", (EndpointForm,), option_fields.fields_for(dialect))


class EndpointForm(ModelForm[Endpoint]):
    """`api_key` is written only: an empty field keeps the stored key, and no page ever shows it."""

    api_key = forms.CharField(
        label=_("API key"),
        required=False,
        max_length=1000,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password", "size": 60}),
    )
    requests_per_minute = forms.IntegerField(
        label=_("Requests a minute"),
        required=False,
        min_value=1,
        max_value=6000,
        help_text=_(
            "What its system allows, from 1 to 6000; empty where it names no limit. A third of it is kept for filings."
        ),
    )
    max_concurrency = forms.IntegerField(
        label=_("Calls at once"),
        min_value=1,
        max_value=64,
        initial=4,
        help_text=_("At most, from 1 to 64. We begin with one and add one for each answer."),
    )
    remove_api_key = forms.BooleanField(label=_("Remove the stored key"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.api_key_encrypted:
            words = _("A key is stored. Leave this empty to keep it; type another to replace it.")
        else:
            words = _("No key is stored. Some systems read without one and need one to file.")
        self.fields["api_key"].help_text = words
        for name, value in option_fields.initial_for(self.instance.dialect, self.instance.options).items():
            self.initial.setdefault(name, value)

    def clean_api_key(self) -> str:
        """One line of visible characters: a key travels in an address or a header."""
        key = str(self.cleaned_data["api_key"])
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ValidationError(_("A key has no spaces, line breaks or accented letters. Copy it again."))
        return key

    def clean_discovery_url(self) -> str:
        """A discovery document is fetched over the web and no other way."""
        url = str(self.cleaned_data["discovery_url"])
        if url and not url.startswith(("http://", "https://")):
            raise ValidationError(_("The address has to begin with https:// or http://."))
        return url

    def clean(self) -> dict[str, Any]:
        """A key cannot be replaced and removed at once, and does not follow the endpoint to another host by itself."""
        super().clean()
        self._take_options()
        self._keep_the_key_where_it_belongs()
        if self.cleaned_data.get("api_key") and self.cleaned_data.get("remove_api_key"):
            self.add_error("remove_api_key", _("There is a new key too. Untick this, or empty the field above."))
        return self.cleaned_data

    def add_error(self, field: str | None, error: Any) -> None:
        """What the dialect says of its options together has no field of its own, and stands above them all."""
        if field is None and "options" in getattr(error, "error_dict", {}) and "options" not in self.fields:
            found = error.error_dict
            found[NON_FIELD_ERRORS] = [*found.get(NON_FIELD_ERRORS, []), *found.pop("options")]
        super().add_error(field, error)

    def save(self, commit: bool = True) -> Endpoint:
        """Encrypt the new key, or drop the old one."""
        if self.cleaned_data.get("remove_api_key"):
            self.instance.api_key = ""
        elif self.cleaned_data.get("api_key"):
            self.instance.api_key = self.cleaned_data["api_key"]
        return super().save(commit)

    def _keep_the_key_where_it_belongs(self) -> None:
        hosts = {urlsplit(str(url)).netloc for url in (self.initial.get("base_url"), self.cleaned_data.get("base_url"))}
        decided = self.cleaned_data.get("api_key") or self.cleaned_data.get("remove_api_key")
        if self.instance.api_key_encrypted and len(hosts) > 1 and not decided:
            words = _("The address leads to another host. Enter the key for it, or remove the stored one.")
            self.add_error("api_key", words)

    def _take_options(self) -> None:
        """Put the options' fields together; those of the dialect before, where another one was chosen now, that it
        takes too."""
        if not any(name.startswith(option_fields.PREFIX) for name in self.fields):
            return
        before, chosen = self.initial.get("dialect"), self.cleaned_data.get("dialect")
        found = option_fields.departures(str(before), self.cleaned_data)
        self.instance.options = {
            name: value
            for name, value in found.items()
            if before == chosen or option_fields.takes(str(chosen), name, value)
        }
