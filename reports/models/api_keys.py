"""API keys at rest: Fernet under keys derived from SECRET_KEY and its fallbacks, so that old rows still open."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from reports.dialects.errors import ConfigurationError


def _fernet() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derive(secret)) for secret in secrets])


def _derive(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"reports.endpoint.api_key:" + secret.encode()).digest())


def encrypt(value: str) -> str:
    """Encrypt a key for storage; the empty string stays empty."""
    return _fernet().encrypt(value.encode()).decode() if value else ""


def decrypt(stored: str) -> str:
    """Give back what `encrypt` was handed. ConfigurationError when SECRET_KEY is no longer the one it was made with."""
    if not stored:
        return ""
    try:
        return _fernet().decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise ConfigurationError(
            "The stored API key cannot be read with this SECRET_KEY; enter the key again."
        ) from error
