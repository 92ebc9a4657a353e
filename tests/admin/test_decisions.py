"""Reports that could not be delivered: sent again, found there, or cancelled; twice does no more than once."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from reports import clock
from reports.admin import decisions
from reports.delivery import submit
from reports.models import Attempt, Endpoint, Notification, PublicStatus, Submission, SubmissionState, Subscription
from reports.sandbox import Sandbox
from tests.admin.conftest import volunteer
from tests.cities import file_report, history, make_city
from tests.factories import make_service_request, make_submission

pytestmark = pytest.mark.django_db
State = SubmissionState
LIST = "/admin/reports/submission/"


@pytest.fixture
def refused() -> Submission:
    """One that the body refused: nothing of it is there."""
    return waiting("BadRequest", "The body refused it: no such place.")


@pytest.fixture
def lost() -> Submission:
    """One whose answer was lost: it may be there."""
    return waiting("NoAnswer", submit.LOST)


def waiting(outcome: str, reason: str = "", **fields: Any) -> Submission:
    submission = make_submission(state=State.NEEDS_ATTENTION, posts=1, reason=reason, due_at=None, **fields)
    Attempt.objects.create(
        submission=submission,
        operation="post_service_request",
        outcome=outcome,
        finished_at=clock.now(),
        exchanges=[{"method": "POST"}],
    )
    return submission


def choose(client: Client, action: str, *submissions: Submission, **fields: Any) -> Any:
    data = {"action": action, "_selected_action": [submission.pk for submission in submissions]}
    return client.post(LIST, data | fields, follow=True)


def confirm(client: Client, action: str, *submissions: Submission, **fields: Any) -> Any:
    posts = {f"posts_{submission.pk}": submission.posts for submission in submissions}
    return choose(client, action, *submissions, confirmed="yes", **(posts | fields))


def state(submission: Submission) -> str:
    return Submission.objects.get(pk=submission.pk).state


@pytest.mark.parametrize("action", ["send_again", "it_is_there", "cancel"])
def test_choosing_alone_changes_nothing(staff: Client, refused: Submission, action: str) -> None:
    page = choose(staff, action, refused).content.decode()
    assert refused.request.reference in page
    assert "The body refused it: no such place." in page
    assert state(refused) == State.NEEDS_ATTENTION
    assert not LogEntry.objects.exists()


def test_sending_again_puts_it_in_the_outbox_and_the_log(
    staff: Client, refused: Submission, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as woken:
        confirm(staff, "send_again", refused)
    refused.refresh_from_db()
    assert refused.state == State.RETRY
    assert refused.due_at is not None
    assert refused.due_at <= clock.now()
    assert len(woken) == 1
    assert LogEntry.objects.get().object_id == str(refused.pk)


def test_sending_again_twice_sends_once(staff: Client, refused: Submission) -> None:
    confirm(staff, "send_again", refused)
    page = confirm(staff, "send_again", refused).content.decode()
    assert "is decided already" in page
    assert LogEntry.objects.count() == 1


def test_what_may_be_there_already_is_not_sent_before_somebody_looked(staff: Client, lost: Submission) -> None:
    assert "It may be there already; look first." in choose(staff, "send_again", lost).content.decode()
    page = confirm(staff, "send_again", lost).content.decode()
    assert "tick that it is not there" in page
    assert state(lost) == State.NEEDS_ATTENTION
    confirm(staff, "send_again", lost, **{f"looked_{lost.pk}": "yes"})
    assert state(lost) == State.RETRY


def test_an_outage_is_ended_in_one_go_and_the_doubtful_one_stays(staff: Client, lost: Submission) -> None:
    others = [waiting("Unreachable") for _number in range(3)]
    assert "look first" not in choose(staff, "send_again", *others).content.decode()
    page = confirm(staff, "send_again", lost, *others).content.decode()
    assert "done for 3 reports" in page
    assert [state(other) for other in others] == [State.RETRY] * 3
    assert state(lost) == State.NEEDS_ATTENTION


def test_a_page_left_open_while_it_was_sent_and_lost_again_sends_nothing(staff: Client, refused: Submission) -> None:
    Submission.objects.filter(pk=refused.pk).update(posts=2)
    page = confirm(staff, "send_again", refused).content.decode()
    assert "sent again since this page was opened" in page
    assert state(refused) == State.NEEDS_ATTENTION


def test_a_paused_endpoint_is_mentioned(staff: Client, refused: Submission) -> None:
    Endpoint.objects.update(active=False)
    assert "Its endpoint is paused" in choose(staff, "send_again", refused).content.decode()


def test_a_lost_report_is_delivered_after_all(sandbox: Sandbox, staff: Client) -> None:
    submission = file_report(make_city(sandbox, "evanston"), "SANDBOX-REFUSE")
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_ATTENTION
    submission.request.description = "A deep hole."
    submission.request.save()
    confirm(staff, "send_again", submission)
    submit.submit(submission.pk)
    assert state(submission) == State.DELIVERED


def test_the_body_s_number_delivers_it(staff: Client, lost: Submission) -> None:
    confirm(staff, "it_is_there", lost, **{f"number_{lost.pk}": " 26-00012345 "})
    lost.refresh_from_db()
    assert (lost.state, lost.service_request_id) == (State.DELIVERED, "26-00012345")
    assert lost.due_at is not None  # its news is followed from now on
    assert [status for status, _notes in history(lost.request)] == [PublicStatus.ACCEPTED]
    lost.request.refresh_from_db()
    assert lost.request.status == PublicStatus.ACCEPTED


@pytest.mark.parametrize("number", ["", "   ", "x" * 201, "26\u200b1\x07"])
def test_what_cannot_be_a_number_is_refused_and_kept(staff: Client, lost: Submission, number: str) -> None:
    page = confirm(staff, "it_is_there", lost, **{f"number_{lost.pk}": number}).content.decode()
    assert "errornote" in page
    assert state(lost) == State.NEEDS_ATTENTION


def test_the_number_of_another_report_is_refused_with_its_reference(staff: Client, lost: Submission) -> None:
    other = make_submission(
        make_service_request(lost.request.service), state=State.DELIVERED, service_request_id="26-1"
    )
    page = confirm(staff, "it_is_there", lost, **{f"number_{lost.pk}": "26-1"}).content.decode()
    assert other.request.reference in page
    assert state(lost) == State.NEEDS_ATTENTION


def test_cancelling_tells_the_resident_in_the_volunteer_s_words(staff: Client, refused: Submission) -> None:
    Subscription.objects.create(service_request=refused.request, email="rosa@example.org")
    confirm(staff, "cancel", refused, words="It is <private> land.")
    assert state(refused) == State.CANCELLED
    assert history(refused.request) == [(PublicStatus.CANCELLED, "It is <private> land.")]
    assert Notification.objects.count() == 1
    confirm(staff, "cancel", refused, words="Once more.")
    assert Notification.objects.count() == 1


def test_cancelling_stops_what_has_not_left_yet(staff: Client) -> None:
    submission = make_submission()
    confirm(staff, "cancel", submission)
    submit.submit(submission.pk)
    assert state(submission) == State.CANCELLED
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("moment", [State.SENDING, State.ACCEPTED, State.DELIVERED])
def test_what_is_there_or_on_its_way_is_left_alone(staff: Client, moment: SubmissionState) -> None:
    submission = make_submission(state=moment)
    for action in ("send_again", "it_is_there", "cancel"):
        assert "left as it is" in confirm(staff, action, submission).content.decode()
    assert state(submission) == moment


def test_whoever_may_only_look_decides_nothing(refused: Submission) -> None:
    confirm(volunteer("view_submission"), "send_again", refused)
    assert state(refused) == State.NEEDS_ATTENTION
    confirm(volunteer("view_submission", "change_submission"), "send_again", refused)
    assert state(refused) == State.RETRY


def test_two_volunteers_at_once_one_decides(refused: Submission) -> None:
    mine, theirs = (Submission.objects.get(pk=refused.pk) for _who in range(2))
    decisions.send_again(mine)
    with pytest.raises(decisions.NotPossibleError, match="Somebody else"):
        decisions.send_again(theirs)
    with pytest.raises(decisions.NotPossibleError, match="Somebody else"):
        decisions.it_is_there(Submission(pk=refused.pk, state=State.NEEDS_ATTENTION, endpoint=refused.endpoint), "7")


class TestLookAgain:
    @pytest.fixture
    def given_up(self) -> Submission:
        """One that the body took: it gave a token, and no number for weeks."""
        return waiting("receipt", "The body gave the token t-77, and no number within 14 days.", token="t-77")

    def test_it_is_asked_for_now_and_nothing_is_sent(
        self, staff: Client, given_up: Submission, django_capture_on_commit_callbacks: Any
    ) -> None:
        page = choose(staff, "look_again", given_up).content.decode()
        assert "The body gave the token t-77." in page
        assert state(given_up) == State.NEEDS_ATTENTION
        with django_capture_on_commit_callbacks() as woken:
            page = confirm(staff, "look_again", given_up).content.decode()
        assert "Look again for its number: done for 1 report." in page
        given_up.refresh_from_db()
        assert (given_up.state, given_up.posts, given_up.token) == (State.ACCEPTED, 1, "t-77")
        assert len(woken) == 1
        assert LogEntry.objects.get().object_id == str(given_up.pk)

    def test_twice_is_once(self, staff: Client, given_up: Submission) -> None:
        confirm(staff, "look_again", given_up)
        Submission.objects.update(looks=5)
        assert "is decided already" in confirm(staff, "look_again", given_up).content.decode()
        assert Submission.objects.get().looks == 5
        assert LogEntry.objects.count() == 1

    def test_where_there_is_no_token_there_is_no_such_button_and_no_such_decision(
        self, staff: Client, refused: Submission, given_up: Submission
    ) -> None:
        assert 'value="look_again"' not in staff.get(f"{LIST}{refused.pk}/change/").content.decode()
        assert 'value="look_again"' in staff.get(f"{LIST}{given_up.pk}/change/").content.decode()
        confirm(staff, "look_again", refused)
        assert state(refused) == State.NEEDS_ATTENTION
        with pytest.raises(decisions.NotPossibleError, match="nothing to ask for"):
            decisions.look_again(refused)

    def test_who_may_only_read_does_not_decide(self, given_up: Submission) -> None:
        confirm(volunteer("view_submission"), "look_again", given_up)
        assert state(given_up) == State.NEEDS_ATTENTION
