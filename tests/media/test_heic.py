"""HEIC as telephones make it, and files that only look like photos."""

import io
from typing import Any

import pillow_heif
import pytest
from PIL import Image

from reports.media import PhotoRefused, reencode, store
from reports.models import Draft
from tests.pictures import CHICAGO, exif, picture, upload

pytestmark = pytest.mark.django_db


def heic(*images: Image.Image, **options: Any) -> bytes:
    """A HEIC file of these frames, by the library that reads the telephones' own."""
    made = pillow_heif.from_pillow(images[0])
    for image in images[1:]:
        made.add_from_pillow(image)
    out = io.BytesIO()
    made.save(out, quality=80, **options)
    return out.getvalue()


def half_red(size: tuple[int, int] = (120, 80)) -> Image.Image:
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image


def decoded(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(reencode(upload(content, "IMG_0001.HEIC", "image/heic")).content))
    image.load()
    return image


def colour(image: Image.Image, x: int, y: int) -> str:
    red, _green, blue = image.getpixel((x, y))
    return "red" if red > blue else "blue"


def test_it_becomes_a_jpeg_without_metadata_and_its_place_is_read() -> None:
    made = reencode(upload(heic(half_red(), exif=exif(gps=CHICAGO).tobytes()), "IMG_0001.HEIC", "image/heic"))
    assert made.content.startswith(b"\xff\xd8")
    assert b"Spycam" not in made.content
    assert made.place == (pytest.approx(41.8837, abs=1e-4), pytest.approx(-87.6325, abs=1e-4))


def test_it_stands_upright_once() -> None:
    """The decoder turns it by the file's own `irot`; the EXIF beside it must not turn it a second time."""
    image = decoded(heic(half_red(), exif=exif(6).tobytes()))
    assert image.size in {(80, 120), (120, 80)}
    turned = image.size == (80, 120)
    assert colour(image, 20, 20) == "red"
    assert colour(image, *((20, 110) if turned else (110, 20))) == "blue"
    assert turned


def test_of_several_frames_the_first_is_kept() -> None:
    image = decoded(heic(half_red(), Image.new("RGB", (120, 80), "blue")))
    assert (colour(image, 20, 20), colour(image, 110, 20)) == ("red", "blue")


@pytest.mark.parametrize("bits", [10, 12])
def test_more_than_eight_bits(bits: int) -> None:
    made = pillow_heif.from_bytes("RGB;16", (64, 64), (b"\xff\xff\x00\x00\x00\x00") * 64 * 64)
    out = io.BytesIO()
    pillow_heif.options.SAVE_HDR_TO_12_BIT = bits == 12
    try:
        made.save(out, quality=90)
    finally:
        pillow_heif.options.SAVE_HDR_TO_12_BIT = False
    assert colour(decoded(out.getvalue()), 30, 30) == "red"


def test_with_transparency_it_stands_on_white() -> None:
    image = decoded(heic(Image.new("RGBA", (64, 64), (0, 0, 0, 0))))
    assert min(image.getpixel((30, 30))) > 240


def test_corrupted_and_truncated_ones_are_refused() -> None:
    whole = heic(half_red((300, 200)))
    middle = len(whole) // 2
    for broken in (
        whole[:middle],
        whole[:40],
        whole[:200] + bytes(len(whole) - 200),
        b"\0\0\0\x18ftypheic" + b"\xff" * 400,
    ):
        with pytest.raises(PhotoRefused, match=r"damaged|not a photo"):
            reencode(upload(broken, "IMG_0001.HEIC", "image/heic"))


def test_of_a_file_that_is_two_things_only_the_picture_is_kept() -> None:
    script, archive = b"<script>alert(1)</script>", b"PK\x03\x04 an archive behind the picture"
    made = reencode(upload(picture(comment=script) + archive + script))
    assert b"script" not in made.content
    assert b"PK\x03\x04" not in made.content


def test_a_file_of_no_bytes_is_refused_and_nothing_is_kept() -> None:
    draft = Draft.objects.create()
    with pytest.raises(PhotoRefused, match="not a photo"):
        store(upload(b"", "nothing.heic"), draft)
    assert not draft.media.exists()
