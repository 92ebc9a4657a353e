"""allauth's forms for passkeys, which take a browser's answer as it comes; here junk is an error of the form.

allauth lets through what fido2 says of an answer that is no answer, or of a wrong signature: each would be a page that
failed.
"""

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NAME_MOST: Final = 60
MOST: Final = 16 * 1024  # characters of an answer; a real one has about two thousand
JUNK: Final = (
    TypeError, ValueError, LookupError, AttributeError, ArithmeticError, struct.error, AssertionError,
    NotImplementedError, InvalidSignature, UnsupportedAlgorithm,
)  # fmt: skip


@contextmanager
def junk_refused() -> Iterator[None]:
    """Turn whatever reading the answer fails with into an error of the form."""
    try:
        yield
    except ValidationError:
        raise
    except JUNK as error:
        raise ValidationError(_("Your device's answer could not be read. Try again.")) from error


def readable(credential: Any) -> Any:
    """The answer, where it is an object of a size that can be kept; PostgreSQL keeps no NUL. ValidationError else."""
    text = json.dumps(credential)
    if not isinstance(credential, dict) or len(text) > MOST or "\\u0000" in text:
        raise ValidationError(_("Your device's answer could not be read. Try again."))
    return credential


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A passkey that signs in alone, unless the tick is taken away: then it is only asked for after the password."""

    name = forms.CharField(required=False, max_length=NAME_MOST, label=gettext_lazy("Name, to tell it from others"))
    passwordless = forms.BooleanField(
        required=False,
        initial=True,
        label=gettext_lazy("Sign in with it alone, without the password"),
        help_text=gettext_lazy("The device then asks for a finger, a face or its PIN."),
    )

    def clean_credential(self) -> Any:
        """The browser's answer, of a size and shape that can be read."""
        return readable(self.cleaned_data["credential"])

    def clean(self) -> Any:
        """Check it against what the browser was asked."""
        with junk_refused():
            return super().clean()


class EditPasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    name = forms.CharField(max_length=NAME_MOST, label=gettext_lazy("Name"))


class _Careful:
    """Mixin: the browser's answer, which anybody may make up."""

    def clean_credential(self) -> Authenticator:
        """The passkey that has answered."""
        with junk_refused():
            readable(self.cleaned_data["credential"])  # type: ignore[attr-defined]
            return super().clean_credential()  # type: ignore[misc]


class LoginForm(_Careful, LoginWebAuthnForm):  # type: ignore[misc]
    """Signing in with a passkey alone."""


class AuthenticateForm(_Careful, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The second factor after a password."""


class ReauthenticateForm(_Careful, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Showing once more who it is."""
