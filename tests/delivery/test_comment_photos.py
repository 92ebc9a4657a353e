"""Photos of comments on their way: as many as the body's system takes, in its way, to fake cities that hold them."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from reports.delivery import comments
from reports.media import Picture, media_url, reencode
from reports.models import Comment, CommentState, Endpoint, Media, Submission
from tests.delivery.talkative import Script, Talkative, make_delivered
from tests.pictures import picture, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    settings.SITE_URL = "https://reports.example.org"


@pytest.fixture
def submission(script: Script) -> Submission:
    return make_delivered()


def photos(number: int = 2) -> list[Picture]:
    return [reencode(upload(picture(size=(60 + each, 40)))) for each in range(number)]


def add(submission: Submission, text: str = "Twice as large", number: int = 2) -> Comment:
    comment = comments.add(submission.request, submission, uuid.uuid4(), text, photos(number))
    assert comment is not None
    return comment


@pytest.mark.parametrize(
    ("how", "limit", "addresses", "uploads"), [("NO", 0, 0, 0), ("URL", 3, 2, 0), ("UPLOAD", 1, 0, 1)]
)
def test_as_many_go_as_the_body_takes(
    script: Script, submission: Submission, monkeypatch: Any, how: str, limit: int, addresses: int, uploads: int
) -> None:
    monkeypatch.setattr(Talkative, "comment_photos", how)
    monkeypatch.setattr(Talkative, "comment_photo_limit", limit)
    comment = add(submission)
    comments.send(comment.pk)
    [(_number, sent)] = script.sent
    kept = list(comment.media.all())
    assert sent.media_urls == tuple(media_url(photo) for photo in kept[:addresses])
    assert [photo.content for photo in sent.photos] == [each.content for each in photos()[:uploads]]
    assert sent.text == "Twice as large"


def test_a_photo_alone_has_words_for_the_body_and_is_known_again_by_them(
    script: Script, submission: Submission, monkeypatch: Any
) -> None:
    monkeypatch.setattr(Talkative, "comment_photos", "URL")
    monkeypatch.setattr(Talkative, "comment_photo_limit", 3)
    comment = add(submission, text="", number=1)
    comments.send(comment.pk)
    assert script.sent[0][1].text == "A new photo of it."
    comment.refresh_from_db()
    assert (comment.state, comment.text) == (CommentState.SENT, "")


def test_a_photo_alone_stays_where_the_body_takes_none(script: Script, submission: Submission) -> None:
    comment = add(submission, text="", number=1)
    assert (comment.state, comment.due_at) == (CommentState.KEPT, None)
    comments.send(comment.pk)
    assert script.sent == []


def test_a_comment_whose_file_is_gone_goes_without_it(script: Script, submission: Submission, monkeypatch: Any) -> None:
    monkeypatch.setattr(Talkative, "comment_photos", "UPLOAD")
    monkeypatch.setattr(Talkative, "comment_photo_limit", 1)
    comment = add(submission, number=1)
    photo = Media.objects.get()
    photo.file.storage.delete(photo.file.name)
    comments.send(comment.pk)
    [(_number, sent)] = script.sent
    assert sent.photos == ()


def test_how_many_the_body_of_a_report_takes(script: Script, submission: Submission) -> None:
    assert comments.photos_to_body(None) == comments.photos_to_body(submission) == 0
    Endpoint.objects.update(dialect="fixmystreet", options={})
    assert comments.photos_to_body(Submission.objects.get()) == 3
    Endpoint.objects.update(options={"updates": False})
    assert comments.photos_to_body(Submission.objects.get()) == 0
    Endpoint.objects.update(dialect="seeclickfix_v2", options={})
    assert comments.photos_to_body(Submission.objects.get()) == 1
    Endpoint.objects.update(dialect="gone")
    assert comments.photos_to_body(Submission.objects.get()) == 0
