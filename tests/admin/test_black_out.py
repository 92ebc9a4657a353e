"""Blacking out in the admin: seen first, then done once, by those who may, and said to be for good."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from reports.media import media_url, store
from reports.models import Comment, Draft, Media
from tests.admin.conftest import volunteer
from tests.delivery.conftest import script
from tests.delivery.talkative import Script, make_delivered
from tests.factories import make_service_request
from tests.pictures import picture, upload

__all__ = ["script"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(settings: Any, tmp_path: Path) -> Media:
    settings.MEDIA_ROOT = str(tmp_path)
    photo = store(upload(picture(size=(200, 100))), Draft.objects.create())
    photo.draft, photo.service_request = None, make_service_request()
    photo.save()
    return photo


def address(photo: Media) -> str:
    return reverse("admin:reports_media_black_out", args=[photo.pk])


def data(photo: Media, *parts: tuple[Any, ...], **fields: str) -> dict[str, str]:
    """The form as it is posted, with an empty row behind the parts."""
    form = {"seen": str(photo.key), "part-TOTAL_FORMS": str(len(parts) + 1), "part-INITIAL_FORMS": "0"}
    for row, numbers in enumerate([*parts, ("", "", "", "")]):
        names = ("x", "y", "width", "height")
        form |= {f"part-{row}-{name}": str(value) for name, value in zip(names, numbers, strict=True)}
    return form | fields


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_page_shows_it_and_changes_nothing(staff: Client, photo: Media) -> None:
    response = staff.get(address(photo))
    page = text(response)
    assert "It cannot be undone." in page
    assert media_url(photo).rpartition("/")[2] in page
    assert page.count("data-part>") == 4  # three empty rows, and the one in the template
    assert "no-store" in response["Cache-Control"]
    photo.refresh_from_db()
    assert photo.redacted_at is None


def test_it_is_shown_before_it_is_done(staff: Client, photo: Media) -> None:
    page = text(staff.post(address(photo), data(photo, (10, 20, 30, 40.5), preview="1")))
    assert '<rect x="10.000%" y="20.000%" width="30.000%" height="40.500%">' in page
    assert "Black out for good" in page
    assert '<input type="hidden" name="part-0-height" value="40.5"' in page
    photo.refresh_from_db()
    assert photo.redacted_at is None
    again = text(staff.post(address(photo), data(photo, (10, 20, 30, 40.5), change="1")))
    assert 'value="40.5"' in again
    assert "Show what it will look like" in again


def test_it_is_done_once_and_logged(staff: Client, photo: Media, django_capture_on_commit_callbacks: Any) -> None:
    old = photo.file.name
    form = data(photo, (0, 0, 50, 100), apply="1")
    with django_capture_on_commit_callbacks(execute=True):
        answers = [staff.post(address(photo), form, follow=True) for _press in range(2)]
    assert "1 part is blacked out for good." in text(answers[0])
    assert "nothing more was blacked out" in text(answers[1])
    stored = Media.objects.get()
    assert stored.former_keys == [str(photo.key)]
    assert not stored.file.storage.exists(old)
    with stored.file.open() as file:
        image = Image.open(file)
        assert max(image.getpixel((20, 50))) < 30
        assert max(image.getpixel((150, 50))) > 200
    assert sorted(entry.object_id for entry in LogEntry.objects.all()) == sorted(
        [str(stored.pk), str(stored.service_request_id)]
    )
    assert all("blacked out: 1" in entry.get_change_message() for entry in LogEntry.objects.all())


def test_the_public_old_key_opens_nothing_and_the_bodys_old_address_the_new_picture(
    staff: Client, photo: Media
) -> None:
    public, body = f"/photos/{photo.key}.jpg", f"/photos/{media_url(photo).rpartition('/')[2]}"
    before = staff.head(body)
    staff.post(address(photo), data(photo, (0, 0, 50, 100), apply="1"))
    stored = Media.objects.get()
    client = Client()
    assert client.get(public).status_code == 404
    assert client.head(f"/photos/{stored.key}.jpg").status_code == 200
    after = client.get(body)
    with stored.file.open() as file:
        assert b"".join(after.streaming_content) == file.read()
    assert after["ETag"] == f'"{stored.sha256}"' != before["ETag"]
    for made_up in (f"/photos/{photo.key}-{'x' * 43}.jpg", f"/photos/{uuid.uuid4()}-{body[-47:-4]}.jpg"):
        assert client.get(made_up).status_code == 404


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (("0", "0", "0", "10"), "at least 0.1 percent"), (("95", "0", "10", "10"), "reaches out of the photo"),
        (("-1", "0", "10", "10"), "greater than or equal to 0"), (("nan", "0", "10", "10"), "Enter a number"),
        (("inf", "0", "10", "10"), "Enter a number"), (("1", "", "10", "10"), "This field is required"),
        (("0", "0", "1e9", "10"), "less than or equal to 100"), (("\0", "0", "1", "1"), "Enter a number"),
        (("", "", "", ""), "Draw at least one part"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("button", ["preview", "apply"])
def test_numbers_that_are_no_part_are_named_and_kept(
    staff: Client, photo: Media, part: tuple[str, ...], words: str, button: str
) -> None:
    response = staff.post(address(photo), data(photo, part, **{button: "1"}))
    assert response.status_code == 200
    assert words in text(response)
    assert 'role="alert"' in text(response)
    assert Media.objects.get().redacted_at is None


def test_forms_that_are_none(staff: Client, photo: Media) -> None:
    for form in ({}, {"seen": "\0"}, {"seen": str(uuid.uuid4()), "apply": "1"}):
        assert "nothing more was blacked out" in text(staff.post(address(photo), form, follow=True))
    for count in ("x", "-1", "99999"):
        form = data(photo, (0, 0, 5, 5), apply="1") | {"part-TOTAL_FORMS": count}
        assert staff.post(address(photo), form, follow=True).status_code == 200
    assert Media.objects.get().redacted_at is None or Media.objects.get().former_keys == [str(photo.key)]


def test_only_those_who_may(photo: Media) -> None:
    reader, allowed = volunteer("view_media", "view_servicerequest"), volunteer("view_media", "change_media")
    form = data(photo, (0, 0, 5, 5), apply="1")
    assert reader.get(address(photo)).status_code == 403
    assert reader.post(address(photo), form).status_code == 403
    assert Client().get(address(photo)).status_code == 302
    assert Media.objects.get().redacted_at is None
    request = reverse("admin:reports_servicerequest_change", args=[photo.service_request_id])
    assert "Black out parts" not in text(reader.get(request))
    assert allowed.post(address(photo), form).status_code == 302
    assert Media.objects.get().redacted_at is not None


def test_what_is_not_there(staff: Client, photo: Media) -> None:
    assert staff.get(address(photo).replace(str(photo.pk), "99999")).status_code == 404
    Media.objects.update(file="")
    assert staff.get(address(photo)).status_code == 404
    assert staff.post(address(photo), data(photo, (0, 0, 5, 5), apply="1")).status_code == 404


def test_bodies_that_were_given_it_are_named(staff: Client, photo: Media, script: Script) -> None:
    assert "was given this photo" not in text(staff.get(address(photo)))
    submission = make_delivered(dialect="georeport_v2")
    Media.objects.update(service_request=submission.request)
    assert "Springfield was given this photo, or its address, and may have kept a copy." in text(
        staff.get(address(photo))
    )


def test_photos_of_comments_and_of_hidden_reports_too(staff: Client, photo: Media) -> None:
    request = photo.service_request
    assert request is not None
    request.hidden = True
    request.save()
    comment = Comment.objects.create(service_request=request, text="", state="kept", due_at=None)
    other = Media.objects.create(comment=comment, file=ContentFile(picture(), "photo.jpg"), sha256="1")
    for page in (
        reverse("admin:reports_comment_change", args=[comment.pk]),
        reverse("admin:reports_servicerequest_change", args=[request.pk]),
        reverse("admin:reports_media_changelist"),
    ):
        assert "Black out parts" in text(staff.get(page)), page
    assert staff.head(f"/photos/{media_url(other).rpartition('/')[2]}").status_code == 200
    assert staff.post(address(other), data(other, (0, 0, 50, 50), apply="1")).status_code == 302
    other.refresh_from_db()
    assert other.redacted_at is not None
    assert other.comment == comment
