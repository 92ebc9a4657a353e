"""How passkeys name this site to devices, and themselves to their owners."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext as _

from reports.models import User


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """allauth's second factors, in the words of this site."""

    def get_public_key_credential_rp_entity(self) -> dict[str, Any]:
        """The host that a passkey is bound to, under the site's name."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.SITE_NAME}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """What a new passkey is called where its owner says nothing."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)d") % {"number": count + 1} if count else _("Passkey")
