"""A filing that the body has already: followed under its number there, or put before volunteers. Never sent again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from reports import clock
from reports.delivery import duplicates, submit
from reports.dialects.errors import Duplicate, Unreachable
from reports.dialects.messages import Found, RequestStatus, Status
from reports.models import PublicStatus, Submission, SubmissionState, Traffic
from reports.sandbox import Sandbox
from tests.cities import file_report, history, make_city, pass_time
from tests.delivery import talkative
from tests.delivery.talkative import Script
from tests.delivery.test_submit import posts
from tests.factories import (
    LAT,
    LONG,
    make_endpoint,
    make_jurisdiction,
    make_service,
    make_service_request,
    make_submission,
)
from tests.together import at_once

State = SubmissionState


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["evanston", "bloomington"])
def test_a_duplicate_is_followed_under_the_number_of_the_first(sandbox: Sandbox, client: Client, key: str) -> None:
    endpoint = make_city(sandbox, key)
    submission = file_report(endpoint, "A hole. SANDBOX-DUPLICATE SANDBOX-PLAN-ORDINARY")
    submit.submit(submission.pk)
    submission.refresh_from_db()
    number = sandbox.control.received()["cities"][key]["requests"][0]["service_request_id"]
    assert (submission.state, submission.service_request_id) == (State.DELIVERED, str(number))
    assert submission.request.duplicate_of == submission.service_request_id
    assert [status for status, _notes in history(submission.request)] == ["received", "accepted"]
    page = client.get(submission.request.get_absolute_url()).content.decode()
    assert f"has this already, as its number {number}" in page
    assert "We follow that one" in page
    for _step in range(10):
        pass_time(sandbox, endpoint, 24 * 3600)
    submission.request.refresh_from_db()
    assert submission.request.status == PublicStatus.CLOSED
    assert posts(sandbox, key) == 1


@pytest.mark.django_db
def test_where_the_first_one_cannot_be_told_volunteers_are_asked_and_the_resident_is_told(
    sandbox: Sandbox, client: Client
) -> None:
    endpoint = make_city(sandbox, "chicago")
    submission = file_report(endpoint, "A hole. SANDBOX-DUPLICATE")
    submit.submit(submission.pk)
    submission.refresh_from_db()
    if submission.state == State.DELIVERED:  # its list has a number for the first one by now
        assert submission.service_request_id
    else:
        assert submission.state == State.NEEDS_ATTENTION
        assert "has already" in submission.reason
        page = client.get(submission.request.get_absolute_url()).content.decode()
        assert "says that it has this already" in page
    pass_time(sandbox, endpoint, 24 * 3600)
    assert posts(sandbox, "chicago") == 1


def make_refused() -> Submission:
    service = make_service(make_endpoint(make_jurisdiction("Springfield"), dialect=talkative.KEY))
    request = make_service_request(service, description="A hole as deep as a well.")
    return make_submission(request, state=State.REFUSED, reason="The body refused it.")


def there(number: str, submission: Submission, **fields: object) -> RequestStatus:
    code = submission.request.service_code
    return replace(RequestStatus(number, Status.OPEN, service_code=code, lat=LAT, long=LONG), **fields)


@pytest.mark.django_db
def test_one_of_this_service_at_this_place_is_the_one(script: Script) -> None:
    submission = make_refused()
    script.rows = [
        there("T-1", submission),
        there("T-2", submission, lat=LAT + 0.01),
        there("T-3", submission, service_code="other"),
        there("T-1", submission, lat=None, long=None),
    ]
    duplicates.resolve(submission.pk)
    submission.refresh_from_db()
    assert (submission.state, submission.service_request_id) == (State.DELIVERED, "T-1")
    assert submission.due_at is not None
    assert [attempt.operation for attempt in submission.attempts.all()] == ["find"]


@pytest.mark.django_db
@pytest.mark.parametrize(("numbers", "words"), [([], "nothing of this service"), (["T-1", "T-2"], "T-1, T-2")])
def test_none_or_several_are_a_volunteers_to_judge(script: Script, numbers: list[str], words: str) -> None:
    submission = make_refused()
    script.rows = [there(number, submission) for number in numbers]
    duplicates.resolve(submission.pk)
    submission.refresh_from_db()
    assert (submission.state, submission.service_request_id) == (State.NEEDS_ATTENTION, "")
    assert words in submission.reason
    [(status, said)] = history(submission.request)
    assert status == PublicStatus.UNDELIVERED
    assert "Springfield says that it has this already" in said


@pytest.mark.django_db
def test_a_list_that_cannot_be_had_is_said(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object) -> None:
        raise Unreachable("no connection")

    monkeypatch.setattr(talkative.Talkative, "find", away)
    submission = make_refused()
    duplicates.resolve(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_ATTENTION
    assert "could not be searched" in submission.reason
    assert submission.attempts.get().outcome == "Unreachable"


@pytest.mark.django_db
def test_a_worker_that_died_in_between_left_it_to_the_next(script: Script) -> None:
    submission = make_refused()
    script.rows = [there("T-1", submission)]
    assert duplicates.unresolved().get() == submission
    duplicates.resolve(submission.pk)
    assert not duplicates.unresolved().exists()
    duplicates.resolve(submission.pk)
    duplicates.resolve(987654321)
    assert submission.attempts.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_look_once(script: Script) -> None:
    submission = make_refused()
    script.rows = [there("T-1", submission)]
    at_once(lambda: duplicates.resolve(submission.pk), 2)
    assert submission.attempts.count() == 1
    assert [status for status, _notes in history(submission.request)] == ["accepted"]


def test_the_refusal_is_told_in_the_bodys_words() -> None:
    assert "base is a duplicate" in duplicates.refusal(Duplicate("x", messages=("base is a duplicate.",)))


@pytest.mark.django_db
def test_what_was_sent_twice_and_taken_once_is_no_duplicate_of_another(script: Script) -> None:
    """Stored under another service, at the nearest address."""
    submission = make_refused()
    Submission.objects.filter(pk=submission.pk).update(posts=2)
    ours = there("T-1", submission, service_code="other", lat=LAT + 0.01)
    script.find_answers = [Found((ours,), by_reference=True)]
    duplicates.resolve(submission.pk)
    submission = Submission.objects.get(pk=submission.pk)
    assert (submission.state, submission.service_request_id) == (State.DELIVERED, "T-1")
    assert submission.request.duplicate_of == ""
    assert history(submission.request) == [("sent", ""), ("accepted", "")]


@pytest.mark.django_db
def test_while_the_endpoint_is_left_alone_it_is_not_asked_and_at_last_volunteers_are(script: Script) -> None:
    submission = make_refused()
    begun = clock.now()
    away = {"breaker": "open", "probe_at": begun + timedelta(days=1)}
    Traffic.objects.update_or_create(endpoint=submission.endpoint, defaults=away)
    for minutes in range(0, 360, 60):
        with clock.at(begun + timedelta(minutes=minutes)):
            Submission.objects.filter(pk=submission.pk).update(due_at=clock.now())
            duplicates.resolve(submission.pk)
        submission.refresh_from_db()
        assert submission.state == State.REFUSED
        assert submission.due_at is not None
        assert timedelta(0) < submission.due_at - begun - timedelta(minutes=minutes) <= timedelta(hours=1)
    with clock.at(begun + timedelta(hours=8)):
        duplicates.resolve(submission.pk)
    submission.refresh_from_db()
    assert (submission.state, submission.due_at) == (State.NEEDS_ATTENTION, None)
    assert "could not be searched" in submission.reason
    assert (script.searched, submission.attempts.count()) == ([], 0)
