"""Parts of a photo blacked out: in the pixels, for good, under a new key; and what must not happen by the way."""

import io
import math
import uuid
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from reports.media import (
    BlackOutRefused,
    ChangedMeanwhile,
    Rectangle,
    behind,
    black_out,
    is_sealed,
    media_url,
    remove,
    store,
)
from reports.models import Draft, Media
from tests.pictures import picture, upload

pytestmark = pytest.mark.django_db(transaction=True)
LEFT_HALF = Rectangle(0, 0, 50, 100)


@pytest.fixture
def photo() -> Media:
    return store(upload(picture(size=(200, 100))), Draft.objects.create())


def pixels(photo: Media) -> Image.Image:
    with photo.file.open("rb") as file:
        image = Image.open(io.BytesIO(file.read()))
        image.load()
    return image


def is_black(image: Image.Image, x: int, y: int) -> bool:
    return max(image.getpixel((x, y))) < 30


def test_the_pixels_are_black_and_the_others_are_not(photo: Media) -> None:
    done = black_out(photo, photo.key, [Rectangle(10, 10, 20, 30), Rectangle(60, 50, 40, 50)])
    image = pixels(done)
    assert image.size == (200, 100) == (done.width, done.height)
    assert all(is_black(image, *spot) for spot in [(22, 12), (57, 37), (122, 52), (199, 99)])
    assert not any(is_black(image, *spot) for spot in [(5, 5), (80, 20), (110, 60), (150, 40)])


def test_the_old_bytes_are_gone_from_disk_and_the_key_is_new(photo: Media, settings) -> None:
    old, name, digest = photo.key, photo.file.name, photo.sha256
    done = black_out(photo, old, [LEFT_HALF])
    stored = Media.objects.get()
    assert stored == done
    assert not default_storage.exists(name)
    assert [path.stem for path in Path(settings.MEDIA_ROOT).rglob("*.jpg")] == [stored.key.hex]
    assert (stored.key != old, stored.former_keys, stored.sha256 != digest) == (True, [str(old)], True)
    assert stored.redacted_at is not None


def test_the_bodys_old_address_leads_to_the_new_picture_after_any_number_of_changes(photo: Media) -> None:
    addresses = [media_url(photo)]
    for part in (LEFT_HALF, Rectangle(50, 0, 10, 10)):
        photo = black_out(photo, photo.key, [part])
        addresses.append(media_url(photo))
    keys = [uuid.UUID(address.rpartition("/")[2][:36]) for address in addresses]
    assert len(set(keys)) == 3
    assert all(behind(key) == photo for key in keys)
    assert all(is_sealed(key, address[-47:-4]) for key, address in zip(keys, addresses, strict=True))
    assert behind(uuid.uuid4()) is None


def test_the_second_of_two_volunteers_is_told(photo: Media) -> None:
    seen = photo.key
    black_out(photo, seen, [LEFT_HALF])
    with pytest.raises(ChangedMeanwhile):
        black_out(photo, seen, [Rectangle(60, 0, 10, 10)])
    assert len(Media.objects.get().former_keys) == 1


def test_of_two_at_the_same_moment_one_is_kept_and_no_file_is_left(photo: Media, settings, monkeypatch) -> None:
    """The second has painted its picture before the first has written; the lock decides."""
    from reports.media import redaction

    honest, seen = redaction.jpeg, photo.key

    def slow(image: Image.Image) -> bytes:
        monkeypatch.setattr(redaction, "jpeg", honest)
        black_out(photo, seen, [LEFT_HALF])
        return honest(image)

    monkeypatch.setattr(redaction, "jpeg", slow)
    with pytest.raises(ChangedMeanwhile):
        black_out(photo, seen, [Rectangle(60, 0, 10, 10)])
    stored = Media.objects.get()
    assert is_black(pixels(stored), 20, 50)
    assert [path.stem for path in Path(settings.MEDIA_ROOT).rglob("*.jpg")] == [stored.key.hex]


def test_what_is_written_is_taken_back_where_the_row_is_not(photo: Media, settings, monkeypatch) -> None:
    def fails(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(Media, "save", fails)
    with pytest.raises(RuntimeError):
        black_out(photo, photo.key, [LEFT_HALF])
    monkeypatch.undo()
    settings.MEDIA_ROOT = default_storage.base_location
    stored = Media.objects.get()
    assert (stored.key, stored.redacted_at) == (photo.key, None)
    assert not is_black(pixels(stored), 20, 50)
    assert len(list(Path(settings.MEDIA_ROOT).rglob("*.jpg"))) == 1


@pytest.mark.parametrize(
    "numbers",
    [
        (0, 0, 0, 10), (0, 0, 10, 0), (0, 0, -5, 10), (-1, 0, 10, 10), (0, -0.1, 10, 10), (95, 0, 10, 10),
        (0, 95, 5, 6), (101, 0, 1, 1), (math.nan, 0, 1, 1), (0, 0, math.inf, 1), (0, 0, 0.05, 10),
    ],
)  # fmt: skip
def test_parts_that_are_none_are_refused(numbers: tuple[float, float, float, float]) -> None:
    with pytest.raises(BlackOutRefused):
        Rectangle(*numbers)


def test_no_part_and_far_too_many_are_refused(photo: Media) -> None:
    for parts in ([], [LEFT_HALF] * 51):
        with pytest.raises(BlackOutRefused):
            black_out(photo, photo.key, parts)
    assert Media.objects.get().redacted_at is None


def test_the_smallest_part_at_the_edge_is_a_pixel(photo: Media) -> None:
    done = black_out(photo, photo.key, [Rectangle(99.9, 99.9, 0.1, 0.1)])
    assert pixels(done).size == (200, 100)


def test_a_photo_that_is_gone(photo: Media) -> None:
    default_storage.delete(photo.file.name)
    with pytest.raises(ChangedMeanwhile):
        black_out(photo, photo.key, [LEFT_HALF])
    seen = photo.key
    remove(photo)
    photo.pk = 1
    with pytest.raises(ChangedMeanwhile):
        black_out(photo, seen, [LEFT_HALF])


def test_the_original_sent_once_more_is_another_photo(photo: Media) -> None:
    draft = photo.draft
    assert draft is not None
    done = black_out(photo, photo.key, [LEFT_HALF])
    again = store(upload(picture(size=(200, 100))), draft)
    assert again != done
    assert draft.media.count() == 2
