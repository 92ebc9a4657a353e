"""The address of a photo that a body is given, with a seal that only we can make; and what it leads to."""

import uuid

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from reports.models import Media


def media_url(media: Media) -> str:
    """The absolute address of a photo, as the body is given it and nobody else: it works while the request is hidden
    from the public."""
    return f"{settings.SITE_URL}{sealed_path(media)}"


def sealed_path(media: Media) -> str:
    """The path of that address; in the admin, where photos are looked at that the public does not see."""
    return reverse("photo_for_body", args=[media.key, _sealer().signature(str(media.key))])


def is_sealed(key: uuid.UUID, seal: str) -> bool:
    """Whether this is the seal of the address that we gave a body for the photo of that key."""
    try:
        _sealer().unsign(f"{key}:{seal}")
    except BadSignature:
        return False
    return True


def _sealer() -> Signer:
    return Signer(salt="reports.media.for_body")


def behind(key: uuid.UUID) -> Media | None:
    """The photo of a key, also of one that it had before parts were blacked out: bodies still ask by it. None where
    there is none. Call it for sealed keys alone: for a former one it reads every photo that was blacked out."""
    photos = Media.objects.select_related("service_request", "comment__service_request")
    found = photos.filter(key=key).first()
    if found is not None:
        return found
    blacked_out = Media.objects.filter(redacted_at__isnull=False).values_list("pk", "former_keys")
    current = next((pk for pk, former in blacked_out.iterator() if str(key) in former), None)
    return photos.filter(pk=current).first() if current is not None else None
