"""Photos as they are fetched: kept for good by caches, and gone when hidden."""

import uuid
from pathlib import Path

import pytest
from django.test import Client

from reports.media import store
from reports.models import Draft, Media
from tests.factories import make_service_request
from tests.pictures import picture, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(settings, tmp_path: Path) -> Media:
    settings.MEDIA_ROOT = str(tmp_path)
    return store(upload(picture()), Draft.objects.create())


def url(photo: Media) -> str:
    return f"/photos/{photo.key}.jpg"


def test_a_photo_is_a_jpeg_for_good(client: Client, photo: Media) -> None:
    answer = client.get(url(photo))
    body = b"".join(answer.streaming_content)
    assert body.startswith(b"\xff\xd8")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert {"public", "immutable", "max-age=31536000"} <= set(answer["Cache-Control"].split(", "))
    assert int(answer["Content-Length"]) == len(body)
    assert not answer.cookies


def test_head_says_the_same_without_the_body(client: Client, photo: Media) -> None:
    answer = client.head(url(photo))
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer["Content-Length"]) == photo.file.size


def test_who_has_it_is_not_sent_it_again(client: Client, photo: Media) -> None:
    etag = client.head(url(photo))["ETag"]
    assert client.get(url(photo), headers={"if-none-match": etag}).status_code == 304


def test_photos_of_a_hidden_request_are_gone(client: Client, photo: Media) -> None:
    request = make_service_request()
    photo.service_request = request
    photo.save()
    assert client.head(url(photo)).status_code == 200
    request.hidden = True
    request.save()
    assert client.get(url(photo)).status_code == 404


def test_what_is_not_there(client: Client, photo: Media) -> None:
    assert client.get(f"/photos/{uuid.uuid4()}.jpg").status_code == 404
    assert client.get("/photos/1.jpg").status_code == 404
    photo.file.storage.delete(photo.file.name)
    assert client.get(url(photo)).status_code == 404
    assert client.head(url(photo)).status_code == 404
