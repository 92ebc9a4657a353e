"""Pictures for tests, made as cameras and mischief-makers make them."""

import io
import struct
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

CHICAGO = {1: "N", 2: (41.0, 53.0, 1.32), 3: "W", 4: (87.0, 37.0, 57.0)}  # 41.8837, -87.6325 as EXIF GPS


def picture(format_name: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    """An encoded picture, red on the left and blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    out = io.BytesIO()
    image.convert(mode).save(out, format_name, **options)
    return out.getvalue()


def exif(orientation: int = 1, gps: dict[int, Any] | None = None) -> Image.Exif:
    """EXIF with a camera's name, an orientation, and a place where `gps` is given."""
    data = Image.Exif()
    data[ExifTags.Base.Make] = "Spycam"
    data[ExifTags.Base.Orientation] = orientation
    if gps:
        data.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
    return data


def upload(content: bytes, name: str = "photo.jpg", content_type: str = "image/jpeg") -> SimpleUploadedFile:
    """The content as a browser would upload it."""
    return SimpleUploadedFile(name, content, content_type)


def png_of_size(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises that many pixels: a decompression bomb."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
