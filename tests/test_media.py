"""What becomes of a photo: small, upright, nameless; and what is refused, with which words."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image, ImageCms

from reports.media import PhotoRefused, media_url, remove, store
from reports.models import Draft, Media
from tests.pictures import CHICAGO, exif, picture, png_of_size, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def draft() -> Draft:
    return Draft.objects.create()


def kept(media: Media) -> Image.Image:
    with media.file.open() as file:
        image = Image.open(io.BytesIO(file.read()))
        image.load()
    return image


def is_red(image: Image.Image, x: int, y: int) -> bool:
    red, green, blue = image.getpixel((x, y))
    return red > 200 and green < 90 and blue < 90


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_four_formats_become_jpeg(draft: Draft, format_name: str) -> None:
    media = store(upload(picture(format_name)), draft)
    image = kept(media)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (60, 40))
    assert (media.width, media.height) == (60, 40)
    assert is_red(image, 5, 20)


def test_the_name_says_nothing_about_the_kind(draft: Draft) -> None:
    assert kept(store(upload(picture("PNG"), "holiday.heic", "text/plain"), draft)).format == "JPEG"


def test_a_large_photo_is_made_small_and_a_small_one_stays(draft: Draft, settings) -> None:
    settings.PHOTO_LONGEST_SIDE = 100
    assert kept(store(upload(picture(size=(400, 300))), draft)).size == (100, 75)
    assert kept(store(upload(picture(size=(30, 90))), draft)).size == (30, 90)


def test_metadata_is_gone_and_the_place_is_only_noted(draft: Draft) -> None:
    media = store(upload(picture(exif=exif(gps=CHICAGO), comment=b"taken by Ada")), draft)
    with media.file.open() as file:
        content = file.read()
    assert not any(secret in content for secret in (b"Spycam", b"Ada", b"Exif"))
    assert dict(kept(media).getexif()) == {}
    assert (media.lat, media.long) == (pytest.approx(41.8837, abs=1e-4), pytest.approx(-87.6325, abs=1e-4))


@pytest.mark.parametrize("gps", [{}, {1: "N"}, CHICAGO | {2: (400.0, 0.0, 0.0)}, CHICAGO | {2: (1.0,)}])
def test_a_place_that_makes_no_sense_is_no_place(draft: Draft, gps) -> None:
    assert store(upload(picture(exif=exif(gps=gps))), draft).lat is None


@pytest.mark.parametrize(("orientation", "corner"), [(3, (55, 20)), (6, (20, 5)), (8, (20, 55))])
def test_photos_stand_upright(draft: Draft, orientation: int, corner: tuple[int, int]) -> None:
    assert is_red(kept(store(upload(picture(exif=exif(orientation))), draft)), *corner)


def test_colours_are_brought_to_srgb(draft: Draft) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = kept(store(upload(picture(icc_profile=profile)), draft))
    assert "icc_profile" not in image.info
    assert is_red(image, 5, 20)


def test_a_profile_that_is_nonsense_does_not_cost_the_photo(draft: Draft) -> None:
    assert is_red(kept(store(upload(picture(icc_profile=b"nonsense")), draft)), 5, 20)


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "I;16"])
def test_other_kinds_of_pixels_are_taken(draft: Draft, mode: str) -> None:
    assert kept(store(upload(picture("PNG", mode=mode)), draft)).mode == "RGB"


def test_cmyk_is_taken(draft: Draft) -> None:
    assert is_red(kept(store(upload(picture(mode="CMYK")), draft)), 5, 20)


def test_what_is_transparent_becomes_white(draft: Draft) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert kept(store(upload(out.getvalue()), draft)).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("format_name", ["WEBP", "PNG"])
def test_of_a_moving_picture_the_first_frame_is_kept(draft: Draft, format_name: str) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, format_name, save_all=True, append_images=frames[1:], duration=100)
    assert is_red(kept(store(upload(out.getvalue()), draft)), 10, 10)


def text(name: str) -> bytes:
    return {
        "text": b"This is only a text.",
        "empty": b"",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "gif": picture("GIF"),
        "pdf": b"%PDF-1.7 nothing",
    }[name]


@pytest.mark.parametrize("name", ["text", "empty", "svg", "gif", "pdf"])
def test_what_is_no_photo_is_refused_by_its_bytes(draft: Draft, name: str) -> None:
    with pytest.raises(PhotoRefused, match=r"“mine.jpg” is not a photo"):
        store(upload(text(name), "mine.jpg"), draft)
    assert not draft.media.exists()


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_truncated_photo_is_refused(draft: Draft, format_name: str) -> None:
    whole = picture(format_name, size=(300, 300))
    with pytest.raises(PhotoRefused, match="damaged" if format_name != "HEIF" else "not a photo"):
        store(upload(whole[: len(whole) * 2 // 3]), draft)


@pytest.mark.parametrize("size", [(10_000, 9_000), (12_000, 12_000), (60_000, 60_000)])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(draft: Draft, size: tuple[int, int]) -> None:
    with pytest.raises(PhotoRefused, match="too many pixels"):
        store(upload(png_of_size(*size)), draft)


@pytest.mark.parametrize(("format_name", "taken"), [("JPEG", True), ("PNG", False), ("WEBP", False), ("HEIF", False)])
def test_what_cannot_be_decoded_smaller_may_have_fewer_pixels(
    draft: Draft, monkeypatch, format_name: str, taken: bool
) -> None:
    monkeypatch.setattr("reports.media.picture.DECODED_WHOLE_MOST", 60 * 40 - 1)
    if taken:
        assert kept(store(upload(picture(format_name)), draft)).size == (60, 40)
        return
    with pytest.raises(PhotoRefused, match="too many pixels"):
        store(upload(picture(format_name)), draft)


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "I;16"])
def test_other_kinds_of_pixels_are_made_small_with_their_shades(draft: Draft, settings, mode: str) -> None:
    settings.PHOTO_LONGEST_SIDE = 30
    out = io.BytesIO()
    stripes = Image.new("L", (600, 400), "white")
    for x in range(0, 600, 2):
        stripes.paste("black", (x, 0, x + 1, 400))
    source = stripes.point(lambda value: value * 257, "I") if mode == "I;16" else stripes
    source.convert(mode).save(out, "PNG")
    image = kept(store(upload(out.getvalue()), draft))
    assert image.size == (30, 20)
    assert 100 < image.getpixel((15, 10))[0] < 155  # grey: every pixel was counted


def test_a_large_photo_is_small_before_copies_of_it_are_made(draft: Draft, settings, monkeypatch) -> None:
    settings.PHOTO_LONGEST_SIDE = 100
    copied: list[tuple[int, int]] = []
    for step in ("convert", "paste", "getchannel", "transpose"):
        honest = getattr(Image.Image, step)

        def watched(image: Image.Image, *args: Any, honest: Any = honest, **kwargs: Any) -> Any:
            copied.append(image.size)
            return honest(image, *args, **kwargs)

        monkeypatch.setattr(Image.Image, step, watched)
    out = io.BytesIO()
    Image.new("RGBA", (800, 400), (255, 0, 0, 128)).save(out, "PNG", exif=exif(6))
    copied.clear()
    image = kept(store(upload(out.getvalue()), draft))
    assert image.size == (50, 100)
    assert image.getpixel((9, 9)) == pytest.approx((255, 127, 127), abs=4)
    assert copied.count((800, 400)) == 1  # colours weighted by their alpha, which is how they are mixed
    assert all(max(size) <= 100 for size in copied if size != (800, 400)), copied


def test_a_file_that_is_too_large_is_refused(draft: Draft, settings) -> None:
    settings.PHOTO_MAX_BYTES = 2**20
    with pytest.raises(PhotoRefused, match="larger than 1 MB"):
        store(upload(bytes(2**20 + 1)), draft)


def test_one_photo_too_many_is_refused_and_the_others_stay(draft: Draft, settings) -> None:
    settings.PHOTOS_MAX = 2
    for size in ((10, 10), (11, 11)):
        store(upload(picture(size=size)), draft)
    with pytest.raises(PhotoRefused, match="room for 2 photos"):
        store(upload(picture(size=(12, 12))), draft)
    assert [photo.position for photo in draft.media.all()] == [1, 2]


def test_the_same_photo_sent_twice_is_kept_once(draft: Draft) -> None:
    first, second = (store(upload(picture()), draft) for _turn in range(2))
    assert first == second
    assert draft.media.count() == 1


@pytest.mark.django_db(transaction=True)
def test_removing_takes_the_file_away_too(draft: Draft) -> None:
    media = store(upload(picture()), draft)
    name = media.file.name
    assert default_storage.exists(name)
    remove(media)
    assert not default_storage.exists(name)
    assert not draft.media.exists()


def test_bodies_are_given_an_absolute_address(draft: Draft, settings) -> None:
    settings.SITE_URL = "https://reports.example.org"
    media = store(upload(picture()), draft)
    address = media_url(media)
    assert address.startswith(f"https://reports.example.org/photos/{media.key}-")
    assert address.endswith(".jpg")  # some bodies take no other
