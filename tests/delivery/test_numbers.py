"""Numbers that come with a token: taken over wherever they come from, and never exchanged."""

from datetime import timedelta

import pytest

from reports import clock
from reports.delivery import news, numbers, tokens
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, Status
from reports.models import PublicStatus, ServiceRequest, Submission, SubmissionState
from tests.cities import history
from tests.delivery.talkative import Script, make_delivered
from tests.factories import make_service_request, make_submission

pytestmark = pytest.mark.django_db
State = SubmissionState
TOKEN = "503fc045901932078800163c"


def make_waiting(beside: Submission, state: SubmissionState = State.ACCEPTED, **fields: object) -> Submission:
    now = clock.now()
    request = make_service_request(beside.request.service, status=PublicStatus.SENT)
    given = {"state": state, "token": TOKEN, "token_at": now, "sent_at": now, "endpoint": beside.endpoint}
    return make_submission(request, **(given | fields))


@pytest.fixture
def beside(script: Script) -> Submission:
    return make_delivered()


def tell(script: Script, beside: Submission, row: RequestStatus) -> None:
    script.window_answers = [RequestStatuses((row,), Completeness.COMPLETE)]
    news.fetch_news(beside.endpoint)


@pytest.mark.parametrize("state", [State.ACCEPTED, State.NEEDS_ATTENTION])
def test_a_row_with_our_token_gives_the_number_also_after_it_was_given_up(
    script: Script, beside: Submission, state: SubmissionState
) -> None:
    waiting = make_waiting(beside, state)
    tell(script, beside, RequestStatus("N-9", Status.CLOSED, token=TOKEN))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.service_request_id) == (State.DELIVERED, "N-9")
    assert ServiceRequest.objects.get(pk=waiting.request_id).status == PublicStatus.CLOSED
    assert [status for status, _words in history(waiting.request)] == ["accepted", "closed"]


@pytest.mark.parametrize(
    "row",
    [
        RequestStatus("N-9", Status.OPEN),
        RequestStatus("N-9", Status.OPEN, token="another"),
        RequestStatus(None, Status.OPEN, token=TOKEN),
        RequestStatus(TOKEN, Status.OPEN, token=TOKEN),
    ],
)
def test_a_row_without_both_gives_none(script: Script, beside: Submission, row: RequestStatus) -> None:
    waiting = make_waiting(beside)
    tell(script, beside, row)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.service_request_id) == (State.ACCEPTED, "")


def test_another_body_s_token_is_not_ours(script: Script, beside: Submission) -> None:
    elsewhere = make_waiting(make_delivered("E-1"))
    tell(script, beside, RequestStatus("N-9", Status.OPEN, token=TOKEN))
    elsewhere.refresh_from_db()
    assert elsewhere.service_request_id == ""


def test_another_number_than_before_is_put_before_volunteers_once_and_the_first_stays(
    script: Script, beside: Submission
) -> None:
    had = make_waiting(beside, State.DELIVERED, service_request_id="N-1", delivered_at=clock.now())
    for _time in range(3):
        tell(script, beside, RequestStatus("N-2", Status.CLOSED, token=TOKEN))
    had.refresh_from_db()
    assert had.service_request_id == "N-1"
    [entry] = had.evidence
    assert "N-2" in entry["seen"]
    assert "N-1" in entry["seen"]
    assert ServiceRequest.objects.get(pk=had.request_id).status == PublicStatus.SENT
    numbers.learn(had, "N-3")
    had.refresh_from_db()
    assert len(had.evidence) == 2


def test_a_long_search_before_takes_no_room_from_another_number(beside: Submission) -> None:
    looks = [{"at": "", "what": "absent", "seen": f"Look {number}.", "sent": 1} for number in range(40)]
    had = make_waiting(beside, State.DELIVERED, service_request_id="N-1", evidence=looks)
    assert not numbers.learn(had, "N-2")
    had.refresh_from_db()
    assert (len(had.evidence), "N-2" in had.evidence[-1]["seen"]) == (41, True)


def test_of_two_that_learn_at_once_the_first_counts(beside: Submission) -> None:
    waiting = make_waiting(beside)
    stale = Submission.objects.select_related("request").get(pk=waiting.pk)
    assert numbers.learn(waiting, "N-1")
    assert not numbers.learn(stale, "N-2")
    waiting.refresh_from_db()
    assert waiting.service_request_id == "N-1"
    assert "N-2" in waiting.evidence[0]["seen"]


def test_a_number_that_cannot_be_stored_costs_no_other(script: Script, beside: Submission) -> None:
    make_waiting(beside)
    good = make_waiting(beside, token="another")
    rows = [
        RequestStatus("N" * 500 + "\0", Status.OPEN, token=TOKEN),
        RequestStatus("N-2", Status.OPEN, token="another"),
    ]
    numbers.learn_from(beside.endpoint, rows)
    good.refresh_from_db()
    assert good.service_request_id == "N-2"


def test_a_volunteer_can_have_a_token_asked_for_again_and_nothing_is_sent(beside: Submission) -> None:
    given_up = make_waiting(beside, State.NEEDS_ATTENTION, token_at=clock.now() - timedelta(days=40), posts=1)
    assert tokens.look_again(given_up)
    given_up.refresh_from_db()
    assert (given_up.state, given_up.posts, given_up.looks) == (State.ACCEPTED, 1, 0)
    assert given_up.token_at is not None
    assert clock.now() - given_up.token_at < timedelta(minutes=1)
    assert list(tokens.waiting(beside.endpoint)) == [given_up]
    assert not tokens.look_again(given_up)


@pytest.mark.parametrize("fields", [{"token": ""}, {"service_request_id": "N-1"}])
def test_without_a_token_that_is_waited_for_there_is_nothing_to_look_for(
    beside: Submission, fields: dict[str, str]
) -> None:
    submission = make_waiting(beside, State.NEEDS_ATTENTION, **fields)
    assert not tokens.look_again(submission)
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_ATTENTION
