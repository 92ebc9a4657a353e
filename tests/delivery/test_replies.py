"""A body that is reached by mail: told by letter, delivered without a number, and heard by the link."""

from typing import Any

import pytest
from django.core import mail

from reports.delivery import refresh, replies, submit
from reports.delivery.filing import filing_for, private_texts
from reports.dialects.errors import ConfigurationError
from reports.links import reply_key, reply_link
from reports.models import (
    Attempt,
    Contact,
    Endpoint,
    Notification,
    PublicStatus,
    Submission,
    SubmissionState,
    Subscription,
)
from reports.views.service_requests import progress
from tests.cities import history
from tests.factories import make_endpoint, make_service, make_service_request, make_submission
from tests.together import at_once

pytestmark = pytest.mark.django_db
State = SubmissionState
PRIVATE = {"code": "TEL", "datatype": "string", "description": "Your number", "private": True,
           "values": [{"key": "k-4711", "name": "410-555-0199"}]}  # fmt: skip
ASKED = {"code": "KIND", "datatype": "singlevaluelist", "description": "What is it?",
         "values": [{"key": "1", "name": "Household waste"}]}  # fmt: skip


@pytest.fixture
def endpoint(settings: Any) -> Endpoint:
    settings.BODY_EMAIL = {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    return make_endpoint(dialect="email", base_url="mailto:311@baltimore.example")


@pytest.fixture
def submission(endpoint: Endpoint) -> Submission:
    request = make_service_request(
        make_service(endpoint, service_name="Dirty alley"), attributes=[ASKED, PRIVATE], locale="es"
    )
    Contact.objects.create(
        service_request=request, email="rosa@example.org", first_name="Rosa", pass_on=True, endpoint=request.endpoint
    )
    return make_submission(request)


def sent(submission: Submission) -> Submission:
    submit.submit(submission.pk)
    submission.refresh_from_db()
    return submission


def test_a_letter_that_was_taken_is_delivered_without_a_number(submission: Submission) -> None:
    sent(submission)
    assert (submission.state, submission.service_request_id, submission.due_at) == (State.DELIVERED, "", None)
    assert history(submission.request) == [("sent", "")]
    [letter] = mail.outbox
    assert letter.to == ["311@baltimore.example"]
    assert str(letter.subject).startswith(f"[{submission.request.reference}] Dirty alley – ")
    body = str(letter.body)
    for said in ("Household waste", "410-555-0199", "rosa@example.org", reply_link(submission), "A deep hole"):
        assert said in body
    assert refresh.refresh(submission.endpoint) == 0


def test_the_resident_reads_that_it_went_by_mail(submission: Submission) -> None:
    sent(submission)
    request = submission.request
    assert "has been told by mail" in progress.what_next(request, submission)
    assert "has it by mail. It gave no number." in progress.hops(request, submission)[-1].sentence
    assert submit.is_blackbox(request)


def test_the_attempt_shows_the_letter_without_what_is_private(submission: Submission) -> None:
    sent(submission)
    attempt = Attempt.objects.get()
    [exchange] = attempt.exchanges
    assert (attempt.outcome, exchange["method"], exchange["url"]) == ("receipt", "MAIL", "mailto:311@baltimore.example")
    assert "A deep hole" in exchange["request_body"]
    for secret in ("rosa@example.org", "Rosa", "410-555-0199", "k-4711", reply_key(submission)):
        assert secret not in str(exchange)


def test_details_that_were_not_passed_on_are_in_no_letter(submission: Submission) -> None:
    Contact.objects.update(pass_on=False)
    sent(Submission.objects.get(pk=submission.pk))
    assert "rosa" not in str(mail.outbox[0].body).lower()


def test_an_address_that_cannot_be_is_for_a_volunteer_and_nothing_has_left(submission: Submission) -> None:
    Endpoint.objects.update(base_url="https://baltimore.example/")
    with pytest.raises(ConfigurationError):
        submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_ATTENTION
    assert submission.reason.startswith("It could not be prepared for sending")
    assert not mail.outbox


def test_a_filing_for_a_letter_has_all_that_a_reader_needs(submission: Submission) -> None:
    filing = filing_for(submission.request, submission)
    assert [(each.description, each.answers) for each in filing.questions] == [
        ("What is it?", ("Household waste",)), ("Your number", ("410-555-0199",)),
    ]  # fmt: skip
    assert (filing.service_name, filing.locale) == ("Dirty alley", "es")
    assert filing.url == f"http://testserver/requests/{submission.request.reference}/"
    assert filing.reply_url == reply_link(submission)
    assert filing_for(submission.request).reply_url == ""
    assert reply_key(submission) in private_texts(submission.request, submission)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (PublicStatus.IN_PROGRESS, "in_progress"), (PublicStatus.CLOSED, "closed"),
        (PublicStatus.NOT_RESPONSIBLE, "not_responsible"), (PublicStatus.REJECTED, "rejected"),
        (PublicStatus.DUPLICATE, "duplicate"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("note", ["", "Crew comes on Friday."])
def test_an_answer_moves_the_request_and_is_mailed(
    submission: Submission, status: PublicStatus, expected: str, note: str
) -> None:
    sent(submission)
    Subscription.objects.create(service_request=submission.request, email="rosa@example.org")
    assert replies.take(submission, status, number="B-77", note=note)
    submission.refresh_from_db()
    submission.request.refresh_from_db()
    assert submission.request.status == expected
    assert history(submission.request)[-1] == (expected, note)
    assert submission.request.status_updates.last().by_body
    assert submission.service_request_id == "B-77"
    assert Notification.objects.count() == 1


def test_the_same_answer_twice_is_one(submission: Submission) -> None:
    sent(submission)
    assert replies.take(submission, PublicStatus.CLOSED, note="Done.")
    assert not replies.take(submission, PublicStatus.CLOSED, note="Done.")
    assert history(submission.request) == [("sent", ""), ("closed", "Done.")]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_answer(submission: Submission) -> None:
    sent(submission)

    def click() -> None:
        there = Submission.objects.select_related("request").get(pk=submission.pk)
        replies.take(there, PublicStatus.CLOSED, number="B-77", note="Done.")

    at_once(click, 3)
    assert history(submission.request) == [("sent", ""), ("closed", "Done.")]


def test_a_later_answer_corrects_an_earlier_one(submission: Submission) -> None:
    sent(submission)
    for status in (PublicStatus.NOT_RESPONSIBLE, PublicStatus.CLOSED, PublicStatus.IN_PROGRESS):
        assert replies.take(submission, status)
    assert [status for status, _notes in history(submission.request)] == [
        "sent", "not_responsible", "closed", "in_progress",
    ]  # fmt: skip


def test_a_number_once_given_stays(submission: Submission) -> None:
    sent(submission)
    replies.take(submission, PublicStatus.IN_PROGRESS, number="B-77")
    replies.take(submission, PublicStatus.CLOSED, number="B-78")
    submission.refresh_from_db()
    assert submission.service_request_id == "B-77"
    assert submission.due_at is None


@pytest.mark.parametrize("state", [State.NEEDS_ATTENTION, State.UNCERTAIN, State.RETRY])
def test_an_answer_proves_that_the_letter_arrived(submission: Submission, state: State) -> None:
    Submission.objects.update(state=state, reason="no clear answer", due_at=None)
    replies.take(submission, PublicStatus.IN_PROGRESS)
    submission.refresh_from_db()
    assert (submission.state, submission.reason) == (State.DELIVERED, "")
    assert submission.delivered_at is not None
    assert submission.sent_at is not None


def test_what_was_withdrawn_meanwhile_stays_so(submission: Submission) -> None:
    sent(submission)
    as_read = Submission.objects.select_related("request").get(pk=submission.pk)
    assert submit.cancel(submission, "A volunteer cancelled it.")
    assert not replies.take(as_read, PublicStatus.CLOSED, number="B-77", note="Done.")
    submission.refresh_from_db()
    assert (submission.state, submission.service_request_id) == (State.CANCELLED, "")
    assert history(submission.request)[-1][0] == submission.request.status == "cancelled"


@pytest.mark.parametrize("status", [PublicStatus.RECEIVED, PublicStatus.CANCELLED, PublicStatus.UNDELIVERED])
def test_a_body_cannot_say_what_is_ours_to_say(submission: Submission, status: PublicStatus) -> None:
    with pytest.raises(ValueError, match=status.value):
        replies.take(submission, status)
