"""A report taken away by the person who filed it: nothing more leaves, and nothing of theirs is left here."""

import json
import threading
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.models.fields.files import FieldFile

from reports import clock, media
from reports.browsing.filters import public
from reports.delivery import comments, outbox, refresh, submit, taken_away
from reports.dialects.messages import Note, RequestStatus, Status
from reports.models import (
    AbuseReport,
    Attempt,
    Comment,
    CommentState,
    Confirmation,
    Contact,
    Disclosure,
    Draft,
    Media,
    Notification,
    PublicStatus,
    ServiceRequest,
    Sighting,
    Submission,
    SubmissionState,
    Subscription,
    Verdict,
    person_mark,
)
from reports.sandbox import Sandbox
from tests.cities import file_report, history, make_city
from tests.pictures import picture
from tests.together import at_once

pytestmark = pytest.mark.django_db
State = SubmissionState
MARKS = ("markedwords", "mark@example.org", "Marklandmark", "MarkedAnswer", "Marked Street", "markedcomment")
SOMEBODY = person_mark("email", "follower@example.org")


@pytest.fixture
def filed(sandbox: Sandbox, settings: Any, tmp_path: Any) -> Submission:
    """A report to Evanston with something in every field that a person fills; it waits in the outbox."""
    settings.MEDIA_ROOT = str(tmp_path)
    contact = {"email": "mark@example.org", "phone": "555-0142", "pass_on": True, "tell_me": True}
    submission = file_report(make_city(sandbox, "evanston"), "A hole, markedwords.", **contact)
    answer = {"code": "X", "datatype": "string", "private": True, "values": [{"key": "MarkedAnswer"}]}
    ServiceRequest.objects.update(
        address_string="12 Marked Street", place_detail="Marklandmark", attributes=[answer], lat=42.045123,
        long=-87.687654,
    )  # fmt: skip
    Media.objects.create(
        service_request=submission.request, sha256="x", file=ContentFile(picture(), "photo.jpg"), position=1
    )
    Comment.objects.create(service_request=submission.request, text="markedcomment")
    return Submission.objects.get(pk=submission.pk)


def everything() -> str:
    """Every row of every table of ours as text."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names() if name.startswith("reports_")]
        texts = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            texts += [str(row) for row in cursor.fetchall()]
    return json.dumps(texts, default=str)


def test_before_it_was_sent_nothing_leaves(sandbox: Sandbox, filed: Submission) -> None:
    assert taken_away.take_away(filed.request)
    submit.submit(filed.pk)
    filed.refresh_from_db()
    assert (filed.state, filed.due_at) == (State.CANCELLED, None)
    assert sandbox.control.received()["cities"]["evanston"]["posts"] == 0
    assert not taken_away.perhaps_with_body(filed.request)


def test_nothing_that_the_person_gave_is_left_in_any_table(filed: Submission) -> None:
    submit.submit(filed.pk)
    assert [mark for mark in MARKS if mark not in everything()] == []
    file = Media.objects.get().file.name
    taken_away.take_away(filed.request)
    assert [mark for mark in MARKS if mark in everything()] == []
    assert not default_storage.exists(file)
    for model in (Contact, Subscription, Notification, Draft):
        assert not model.objects.exists()


def test_what_others_said_of_it_goes_with_it(filed: Submission) -> None:
    request = filed.request
    Sighting.objects.create(service_request=request, person=SOMEBODY)
    Verdict.objects.create(
        service_request=request, closing=request.status_updates.first(), person=SOMEBODY, answer="yes"
    )
    Confirmation.objects.create(service_request=request, kind="follow", email="follower@example.org")
    Subscription.objects.create(service_request=request, email="follower@example.org")
    assert SOMEBODY in everything()
    assert "follower@example.org" in everything()
    taken_away.take_away(request)
    assert SOMEBODY not in everything()
    assert "follower@example.org" not in everything()


def test_what_stays(filed: Submission) -> None:
    submit.submit(filed.pk)
    taken_away.take_away(filed.request)
    request, submission = ServiceRequest.objects.get(), Submission.objects.get()
    assert (request.lat, request.long) == (42.05, -87.69)
    assert (request.status, request.service_name) == (PublicStatus.CANCELLED, "Graffiti")
    assert request.taken_away_at is not None
    assert submission.service_request_id.startswith("EVN-")
    assert (submission.state, submission.due_at) == (State.CANCELLED, None)
    assert [status for status, _notes in history(request)] == ["received", "sent", "accepted", "cancelled"]
    assert Disclosure.objects.get().fields == ["email", "phone"]
    attempt = Attempt.objects.get()
    assert attempt.outcome == "receipt"
    assert attempt.exchanges[0].keys() == {"method", "status", "started_at", "seconds"}
    assert taken_away.perhaps_with_body(request)


def test_the_photos_row_stays_for_its_address_to_say_that_it_is_gone(filed: Submission) -> None:
    taken_away.take_away(filed.request)
    photo = Media.objects.get()
    assert (photo.file.name, photo.sha256, photo.service_request_id) == ("", "", filed.request_id)


def test_it_is_in_no_list(filed: Submission) -> None:
    assert public().exists()
    taken_away.take_away(filed.request)
    assert not public().exists()


@pytest.mark.parametrize("state", [state for state in State if state != State.SENDING])
def test_from_every_state_it_ends_where_nothing_more_happens(filed: Submission, state: State) -> None:
    Submission.objects.update(state=state)
    assert taken_away.take_away(filed.request)
    assert Submission.objects.get().state == State.CANCELLED


def test_twice_is_once(filed: Submission) -> None:
    assert taken_away.take_away(filed.request)
    when = ServiceRequest.objects.get().taken_away_at
    assert not taken_away.take_away(filed.request)
    assert ServiceRequest.objects.get().taken_away_at == when
    assert len(history(filed.request)) == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one(filed: Submission) -> None:
    done: list[bool] = []
    at_once(lambda: done.append(taken_away.take_away(ServiceRequest.objects.get())), 2)
    assert sorted(done) == [False, True]
    assert len(history(filed.request)) == 2


def test_while_it_is_being_sent_nothing_changes(filed: Submission) -> None:
    assert outbox.claim(filed.pk) is not None
    with pytest.raises(taken_away.BeingSent):
        taken_away.take_away(filed.request)
    assert Contact.objects.exists()
    assert ServiceRequest.objects.get().taken_away_at is None
    assert "markedwords" in ServiceRequest.objects.get().description


def test_nor_while_one_of_its_comments_is(filed: Submission) -> None:
    Comment.objects.update(state=CommentState.SENDING)
    with pytest.raises(taken_away.BeingSent):
        taken_away.take_away(filed.request)
    assert Submission.objects.get().state == State.PENDING
    assert Comment.objects.get().text == "markedcomment"


def test_its_comments_go_nowhere(filed: Submission) -> None:
    submit.submit(filed.pk)
    taken_away.take_away(filed.request)
    assert not comments.due(clock.now() + timedelta(days=400)).exists()
    assert Comment.objects.get().hidden


def test_what_the_body_says_later_is_not_taken_over(filed: Submission) -> None:
    submit.submit(filed.pk)
    known = Submission.objects.get()
    taken_away.take_away(filed.request)
    before = history(filed.request)
    row = RequestStatus(
        service_request_id=known.service_request_id, status=Status.CLOSED, status_notes="markedwords again",
        updated_datetime=clock.now(), notes=(Note(id="1", text="markedwords"),),
    )  # fmt: skip
    refresh.apply(known.request, row, known.sent_at)
    assert history(filed.request) == before
    assert ServiceRequest.objects.get().status == PublicStatus.CANCELLED
    assert not refresh.followed(known.endpoint).exists()


def test_a_worker_that_writes_afterwards_is_tidied_up(filed: Submission) -> None:
    attempt = filed.attempts.create(operation="post_service_request")
    taken_away.take_away(filed.request)
    attempt.exchanges = [{"method": "POST", "request_body": "markedwords", "url": "https://x/?d=markedwords"}]
    attempt.finished_at, attempt.detail = clock.now() + timedelta(seconds=1), "markedwords"
    attempt.save()
    assert taken_away.tidy() == 1
    assert "markedwords" not in everything()
    assert taken_away.tidy() == 0


def test_a_comment_that_came_at_the_same_moment_is_tidied_up_and_never_sent(filed: Submission) -> None:
    submit.submit(filed.pk)
    taken_away.take_away(filed.request)
    comments.add(filed.request, Submission.objects.get(), uuid.uuid4(), "markedcomment")
    Comment.objects.update(state=CommentState.PENDING, due_at=clock.now())
    assert not comments.due(clock.now() + timedelta(days=1)).exists()
    assert taken_away.tidy() == 1
    assert "markedcomment" not in everything()
    assert taken_away.tidy() == 0


def test_photos_that_were_left_behind_are_removed_later(filed: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    file = Media.objects.get().file.name
    with monkeypatch.context() as patch:
        patch.setattr(taken_away, "remove_photos", lambda request: None)  # the process ended there
        taken_away.take_away(filed.request)
    assert default_storage.exists(file)
    assert taken_away.tidy() == 1
    assert not default_storage.exists(file)
    assert taken_away.tidy() == 0


@pytest.mark.parametrize(
    ("outcome", "perhaps"),
    [("Unreachable", False), ("HeldBack", False), ("ConfigurationError", False), ("NoAnswer", True),
     ("worker died", True), ("BadRequest", True), ("", True)],
)  # fmt: skip
def test_whether_the_body_may_have_it(filed: Submission, outcome: str, perhaps: bool) -> None:
    filed.attempts.create(operation="post_service_request", outcome=outcome)
    filed.attempts.create(operation="comment", outcome="NoAnswer")
    assert taken_away.perhaps_with_body(filed.request) is perhaps


def test_what_others_wrote_to_the_volunteers_about_it_goes_too(filed: Submission) -> None:
    """Their words may quote what they are about, and there is nothing left to hide."""
    comment = Comment.objects.first()
    AbuseReport.objects.create(service_request=filed.request, reason="personal", text="It says markedwords")
    AbuseReport.objects.create(service_request=filed.request, comment=comment, reason="other", text="markedcomment")
    taken_away.take_away(filed.request)
    assert not AbuseReport.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_parts_blacked_out_at_the_same_moment_leave_no_file(filed: Submission, settings: Any, monkeypatch: Any) -> None:
    photo = Media.objects.get()
    painted = threading.Thread(target=lambda: _black_out(photo))
    delete = FieldFile.delete

    def slow(file: FieldFile, save: bool = True) -> None:
        if painted.ident is None:
            painted.start()
            painted.join(0.5)  # as far as it gets; where it waits for this one, it goes on afterwards
        delete(file, save)

    monkeypatch.setattr(FieldFile, "delete", slow)
    taken_away.take_away(filed.request)
    painted.join()
    assert list(Path(settings.MEDIA_ROOT).rglob("*.jpg")) == []
    assert Media.objects.get().file.name == ""


def _black_out(photo: Media) -> None:
    try:
        media.black_out(photo, photo.key, [media.Rectangle(0, 0, 50, 50)])
    except (media.ChangedMeanwhile, DatabaseError):
        pass
    finally:
        connection.close()
