"""Photos of a comment: kept with it once, shown with it, hidden with it, and said before where they go."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from reports import callers, clock
from reports.delivery import taken_away
from reports.media import media_url
from reports.models import Comment, CommentState, Media, ServiceRequest, Submission
from reports.views import protection
from tests.delivery.conftest import script
from tests.delivery.talkative import Script, Talkative, make_delivered
from tests.pictures import CHICAGO, exif, picture, upload
from tests.views.test_comments import form_of
from tests.views.test_service_requests import text

__all__ = ["script"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(settings: Any, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = str(tmp_path)
    callers.forget_limits()
    yield
    callers.forget_limits()


@pytest.fixture
def submission(script: Script) -> Submission:
    return make_delivered()


def post(client: Client, request: ServiceRequest, words: str, *photos: Any, **fields: str) -> Any:
    data: dict[str, Any] = {**form_of(client, request), "text": words, protection.HONEYPOT: ""} | fields
    return client.post(f"/requests/{request.reference}/comments/", data | {"photos": list(photos)})


def files(tmp_path: Path) -> int:
    return len(list(tmp_path.rglob("*.jpg")))


def test_photos_stand_with_the_words_and_nothing_is_kept_of_where_they_were_taken(
    client: Client, submission: Submission
) -> None:
    sent = [upload(picture(exif=exif(gps=CHICAGO))), upload(picture("HEIF", (90, 70)), "IMG.HEIC", "image/heic")]
    assert post(client, submission.request, "Twice as large", *sent).status_code == 302
    comment = Comment.objects.get()
    photos = list(comment.media.all())
    assert [(photo.width, photo.lat, photo.service_request) for photo in photos] == [(60, None, None), (90, None, None)]
    page = client.get(submission.request.get_absolute_url()).content.decode()
    for photo in photos:
        assert page.count(f'src="/photos/{photo.key}/small.jpg"') == 1
        assert client.head(f"/photos/{photo.key}.jpg")["Cache-Control"] == "public, max-age=86400"
    assert "Photo 2 of 2 of this comment" in page
    assert not client.cookies


def test_a_photo_needs_no_words(client: Client, submission: Submission) -> None:
    assert post(client, submission.request, "", upload(picture())).status_code == 302
    assert (Comment.objects.get().text, Media.objects.count()) == ("", 1)


def test_a_double_post_keeps_the_photos_once(client: Client, submission: Submission, tmp_path: Path) -> None:
    data = {**form_of(client, submission.request), "text": "Look", protection.HONEYPOT: ""}
    path = f"/requests/{submission.request.reference}/comments/"
    answers = {client.post(path, data | {"photos": [upload(picture())]})["Location"] for _time in range(3)}
    assert len(answers) == Comment.objects.count() == Media.objects.count() == files(tmp_path) == 1
    other = client.post(path, data | {"photos": [upload(picture(size=(70, 70)))]})
    assert other.status_code == 409
    assert "The photos were not kept: choose them again." in text(other)
    assert Media.objects.count() == files(tmp_path) == 1


def test_the_same_photo_chosen_twice_is_kept_once(client: Client, submission: Submission) -> None:
    assert (
        post(client, submission.request, "Look", upload(picture()), upload(picture(), "again.jpg")).status_code == 302
    )
    assert Media.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"only words", "“bad.jpg” is not a photo"), (b"", "“bad.jpg” is not a photo"),
     (picture(size=(300, 300))[:2000], "“bad.jpg” is damaged"), (bytes(21), "“bad.jpg” is not a photo")],
)  # fmt: skip
def test_a_photo_that_is_none_is_named_and_the_words_are_kept(
    client: Client, submission: Submission, tmp_path: Path, content: bytes, words: str
) -> None:
    response = post(client, submission.request, "Words to keep", upload(picture()), upload(content, "bad.jpg"))
    assert response.status_code == 200
    page = text(response)
    assert words in page
    assert "Your photos were not kept: choose them again." in page
    assert "Words to keep</textarea>" in response.content.decode()
    assert Comment.objects.count() == files(tmp_path) == 0


def test_too_large_and_too_many(client: Client, submission: Submission, settings: Any, tmp_path: Path) -> None:
    settings.PHOTO_MAX_BYTES = 1000
    assert "is larger than" in text(post(client, submission.request, "Look", upload(bytes(1001), "big.jpg")))
    settings.PHOTO_MAX_BYTES = 2**20
    many = text(post(client, submission.request, "Look", *[upload(picture(size=(9 + n, 9))) for n in range(30)]))
    assert many.count("there is room for 3 photos") >= 27
    data = form_of(client, submission.request) | {"text": "Look", "photos": upload(bytes(4 * 2**20))}
    path = f"/requests/{submission.request.reference}/comments/"
    assert client.post(path, data).status_code == 413
    assert Comment.objects.count() == files(tmp_path) == 0


def test_a_refusal_says_that_the_photos_were_not_kept(client: Client, submission: Submission, tmp_path: Path) -> None:
    response = post(client, submission.request, "Words to keep", upload(picture()), form_key="forged")
    assert response.status_code == 400
    assert "The photos were not kept: choose them again." in text(response)
    assert "Words to keep</textarea>" in response.content.decode()
    assert files(tmp_path) == 0


@pytest.mark.parametrize(
    ("how", "limit", "words"),
    [
        ("NO", 0, "Springfield gets your words. Photos are kept here, for everybody to see."),
        ("UPLOAD", 1, "Springfield gets your words and one photo. More photos are kept here"),
        ("URL", 3, "Springfield gets your words and up to 3 photos."),
    ],
)
def test_where_photos_go_is_said_before(
    client: Client, submission: Submission, monkeypatch: pytest.MonkeyPatch, how: str, limit: int, words: str
) -> None:
    monkeypatch.setattr(Talkative, "comment_photos", how)
    monkeypatch.setattr(Talkative, "comment_photo_limit", limit)
    assert words in text(client.get(submission.request.get_absolute_url()))
    assert post(client, submission.request, "", upload(picture())).status_code == 302
    assert Comment.objects.get().state == (CommentState.KEPT if how == "NO" else CommentState.PENDING)


@pytest.mark.parametrize("change", ["hidden", "held", "request hidden", "request held"])
def test_photos_go_with_their_comment_and_its_report(client: Client, submission: Submission, change: str) -> None:
    post(client, submission.request, "Look", upload(picture()))
    photo = Media.objects.get()
    model: Any = ServiceRequest if change.startswith("request") else Comment
    model.objects.update(**({"hidden": True} if change.endswith("hidden") else {"held_at": clock.now()}))
    assert client.get(f"/photos/{photo.key}.jpg").status_code == 404
    sealed = client.head(f"/photos/{media_url(photo).rpartition('/')[2]}")
    assert (sealed.status_code, sealed["X-Robots-Tag"]) == (200, "noindex")
    assert str(photo.key) not in client.get(submission.request.get_absolute_url()).content.decode()


def test_photos_on_a_private_report_are_left_out_by_search_engines(client: Client, submission: Submission) -> None:
    post(client, submission.request, "Look", upload(picture()))
    ServiceRequest.objects.update(private=True)
    answer = client.head(f"/photos/{Media.objects.get().key}.jpg")
    assert (answer.status_code, answer["X-Robots-Tag"]) == (200, "noindex")


def test_who_takes_the_report_away_takes_them_too(client: Client, submission: Submission, tmp_path: Path) -> None:
    post(client, submission.request, "Look", upload(picture()))
    photo = Media.objects.get()
    taken_away.take_away(submission.request)
    assert files(tmp_path) == 0
    assert client.get(f"/photos/{photo.key}.jpg").status_code == 410
    late = Comment.objects.create(service_request=submission.request, text="late", hidden=True)
    Media.objects.create(comment=late, file=ContentFile(picture(), "photo.jpg"), sha256="late")
    assert files(tmp_path) == 1
    assert taken_away.tidy() >= 1
    assert files(tmp_path) == 0
