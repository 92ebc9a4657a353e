"""Parts of a photo painted over, for good: faces, number plates. What was below them is nowhere any more here."""

import hashlib
import io
import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from reports import clock
from reports.media.picture import jpeg
from reports.models import Media

SMALLEST: Final = 0.1  # percent of a side: two pixels of 2048, which nobody draws on purpose
MOST: Final = 50


class BlackOutRefused(ValueError):
    """These parts cannot be blacked out, with a sentence for the volunteer."""


class ChangedMeanwhile(Exception):
    """Somebody else blacked out parts of the photo, or removed it, since its page was opened. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A part of a photo, in percent of its width and height, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        """BlackOutRefused for a part that has no size or does not lie in the picture."""
        if not all(math.isfinite(each) for each in (self.x, self.y, self.width, self.height)):
            raise BlackOutRefused(_("Give four numbers for each part."))
        if self.width < SMALLEST or self.height < SMALLEST:
            raise BlackOutRefused(_("A part needs a width and a height of at least 0.1 percent."))
        # Four numbers rounded in a browser may add up to a little more than the whole.
        if min(self.x, self.y) < 0 or max(self.x + self.width, self.y + self.height) > 100.01:
            raise BlackOutRefused(_("A part reaches out of the photo: all numbers lie between 0 and 100."))


def black_out(media: Media, seen: uuid.UUID, parts: Sequence[Rectangle]) -> Media:
    """Burn black rectangles into a photo's pixels and give back its row, which has a new key and a new file.

    `seen` is the key of the picture that the volunteer looked at. The old file is deleted as soon as the change is
    kept; the old key opens nothing for the public, and for the body the new picture. ChangedMeanwhile where the photo
    has another key by now or its file is gone, BlackOutRefused without parts or with more than 50.
    """
    if not parts:
        raise BlackOutRefused(_("Draw at least one part, or enter its four numbers."))
    if len(parts) > MOST:
        raise BlackOutRefused(_("That is too many parts at once. Black out some of them, then the others."))
    content = _painted(media, seen, parts)
    new: list[str] = []
    try:
        with transaction.atomic():
            current = _current(media, seen, lock=True)
            old = str(current.file.name)
            current.former_keys = [*current.former_keys, str(current.key)]
            current.key, current.redacted_at = uuid.uuid4(), clock.now()
            current.sha256 = hashlib.sha256(content).hexdigest()
            size = current.width, current.height
            current.file.save("photo.jpg", ContentFile(content), save=False)
            current.width, current.height = size  # which Django has emptied by that
            new.append(str(current.file.name))
            current.save()
            storage = current.file.storage
            transaction.on_commit(lambda: storage.delete(old))
    except BaseException:
        for name in new:  # written to disk, and its row was not
            media.file.storage.delete(name)
        raise
    return current


def _painted(media: Media, seen: uuid.UUID, parts: Sequence[Rectangle]) -> bytes:
    """Outside of the transaction: SQLite lets nobody else write during one."""
    try:
        with _current(media, seen).file.open("rb") as file, Image.open(io.BytesIO(file.read())) as image:
            plain = image.convert("RGB")
    except FileNotFoundError as error:
        raise ChangedMeanwhile from error
    draw = ImageDraw.Draw(plain)
    for part in parts:
        draw.rectangle(_pixels(part, plain.size), fill="black")
    return jpeg(plain)


def _pixels(part: Rectangle, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """First and last pixels of a part, rather one too many than one too few."""
    (wide, high), right, lower = size, part.x + part.width, part.y + part.height
    left, upper = math.floor(part.x * wide / 100), math.floor(part.y * high / 100)
    last = (math.ceil(right * wide / 100) - 1, math.ceil(lower * high / 100) - 1)
    left, upper = min(left, wide - 1), min(upper, high - 1)
    return left, upper, max(left, min(last[0], wide - 1)), max(upper, min(last[1], high - 1))


def _current(media: Media, seen: uuid.UUID, lock: bool = False) -> Media:
    rows = Media.objects.select_for_update() if lock else Media.objects.all()
    current = rows.filter(pk=media.pk, key=seen).exclude(file="").first()
    if current is None:
        raise ChangedMeanwhile
    return current
