"""An endpoint's form. A key goes in and never comes out again."""

import json
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from reports.admin.generic import ModelForm
from reports.dialects import options, registry
from reports.dialects.errors import ConfigurationError
from reports.models import Endpoint


class EndpointForm(ModelForm[Endpoint]):
    """`api_key` is written only: an empty field keeps the stored key, and no page ever shows it."""

    api_key = forms.CharField(
        label=_("API key"),
        required=False,
        max_length=1000,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password", "size": 60}),
    )
    remove_api_key = forms.BooleanField(label=_("Remove the stored key"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.api_key_encrypted:
            words = _("A key is stored. Leave this empty to keep it; type another to replace it.")
        else:
            words = _("No key is stored. Some systems read without one and need one to file.")
        self.fields["api_key"].help_text = words
        if "options" in self.fields and self.instance.dialect:
            self.fields["options"].help_text = _explained(self.instance.dialect)

    def clean_api_key(self) -> str:
        """One line of visible characters: a key travels in an address or a header."""
        key = str(self.cleaned_data["api_key"])
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ValidationError(_("A key has no spaces, line breaks or accented letters. Copy it again."))
        return key

    def clean_base_url(self) -> str:
        """Bodies are spoken to over the web and no other way."""
        return self._web_address("base_url")

    def clean_discovery_url(self) -> str:
        """The same for the discovery document."""
        return self._web_address("discovery_url")

    def clean(self) -> dict[str, Any]:
        """A key cannot be replaced and removed at once, and does not follow the endpoint to another host by itself."""
        super().clean()
        self._keep_the_key_where_it_belongs()
        if self.cleaned_data.get("api_key") and self.cleaned_data.get("remove_api_key"):
            self.add_error("remove_api_key", _("There is a new key too. Untick this, or empty the field above."))
        return self.cleaned_data

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

    def _web_address(self, name: str) -> str:
        url = str(self.cleaned_data[name])
        if url and not url.startswith(("http://", "https://")):
            raise ValidationError(_("The address has to begin with https:// or http://."))
        return url


def _explained(dialect: str) -> str:
    """What each option of the dialect does, and what it is unless it is set."""
    try:
        declared = getattr(registry.get(dialect), "options_class", None)
    except ConfigurationError:
        return ""
    rows = (
        (name, json.dumps(default), words) for name, default, words in (options.describe(declared) if declared else ())
    )
    return format_html_join("", "<strong>{}</strong> ({}): {}<br>", rows)
