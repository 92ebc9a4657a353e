"""Tokens: patience, and never a second POST."""

from datetime import timedelta

import pytest

from reports import clock
from reports.delivery import gate, outbox, submit, tokens
from reports.http import Client
from reports.models import Endpoint, PublicStatus, Submission, SubmissionState
from reports.sandbox import Sandbox
from tests.cities import file_report, history, make_city, pass_time
from tests.delivery.test_submit import posts

pytestmark = pytest.mark.django_db
State = SubmissionState


@pytest.fixture
def chicago(sandbox: Sandbox) -> Endpoint:
    return make_city(sandbox, "chicago")


def sent(endpoint: Endpoint, description: str = "A hole.") -> Submission:
    submission = file_report(endpoint, description)
    submit.submit(submission.pk)
    submission.refresh_from_db()
    return submission


def test_a_token_is_stored_at_once(chicago: Endpoint) -> None:
    submission = sent(chicago)
    assert submission.state == State.ACCEPTED
    assert submission.token
    assert submission.service_request_id == ""
    assert [status for status, _notes in history(submission.request)] == ["received", "sent"]


def test_a_token_leads_to_a_number(sandbox: Sandbox, chicago: Endpoint) -> None:
    submission = sent(chicago)
    pass_time(sandbox, chicago, 120)
    submission.refresh_from_db()
    assert submission.state == State.DELIVERED
    assert submission.service_request_id
    submission.request.refresh_from_db()
    assert submission.request.status == PublicStatus.ACCEPTED


@pytest.mark.parametrize("word", ["SANDBOX-TOKEN-LATE", "SANDBOX-TOKEN-404"])
def test_a_late_token_is_asked_for_again_and_never_posted_again(sandbox: Sandbox, chicago: Endpoint, word: str) -> None:
    submission = sent(chicago, f"A hole. {word}")
    pauses = []
    for _look in range(6):
        pass_time(sandbox, chicago, 7200)
        submission.refresh_from_db()
        if submission.state == State.ACCEPTED:
            assert submission.due_at is not None
            assert submission.looked_at is not None
            pauses.append(submission.due_at - submission.looked_at)
    assert pauses == sorted(pauses)
    for _day in range(3):
        pass_time(sandbox, chicago, 24 * 3600)
    submission.refresh_from_db()
    assert submission.state == State.DELIVERED
    assert posts(sandbox, "chicago") == 1


def test_several_tokens_are_asked_for_together(sandbox: Sandbox, chicago: Endpoint) -> None:
    for number in range(4):
        sent(chicago, f"Hole number {number}")
    pass_time(sandbox, chicago, 120)
    assert Submission.objects.filter(state=State.DELIVERED).count() == 4
    assert len(set(Submission.objects.values_list("service_request_id", flat=True))) == 4


def test_a_city_that_does_not_answer_is_asked_later(sandbox: Sandbox, chicago: Endpoint) -> None:
    submission = sent(chicago)
    Client("test").post("http://sandbox.test/_control/fault?city=chicago&kind=503&operation=token&count=1")
    pass_time(sandbox, chicago, 120)
    submission.refresh_from_db()
    assert (submission.state, submission.looks) == (State.ACCEPTED, 1)
    chicago.refresh_from_db()
    assert "service_request_ids" in chicago.last_failure
    pass_time(sandbox, chicago, 600)
    submission.refresh_from_db()
    assert submission.state == State.DELIVERED


def test_after_its_days_a_token_goes_to_volunteers(chicago: Endpoint, settings) -> None:
    submission = sent(chicago, "SANDBOX-TOKEN-LATE")
    with clock.at(clock.now() + timedelta(days=settings.TOKEN_GIVE_UP_DAYS + 1)):
        tokens.look_up_tokens(chicago)
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_ATTENTION
    assert submission.token in submission.reason


def test_two_runs_at_once_ask_once(sandbox: Sandbox, chicago: Endpoint) -> None:
    sent(chicago)
    with clock.at(clock.now() + timedelta(seconds=60)):
        assert len(outbox.take_look(tokens.waiting(chicago), 10)) == 1
        assert outbox.take_look(tokens.waiting(chicago), 10) == []


def test_after_weeks_in_which_nobody_looked_one_failure_gives_nothing_up(
    sandbox: Sandbox, chicago: Endpoint, settings
) -> None:
    submission = sent(chicago)
    Client("test").post("http://sandbox.test/_control/fault?city=chicago&kind=503&operation=token&count=1")
    pass_time(sandbox, chicago, (settings.TOKEN_GIVE_UP_DAYS + 1) * 24 * 3600)
    submission.refresh_from_db()
    assert submission.state == State.ACCEPTED
    pass_time(sandbox, chicago, 7 * 3600)
    submission.refresh_from_db()
    assert submission.state == State.DELIVERED


def test_failures_for_all_its_days_give_it_up(sandbox: Sandbox, chicago: Endpoint, settings) -> None:
    submission = sent(chicago)
    for _day in range(settings.TOKEN_GIVE_UP_DAYS + 2):
        gate.reset(chicago.pk)
        Client("test").post("http://sandbox.test/_control/fault?city=chicago&kind=503&operation=token&count=1")
        pass_time(sandbox, chicago, 24 * 3600)
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_ATTENTION
