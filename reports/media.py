"""Photos: judged by their bytes, made small and upright, and stripped of everything but the picture."""

import hashlib
import io
import struct
import threading
import uuid
import zlib
from typing import Final

import pillow_heif
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from reports.models import Draft, Media

pillow_heif.register_heif_opener()

FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF")
QUALITY: Final = 85
# Only a JPEG can be decoded smaller than it is. The others stand in memory whole, at four bytes a pixel and, where
# they are transparent, twice: a telephone's 48 megapixels pass, and one photo takes 450 MB at most.
DECODED_WHOLE_MOST: Final = 50_000_000
_decoding = threading.Lock()  # one photo at a time in a process, so that such photos do not add up
BROKEN: Final = (OSError, SyntaxError, ValueError, EOFError, TypeError, IndexError, KeyError, struct.error, zlib.error)
BOMBS: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class PhotoRefused(ValueError):
    """A photo that cannot be taken, with a sentence for the resident."""


def store(upload: "UploadedFile[bytes]", draft: Draft) -> Media:
    """Keep an uploaded photo on a draft as a JPEG without metadata, and give back its row.

    PhotoRefused with a plain sentence for a file that is too large, is no photo, is damaged, or is one too many.
    The same photo sent twice is kept once. `lat` and `long` of the row are where the camera says it was.
    """
    name = upload.name or _("The file")
    if upload.size is None or upload.size > settings.PHOTO_MAX_BYTES:
        raise PhotoRefused(
            _("“%(name)s” is larger than %(most)s MB. Choose a smaller photo.")
            % {"name": name, "most": floatformat(settings.PHOTO_MAX_BYTES / 2**20)}
        )
    content, place = _reencode(upload, name)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        Draft.objects.select_for_update().get(pk=draft.pk)
        kept = list(draft.media.all())
        for photo in kept:
            if photo.sha256 == digest:
                return photo
        if len(kept) >= settings.PHOTOS_MAX:
            raise PhotoRefused(
                ngettext(
                    "“%(name)s” was not added: there is room for %(most)d photo.",
                    "“%(name)s” was not added: there is room for %(most)d photos.",
                    settings.PHOTOS_MAX,
                )
                % {"name": name, "most": settings.PHOTOS_MAX}
            )
        lat, long = place or (None, None)
        position = max((photo.position for photo in kept), default=0) + 1
        return Media.objects.create(
            draft=draft,
            file=ContentFile(content, "photo.jpg"),
            sha256=digest,
            position=position,
            lat=lat,
            long=long,
        )


def remove(media: Media) -> None:
    """Delete a photo, row and file."""
    with transaction.atomic():
        media.delete()
        transaction.on_commit(lambda: media.file.delete(save=False))


def media_url(media: Media) -> str:
    """The absolute address of a photo, as the body is given it and nobody else: it works while the request is hidden
    from the public."""
    seal = _sealer().signature(str(media.key))
    return f"{settings.SITE_URL}{reverse('photo_for_body', args=[media.key, seal])}"


def is_sealed(key: uuid.UUID, seal: str) -> bool:
    """Whether this is the seal of the address that we gave a body for the photo of that key."""
    try:
        _sealer().unsign(f"{key}:{seal}")
    except BadSignature:
        return False
    return True


def _sealer() -> Signer:
    return Signer(salt="reports.media.for_body")


def _reencode(upload: "UploadedFile[bytes]", name: str) -> tuple[bytes, tuple[float, float] | None]:
    try:
        with _decoding, Image.open(upload, formats=FORMATS) as image:
            _refuse_bomb(image, name)
            longest = settings.PHOTO_LONGEST_SIDE
            place = _place(image)
            image.draft("RGB", (2 * longest, 2 * longest))  # a JPEG is decoded smaller where that is enough
            image.load()
            plain = _plain(ImageOps.exif_transpose(_small(image, longest)))
        out = io.BytesIO()
        plain.save(out, "JPEG", quality=QUALITY, optimize=True)
    except BOMBS as error:
        raise PhotoRefused(_too_many_pixels(name)) from error
    except UnidentifiedImageError as error:
        raise PhotoRefused(
            _("“%(name)s” is not a photo that we can read. Choose a JPEG, PNG, WebP or HEIC file.") % {"name": name}
        ) from error
    except PhotoRefused:
        raise
    except BROKEN as error:
        raise PhotoRefused(_("“%(name)s” is damaged or incomplete. Choose another photo.") % {"name": name}) from error
    return out.getvalue(), place


def _refuse_bomb(image: Image.Image, name: str) -> None:
    most = settings.PHOTO_MAX_PIXELS
    if image.format != "JPEG":
        most = min(most, DECODED_WHOLE_MOST)
    if image.width * image.height > most:
        raise PhotoRefused(_too_many_pixels(name))


def _too_many_pixels(name: str) -> str:
    return _("“%(name)s” has too many pixels. Choose a smaller photo.") % {"name": name}


def _small(image: Image.Image, longest: int) -> Image.Image:
    """No side longer than `longest` pixels: before all else, as every further step makes copies of the whole."""
    if image.mode in ("1", "P", "PA") or "transparency" in image.info:  # pixels that cannot be mixed as they are
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode.startswith("I;16"):  # sixteen bits of grey would be cut off at white
        image = image.point(lambda value: value / 256).convert("L")
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return image


def _plain(image: Image.Image) -> Image.Image:
    """The picture alone: sRGB, on white, in a new image to which no metadata clings (a JPEG comment would)."""
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    plain = Image.new("RGB", image.size, "white")
    plain.paste(_srgb(image), mask=alpha)
    return plain


def _srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode == "LA":
        image = image.convert("RGBA")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image.convert("RGB")
    try:
        converted = ImageCms.profileToProfile(
            image.convert("RGB") if image.mode == "RGBA" else image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image.convert("RGB")  # a profile that cannot be used: the colours are a little off, the photo is there
    return converted if converted is not None else image.convert("RGB")


def _place(image: Image.Image) -> tuple[float, float] | None:
    """Where the camera was, in WGS84 degrees, from EXIF GPS (CIPA DC-008, GPSLatitude and its reference)."""
    try:
        gps = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
        long = _degrees(gps[ExifTags.GPS.GPSLongitude], gps.get(ExifTags.GPS.GPSLongitudeRef), "W")
    except (*BROKEN, ZeroDivisionError):
        return None
    if not (abs(lat) <= 90 and abs(long) <= 180) or (lat, long) == (0, 0):
        return None
    return round(lat, 6), round(long, 6)


def _degrees(parts: tuple[float, float, float], reference: object, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(reference).upper().startswith(negative) else value
