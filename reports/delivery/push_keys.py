"""Keys with which bodies send us updates. Only a digest is kept, so that a copy of the database sends none."""

import hashlib
import hmac
import secrets

from django.utils.crypto import RANDOM_STRING_CHARS

from reports.models import Endpoint

_LENGTH = 43  # of 62 characters: 256 bits
_NOBODY = "0" * 64


def make(endpoint: Endpoint) -> str:
    """A new key for this endpoint, in place of the one before. It is known to nobody after this.

    The endpoint's own number comes first, so that the key is compared with one digest and not looked for among all.
    """
    key = f"{endpoint.pk}-{''.join(secrets.choice(RANDOM_STRING_CHARS) for _each in range(_LENGTH))}"
    _keep(endpoint, _digest(key))
    return key


def remove(endpoint: Endpoint) -> None:
    """Let no key of this endpoint's count any more."""
    _keep(endpoint, "")


def endpoint_of(key: str) -> Endpoint | None:
    """The endpoint whose key this is; None for every other text. Paused endpoints count: their news is news too."""
    number = key.partition("-")[0]
    endpoint = None
    if number.isascii() and number.isdigit() and len(number) < 19:
        found = Endpoint.objects.select_related("jurisdiction").defer("jurisdiction__boundary")
        endpoint = found.filter(pk=int(number)).first()
    kept = (endpoint.push_key_digest if endpoint else "") or _NOBODY
    return endpoint if hmac.compare_digest(_digest(key), kept) else None


def _keep(endpoint: Endpoint, digest: str) -> None:
    endpoint.push_key_digest = digest
    Endpoint.objects.filter(pk=endpoint.pk).update(push_key_digest=digest)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
