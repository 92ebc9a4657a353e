"""Sending once, whatever the city answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from reports import clock
from reports.admin import decisions
from reports.delivery import outbox, submit
from reports.dialects.errors import ConfigurationError
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.messages import Receipt
from reports.http import Client
from reports.models import Attempt, PublicStatus, Submission, SubmissionState, Traffic
from reports.models.submissions import MOVES
from reports.sandbox import Sandbox
from reports.sandbox.wire import json_answer
from reports.views.service_requests import progress
from tests.cities import file_report, history, make_city, pass_time
from tests.factories import make_submission
from tests.together import at_once

pytestmark = pytest.mark.django_db
State = SubmissionState


def posts(sandbox: Sandbox, key: str) -> int:
    return int(sandbox.control.received()["cities"][key]["posts"])


def held(sandbox: Sandbox, key: str) -> list[str]:
    return [row["description"] for row in sandbox.control.received()["cities"][key]["requests"]]


def break_once(kind: str) -> None:
    Client("test").post(f"http://sandbox.test/_control/fault?city=evanston&kind={kind}&operation=post&count=1")


@contextmanager
def city_answers(dialect: Any, errors: list[dict[str, Any]]) -> Iterator[None]:
    """Let the fake city answer every call with these errors."""
    whole = dialect.answer
    dialect.answer = lambda *args, **kwargs: json_answer(errors, 400)
    try:
        yield
    finally:
        dialect.answer = whole


def test_a_number_given_at_once_delivers(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.DELIVERED
    assert submission.service_request_id.startswith("EVN-")
    assert submission.delivered_at is not None
    assert [status for status, _notes in history(submission.request)] == ["received", "sent", "accepted"]
    submission.request.refresh_from_db()
    assert submission.request.status == PublicStatus.ACCEPTED


def test_the_attempt_is_kept_with_its_exchange_and_without_the_key(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"), email="rosa@example.org", pass_on=True)
    submit.submit(submission.pk)
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.status_code) == ("receipt", 201)
    kept = str(attempt.exchanges)
    assert "service_code" in kept
    assert "sandbox-key" not in kept
    assert "rosa" not in kept


@pytest.mark.parametrize("consent", [True, False])
def test_contact_details_reach_the_city_only_with_consent(sandbox: Sandbox, consent: bool) -> None:
    submission = file_report(make_city(sandbox, "evanston"), email="rosa@example.org", pass_on=consent)
    submit.submit(submission.pk)
    row = sandbox.control.received()["cities"]["evanston"]["requests"][0]
    assert row["email"] == ("rosa@example.org" if consent else "")


def test_our_reference_goes_with_the_description(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"), "A hole.")
    submit.submit(submission.pk)
    assert held(sandbox, "evanston") == [f"A hole.\n\n[{submission.request.reference}]"]


def test_sending_again_what_was_sent_does_nothing(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    for _time in range(3):
        submit.submit(submission.pk)
    assert posts(sandbox, "evanston") == 1
    assert Attempt.objects.count() == 1


def test_a_submission_that_does_not_exist_is_nobodys(sandbox: Sandbox) -> None:
    submit.submit(987654)
    assert not Attempt.objects.exists()


def test_a_paused_endpoint_waits(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint)
    endpoint.active = False
    endpoint.save()
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert (submission.state, posts(sandbox, "evanston")) == (State.PENDING, 0)


@pytest.mark.parametrize("kind", ["429", "503"])
def test_what_certainly_did_not_arrive_is_sent_again(sandbox: Sandbox, kind: str) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, "A hole.")
    break_once(kind)
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.RETRY
    assert submission.request.status == PublicStatus.RECEIVED
    pass_time(sandbox, endpoint, 3600)
    submission.refresh_from_db()
    assert submission.state == State.DELIVERED
    assert len(held(sandbox, "evanston")) == 1


@pytest.mark.parametrize("word", ["SANDBOX-503", "SANDBOX-RESET"])
def test_what_did_not_arrive_for_all_that_is_known_is_looked_for_before_it_is_sent_again(
    sandbox: Sandbox, word: str
) -> None:
    """A bare 503 may be a balancer's; in process a reset cannot be told from one after the request had left."""
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, f"A hole. {word}")
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.UNCERTAIN
    assert submission.request.status == PublicStatus.RECEIVED
    for _hour in range(4):
        pass_time(sandbox, endpoint, 3600)
    submission.refresh_from_db()
    assert (submission.state, submission.posts) == (State.DELIVERED, 2)
    assert len(held(sandbox, "evanston")) == 1


def test_a_retry_after_is_obeyed(sandbox: Sandbox, settings) -> None:
    settings.RETRY_FIRST = settings.RETRY_LONGEST = 1.5
    submission = file_report(make_city(sandbox, "evanston"), "SANDBOX-429")
    before = clock.now()
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.due_at is not None
    assert submission.due_at - before >= timedelta(seconds=1.5)
    submit.submit(submission.pk)
    assert posts(sandbox, "evanston") == 1


def test_after_two_days_of_trying_volunteers_are_asked(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    Client("test").post("http://sandbox.test/_control/fault?city=evanston&kind=503&operation=post")
    for hours in (0, 49):
        with clock.at(clock.now() + timedelta(hours=hours)):
            submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_ATTENTION
    assert "2 times over 48 hours" in submission.reason


def test_patience_does_not_count_the_time_in_which_nothing_was_tried(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    break_once("503")
    with clock.at(clock.now() + timedelta(hours=49)):  # the worker was away
        submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.RETRY


def test_a_citys_refusal_that_quotes_the_resident_is_kept_without_the_quote(sandbox: Sandbox) -> None:
    contact = {"email": "rosa@example.org", "phone": "312-555-0101", "pass_on": True}
    submission = file_report(make_city(sandbox, "evanston"), **contact)
    dialect = next(each for each in sandbox.systems if each.city.key == "evanston")
    words = "rosa@example.org with 312-555-0101 is not a valid contact"
    with city_answers(dialect, [{"code": 400, "description": words}]):
        submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_ATTENTION
    assert "is not a valid contact" in submission.reason
    assert "rosa" not in submission.reason + str(Attempt.objects.values())
    assert "555-0101" not in submission.reason + str(Attempt.objects.values())


def test_what_a_volunteer_sends_again_has_two_new_days(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    break_once("503")
    later = clock.now() + timedelta(days=5)
    Submission.objects.filter(pk=submission.pk).update(state=State.NEEDS_ATTENTION)
    with clock.at(later):
        decisions.send_again(Submission.objects.get(pk=submission.pk))
        submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.RETRY


@pytest.mark.parametrize("word", ["SANDBOX-LOST-ANSWER", "SANDBOX-DROP-MIDWAY"])
def test_a_lost_answer_is_looked_for_and_never_sent_again(sandbox: Sandbox, word: str) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, f"A hole. {word}")
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.UNCERTAIN
    assert submission.due_at is not None
    assert submission.request.status == PublicStatus.RECEIVED
    for _day in range(4):
        pass_time(sandbox, endpoint, 24 * 3600)
    submission.refresh_from_db()
    assert posts(sandbox, "evanston") == 1
    assert (submission.state, bool(submission.service_request_id)) == (State.DELIVERED, True)


def test_what_never_shows_is_sent_three_times_and_then_given_to_volunteers(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, "A hole. SANDBOX-HTML-200")
    for _hour in range(20):
        pass_time(sandbox, endpoint, 3600)
    submission.refresh_from_db()
    assert (submission.state, posts(sandbox, "evanston")) == (State.NEEDS_ATTENTION, 3)
    assert submission.due_at is None
    assert submission.attention_at is not None
    assert "It was sent 3 times, and is not in the body's list." in submission.reason
    submission.request.refresh_from_db()
    assert submission.request.status == PublicStatus.UNDELIVERED


def test_a_refusal_goes_to_volunteers_with_the_citys_words(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, "SANDBOX-REFUSE")
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_ATTENTION
    assert "The body refused it" in submission.reason
    pass_time(sandbox, endpoint, 24 * 3600)
    assert posts(sandbox, "evanston") == 1


def test_a_key_that_cannot_be_read_is_told_and_raised(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint)
    endpoint.api_key_encrypted = "not what encrypt made"
    endpoint.save()
    with pytest.raises(ConfigurationError, match="enter the key again"):
        submit.submit(submission.pk)
    submission.refresh_from_db()
    assert (submission.state, posts(sandbox, "evanston")) == (State.NEEDS_ATTENTION, 0)


def test_a_blackbox_gives_neither_number_nor_token(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "cook")
    submission = file_report(endpoint)
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert (submission.state, submission.service_request_id, submission.token) == (State.DELIVERED, "", "")
    assert submission.due_at is None
    submission.request.refresh_from_db()
    assert submission.request.status == PublicStatus.SENT
    assert "gives no numbers and no news" in progress.what_next(submission.request, submission)


def test_one_that_is_held_for_review_is_not_called_silent(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    claimed = outbox.claim(submission.pk)
    assert claimed is not None
    submit.record_receipt(claimed.submission, Receipt(held=True))
    submission.refresh_from_db()
    assert (submission.state, submission.held, submission.due_at) == (State.DELIVERED, True, None)
    submission.request.refresh_from_db()
    assert "holds it for review" in progress.what_next(submission.request, submission)
    assert "holds it for review" in progress.hops(submission.request, submission)[-1].sentence


def test_what_waits_behind_an_endpoint_in_trouble_for_two_days_goes_to_volunteers(sandbox: Sandbox) -> None:
    endpoint, other = make_city(sandbox, "evanston"), make_city(sandbox, "oak-park")
    old, theirs = file_report(endpoint), file_report(other)
    now = clock.now()
    later = now + timedelta(hours=49)
    Traffic.objects.update_or_create(endpoint=endpoint, defaults={"breaker": "open", "trouble_since": now})
    Traffic.objects.update_or_create(endpoint=other, defaults={"breaker": "open", "trouble_since": later})
    with clock.at(later):
        fresh = file_report(endpoint, "Another.")
        assert submit.give_up_on_the_unreachable(now + timedelta(hours=47)) == 0
        assert submit.give_up_on_the_unreachable(later) == 1
        assert submit.give_up_on_the_unreachable(later) == 0
    for each, state in ((old, State.NEEDS_ATTENTION), (fresh, State.PENDING), (theirs, State.PENDING)):
        each.refresh_from_db()
        assert each.state == state
    assert "not been reachable for 48 hours" in old.reason
    assert old.attention_at == later
    assert history(old.request)[-1][0] == PublicStatus.UNDELIVERED


def test_the_table_of_moves_is_the_law() -> None:
    submission = make_submission(state=State.DELIVERED)
    with pytest.raises(ValueError, match="does not go from delivered to sending"):
        outbox.move(submission, State.SENDING)
    assert set(MOVES) == set(State)
    assert not MOVES[State.CANCELLED]


def test_a_move_from_a_state_that_has_passed_does_nothing() -> None:
    submission = make_submission(state=State.ACCEPTED)
    stale = Submission.objects.get(pk=submission.pk)
    assert outbox.move(submission, State.DELIVERED)
    assert not outbox.move(stale, State.NEEDS_ATTENTION)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_sends(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    at_once(lambda: submit.submit(submission.pk), 6)
    assert posts(sandbox, "evanston") == 1
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize("step", ["filing_for", "post_service_request"])
def test_what_nobody_foresaw_may_quote_the_resident_and_is_kept_without(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, email="rosa@example.org", phone="312-555-0101", pass_on=True)

    def fail(*args: object) -> None:
        raise ValueError("cannot make sense of rosa@example.org, 312-555-0101")

    monkeypatch.setattr(submit if step == "filing_for" else GeoReportV2, step, fail)
    with pytest.raises(ValueError, match="make sense"):
        submit.submit(submission.pk)
    submission.refresh_from_db()
    kept = f"{submission.reason} {submission.attempts.get().detail}"
    assert "cannot make sense of" in kept
    assert "rosa" not in kept
    assert "0101" not in kept
