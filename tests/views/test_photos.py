"""Photos as they are fetched: whole or in part, without a cookie, kept for good by caches, and gone when hidden."""

import http.client
import io
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.test import Client, RequestFactory
from django.utils.http import http_date
from PIL import Image

from reports import clock
from reports.media import media_url, store
from reports.models import Draft, Media, ServiceRequest
from reports.views.byte_ranges import file_response
from tests.factories import make_service_request
from tests.pictures import picture, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(settings, tmp_path: Path) -> Media:
    settings.MEDIA_ROOT = str(tmp_path)
    photo = store(upload(picture()), Draft.objects.create())
    photo.service_request = make_service_request()
    photo.save()
    return photo


def url(photo: Media) -> str:
    return f"/photos/{photo.key}.jpg"


def for_body(photo: Media) -> str:
    return urlsplit(media_url(photo)).path


def content(photo: Media) -> bytes:
    with photo.file.open("rb") as file:
        return bytes(file.read())


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("address", [url, for_body])
def test_a_photo_is_a_jpeg_for_good(client: Client, photo: Media, address: Any) -> None:
    answer = client.get(address(photo))
    body = body_of(answer)
    assert body == content(photo)
    assert body.startswith(b"\xff\xd8")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    # A day, and not for ever: what is taken away or hidden has to go from caches too.
    # At the body's address another picture may stand tomorrow, with parts blacked out: it is asked for each time.
    kept = {"public", "no-cache"} if address is for_body else {"public", "max-age=86400"}
    assert set(answer["Cache-Control"].split(", ")) == kept
    assert int(answer["Content-Length"]) == len(body)
    assert answer["Accept-Ranges"] == "bytes"
    assert "X-Robots-Tag" not in answer
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies


def write(photo: Media, content: bytes) -> None:
    Path(photo.file.path).write_bytes(content)


def small(photo: Media) -> str:
    return f"/photos/{photo.key}/small.jpg"


def test_a_small_one_for_lists(client: Client, photo: Media) -> None:
    write(photo, picture(size=(2048, 1024)))
    answer = client.get(small(photo))
    with Image.open(io.BytesIO(body_of(answer))) as image:
        assert image.size == (640, 320)
        assert image.getpixel((5, 5)) > (240, 0, 0)
        assert not image.getexif()
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "public, max-age=86400")
    assert not answer.cookies
    assert answer["ETag"] != client.head(url(photo))["ETag"]
    assert client.get(small(photo), headers={"if-none-match": answer["ETag"]}).status_code == 304
    assert body_of(client.get(small(photo), headers={"range": "bytes=0-1"})) == b"\xff\xd8"


def test_one_that_is_small_already_stays_as_large(client: Client, photo: Media) -> None:
    with Image.open(io.BytesIO(body_of(client.get(small(photo))))) as image:
        assert image.size == (60, 40)


def test_what_cannot_be_made_small_is_shown_whole(client: Client, photo: Media) -> None:
    write(photo, b"damaged on the disk")
    assert body_of(client.get(small(photo))) == b"damaged on the disk"


def test_the_small_one_goes_when_the_photo_goes(client: Client, photo: Media) -> None:
    request = photo.service_request
    ServiceRequest.objects.filter(pk=request.pk).update(hidden=True)
    assert client.get(small(photo)).status_code == 404
    ServiceRequest.objects.filter(pk=request.pk).update(hidden=False, private=True)
    assert "no-cache" in client.get(small(photo))["Cache-Control"]
    ServiceRequest.objects.filter(pk=request.pk).update(taken_away_at=clock.now())
    assert client.get(small(photo)).status_code == 410
    assert client.get(f"/photos/{uuid.uuid4()}/small.jpg").status_code == 404
    assert client.post(small(photo)).status_code == 405


def test_head_says_the_same_without_the_body(client: Client, photo: Media) -> None:
    answer, whole = client.head(url(photo)), client.get(url(photo))
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer["Content-Length"]) == photo.file.size
    assert {**answer.headers, "X-Request-ID": ""} == {**whole.headers, "X-Request-ID": ""}  # each call has its own
    assert len(body_of(whole)) == photo.file.size


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0), ("bytes=0-99", 0, 99), ("bytes=10-", 10, -1), ("bytes=-5", -5, -1),
        ("bytes=0-999999999", 0, -1), ("bytes=-999999999", 0, -1), ("BYTES= 2-3 ", 2, 3),
    ],
)  # fmt: skip
def test_a_part_of_it(client: Client, photo: Media, asked: str, first: int, last: int) -> None:
    whole = content(photo)
    first, last = first % len(whole), last % len(whole)
    answer = client.get(url(photo), headers={"range": asked})
    assert answer.status_code == 206
    assert answer.content == whole[first : last + 1]
    assert answer["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
    assert int(answer["Content-Length"]) == len(answer.content)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["ETag"]


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=999999998-999999999", "bytes=-0"])
def test_a_part_that_is_not_there(client: Client, photo: Media, asked: str) -> None:
    answer = client.get(url(photo), headers={"range": asked})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer["Content-Range"] == f"bytes */{photo.file.size}"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=-", "bytes=0-1,5-6", "lines=0-1", "bytes", "bytes=a-b", "bytes=٣-٤", "bytes=--5",
              "bytes=" + "9" * 99, "bytes=0-" + "9" * 99],
)  # fmt: skip
def test_what_is_no_part_is_answered_with_the_whole(client: Client, photo: Media, asked: str) -> None:
    answer = client.get(url(photo), HTTP_RANGE=asked)
    assert answer.status_code == 200
    assert body_of(answer) == content(photo)


def test_head_knows_no_parts(client: Client, photo: Media) -> None:
    answer = client.head(url(photo), headers={"range": "bytes=0-9"})
    assert (answer.status_code, int(answer["Content-Length"])) == (200, photo.file.size)


def test_the_rest_of_another_picture_is_the_whole_of_this_one(client: Client, photo: Media) -> None:
    known = client.head(url(photo))
    older = http_date((photo.created_at - timedelta(days=1)).timestamp())
    for condition, status in [
        (known["ETag"], 206), (known["Last-Modified"], 206), ('"other"', 200), (f"W/{known['ETag']}", 200),
        (older, 200), ("nonsense", 200),
    ]:  # fmt: skip
        answer = client.get(url(photo), headers={"range": "bytes=0-9", "if-range": condition})
        assert answer.status_code == status, condition
        assert body_of(answer) == content(photo)[: 10 if status == 206 else None]


def test_who_has_it_is_not_sent_it_again(client: Client, photo: Media) -> None:
    known = client.head(url(photo))
    for headers in (
        {"if-none-match": known["ETag"]}, {"if-none-match": f'"x", {known["ETag"]}'},
        {"if-modified-since": known["Last-Modified"]}, {"if-none-match": known["ETag"], "range": "bytes=0-9"},
    ):  # fmt: skip
        answer = client.get(url(photo), headers=headers)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["ETag"] == known["ETag"]
    assert client.head(url(photo), headers={"if-match": '"other"'}).status_code == 412


def test_photos_of_a_hidden_request_are_gone_for_the_public_and_not_for_the_body(client: Client, photo: Media) -> None:
    assert client.head(url(photo)).status_code == 200
    ServiceRequest.objects.update(hidden=True)
    assert client.get(url(photo)).status_code == 404
    answer = client.get(for_body(photo), headers={"range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (206, b"\xff\xd8")
    assert_not_for_everybody(answer)


def test_photos_of_a_private_request_are_left_out_by_search_engines(client: Client, photo: Media) -> None:
    ServiceRequest.objects.update(private=True)
    for address in (url(photo), for_body(photo)):
        assert_not_for_everybody(client.head(address))


def test_photos_of_a_draft_are_nobody_elses(client: Client, photo: Media) -> None:
    Media.objects.update(service_request=None)
    assert_not_for_everybody(client.head(url(photo)))


def assert_not_for_everybody(answer: Any) -> None:
    assert answer["X-Robots-Tag"] == "noindex"
    assert "private" in answer["Cache-Control"]
    assert "public" not in answer["Cache-Control"]


def test_photos_that_were_taken_away_are_gone_for_all(client: Client, photo: Media) -> None:
    addresses = [url(photo), for_body(photo)]
    ServiceRequest.objects.update(taken_away_at=clock.now())
    assert [client.get(each).status_code for each in addresses] == [410, 410]
    ServiceRequest.objects.update(taken_away_at=None)
    Media.objects.update(file="")
    assert [client.get(each).status_code for each in addresses] == [410, 410]


def test_what_is_not_there(client: Client, photo: Media) -> None:
    assert client.get(f"/photos/{uuid.uuid4()}.jpg").status_code == 404
    assert client.get("/photos/1.jpg").status_code == 404
    photo.file.storage.delete(photo.file.name)
    assert client.get(url(photo)).status_code == 404
    assert client.head(url(photo)).status_code == 404


def test_the_bodys_address_cannot_be_made_up(client: Client, photo: Media) -> None:
    other = Media.objects.create(file=ContentFile(picture(), "photo.jpg"), sha256="2")
    seal = for_body(other).removesuffix(".jpg")[-43:]
    for wrong in (seal, "x" * 43, "-", "_"):
        assert client.get(f"/photos/{photo.key}-{wrong}.jpg").status_code == 404
    assert client.head(for_body(other)).status_code == 200


def test_other_methods(client: Client, photo: Media) -> None:
    assert client.post(url(photo)).status_code == 405
    assert client.delete(for_body(photo)).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_over_a_socket(live_server: Any, photo: Media) -> None:
    connection = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=10)
    whole = content(photo)
    try:
        for method, headers, status, body in [
            ("GET", {}, 200, whole),
            ("HEAD", {}, 200, b""),
            ("GET", {"Range": "bytes=0-0"}, 206, whole[:1]),
            ("GET", {"Range": "bytes=-7"}, 206, whole[-7:]),
            ("GET", {"Range": f"bytes={len(whole)}-"}, 416, b""),
        ]:
            connection.request(method, for_body(photo), headers=headers)
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (status, body)
            assert answer.getheader("Set-Cookie") is None
            assert answer.getheader("Content-Length") == str(len(whole) if method == "HEAD" else len(body))
    finally:
        connection.close()


@pytest.mark.parametrize("asked", ["", "bytes=2-5"])
def test_a_file_that_is_deleted_while_it_is_sent_is_sent_whole(photo: Media, asked: str) -> None:
    whole = content(photo)
    file = photo.file.open()
    photo.file.storage.delete(photo.file.name)
    request = RequestFactory().get(url(photo), headers={"Range": asked} if asked else {})
    answer = file_response(request, file, "image/jpeg", '"x"', 0)
    assert body_of(answer) == (whole[2:6] if asked else whole)
    assert int(answer.headers["Content-Length"]) == (4 if asked else len(whole))
    answer.close()
    file.close()
