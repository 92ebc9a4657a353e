"""An uploaded file made into a picture: judged by its bytes, made small and upright, stripped of everything else."""

import hashlib
import io
import struct
import threading
import zlib
from dataclasses import dataclass
from typing import Final

import pillow_heif
from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

pillow_heif.register_heif_opener()

FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF")
QUALITY: Final = 85
SMALL_SIDE: Final = 640  # pixels: what a list or a page shows on a telephone, at two dots to the pixel
# Only a JPEG can be decoded smaller than it is. The others stand in memory whole, at four bytes a pixel and, where
# they are transparent, twice: a telephone's 48 megapixels pass, and one photo takes 450 MB at most.
DECODED_WHOLE_MOST: Final = 50_000_000
_decoding = threading.Lock()  # one photo at a time in a process, so that such photos do not add up
BROKEN: Final = (OSError, SyntaxError, ValueError, EOFError, TypeError, IndexError, KeyError, struct.error, zlib.error)
BOMBS: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class PhotoRefused(ValueError):
    """A photo that cannot be taken, with a sentence for the resident."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG without metadata, its digest, and where the camera says it was (latitude and longitude in WGS84)."""

    content: bytes
    sha256: str
    place: tuple[float, float] | None


def reencode(upload: "UploadedFile[bytes]") -> Picture:
    """The picture of an uploaded file, as a JPEG that is small, upright, in sRGB and free of metadata.

    PhotoRefused with a plain sentence for a file that is too large, is no photo, or is damaged.
    """
    name = upload.name or _("The file")
    if upload.size is None or upload.size > settings.PHOTO_MAX_BYTES:
        raise PhotoRefused(
            _("“%(name)s” is larger than %(most)s MB. Choose a smaller photo.")
            % {"name": name, "most": floatformat(settings.PHOTO_MAX_BYTES / 2**20)}
        )
    try:
        with _decoding, Image.open(upload, formats=FORMATS) as image:
            _refuse_bomb(image, name)
            longest = settings.PHOTO_LONGEST_SIDE
            place = _place(image)
            image.draft("RGB", (2 * longest, 2 * longest))  # a JPEG is decoded smaller where that is enough
            image.load()
            plain = _plain(ImageOps.exif_transpose(_small(image, longest)))
        content = jpeg(plain)
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
    return Picture(content, hashlib.sha256(content).hexdigest(), place)


def smaller(file: "File[bytes]") -> bytes:
    """A picture that is kept here, with no side longer than SMALL_SIDE pixels, as the bytes of a JPEG.

    OSError where the file is damaged. Made anew each time and kept nowhere but in caches, so that nothing is left of
    it when the picture goes; a JPEG of 2048 pixels is decoded at a quarter of its size for it.
    """
    with _decoding, Image.open(file, formats=["JPEG"]) as image:
        image.draft("RGB", (SMALL_SIDE, SMALL_SIDE))
        image.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
        return jpeg(image)


def jpeg(image: Image.Image) -> bytes:
    """An RGB image as the bytes of a JPEG without metadata."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


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
