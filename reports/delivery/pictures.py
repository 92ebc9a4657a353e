"""Photos read from disk for the dialects that upload them."""

import logging
from collections.abc import Iterable, Iterator

from reports.dialects.messages import Photo
from reports.models import Media

log = logging.getLogger(__name__)


def read(photos: Iterable[Media]) -> Iterator[Photo]:
    """The pictures. One whose file is gone stays behind: a report, or a comment, without it is better than none."""
    for number, media in enumerate(photos, 1):
        content = _content(media)
        if content is None:
            log.warning("the file of photo %s is gone; what it belongs to goes without it", media.key)
        else:
            yield Photo(f"photo-{number}.jpg", "image/jpeg", content)


def _content(media: Media) -> bytes | None:
    """Looked up a second time where it is gone: a volunteer may have blacked out parts of it just now."""
    try:
        return _bytes(media)
    except FileNotFoundError:
        current = Media.objects.filter(pk=media.pk).exclude(file="").first()
    try:
        return _bytes(current) if current else None
    except FileNotFoundError:
        return None


def _bytes(media: Media) -> bytes:
    with media.file.open("rb") as file:
        return bytes(file.read())
