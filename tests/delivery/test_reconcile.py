"""Lost answers: what is in the city's list is adopted, what is certainly absent is sent again, else people decide."""

from datetime import timedelta

import pytest

from reports import clock
from reports.delivery import drain, reconcile, submit
from reports.dialects.errors import Unreachable, Unsupported
from reports.http import Client
from reports.models import Attempt, PublicStatus, Service, Submission, SubmissionState, Traffic
from reports.sandbox import Sandbox
from tests.cities import file_report, history, make_city, pass_time
from tests.delivery import talkative
from tests.delivery.lost import found, look_after, make_lost, note_sending, row
from tests.delivery.talkative import Script
from tests.delivery.test_submit import held, posts
from tests.together import at_once

pytestmark = pytest.mark.django_db
State = SubmissionState


def what(submission: Submission) -> list[str]:
    return [line["what"] for line in submission.evidence]


def test_a_filing_that_arrived_is_adopted_under_its_number(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, "A hole. SANDBOX-LOST-ANSWER", email="rosa@example.org", pass_on=True)
    submit.submit(submission.pk)
    sent = Attempt.objects.get()
    pass_time(sandbox, endpoint, 30)
    submission.refresh_from_db()
    assert (submission.state, submission.evidence) == (State.UNCERTAIN, [])  # the city may still be at work
    pass_time(sandbox, endpoint, 60)
    submission.refresh_from_db()
    [there] = sandbox.control.received()["cities"]["evanston"]["requests"]
    assert (submission.state, submission.service_request_id) == (State.DELIVERED, there["service_request_id"])
    assert (submission.sent_at, submission.reason, submission.attention_at) == (sent.started_at, "", None)
    assert [status for status, _notes in history(submission.request)] == ["received", "sent", "accepted"]
    [line] = submission.evidence
    assert (line["what"], line["candidates"][0]["number"]) == ("found", submission.service_request_id)
    assert (line["candidates"][0]["has_our_reference"], line["candidates"][0]["metres"]) == (True, 0)
    find = Attempt.objects.get(operation="find")
    assert (find.outcome, find.status_code) == ("found", 200)
    assert find.finished_at is not None
    assert "rosa" not in str(find.exchanges)


def test_a_token_is_adopted_where_there_is_no_number_yet(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "chicago")
    submission = file_report(endpoint, "A tree. SANDBOX-LOST-ANSWER SANDBOX-TOKEN-LATE")
    submit.submit(submission.pk)
    pass_time(sandbox, endpoint, 61)
    submission.refresh_from_db()
    assert (submission.state, submission.service_request_id) == (State.ACCEPTED, "")
    assert submission.token == sandbox.control.received()["cities"]["chicago"]["requests"][0]["token"]
    pass_time(sandbox, endpoint, 2 * 24 * 3600)
    submission.refresh_from_db()
    assert submission.state == State.DELIVERED
    assert posts(sandbox, "chicago") == 1


def test_a_filing_that_never_arrived_is_sent_again_after_two_looks_that_count(sandbox: Sandbox, settings) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, "A hole. SANDBOX-503")
    submit.submit(submission.pk)
    begun, minutes = sandbox.clock.now(), 0.0
    while posts(sandbox, "evanston") == 1 and minutes < 120:
        pass_time(sandbox, endpoint, 30)
        minutes = (sandbox.clock.now() - begun).total_seconds() / 60
    assert 2 * settings.RECONCILE_SETTLE / 60 <= minutes < 45
    submission.refresh_from_db()
    assert (submission.state, len(held(sandbox, "evanston"))) == (State.DELIVERED, 1)
    assert set(what(submission)) == {"absent"}
    assert [status for status, _notes in history(submission.request)] == ["received", "sent", "accepted"]


@pytest.mark.parametrize("gaps", [(3660, 61, 61), (61, 3660, 61), (901, 3660)])
def test_a_clock_that_jumps_an_hour_settles_nothing(script: Script, gaps: tuple[int, ...]) -> None:
    """Of each row one gap is a jump: less than the settling time has really passed since the first look that counts,
    or since the filing was sent."""
    submission = make_lost(ago=timedelta(0), due_at=clock.now())
    script.find_answers = [found()] * 9
    elapsed = 0
    for gap in gaps:
        elapsed += gap
        Submission.objects.filter(pk=submission.pk).update(due_at=clock.now())
        submission = look_after(submission, elapsed)
    assert submission.state == (State.RETRY if gaps == (901, 3660) else State.UNCERTAIN)


def test_looks_in_between_that_show_something_like_it_begin_the_waiting_anew(script: Script) -> None:
    submission = make_lost()
    script.find_answers = [found(), found(whole=False), found(), found()]
    for elapsed in (0, 1000, 3000):
        submission = look_after(submission, elapsed)
    assert (submission.state, what(submission)) == (State.UNCERTAIN, ["absent", "unclear", "absent"])
    submission = look_after(submission, 6000)
    assert submission.state == State.RETRY
    assert submission.due_at is not None
    assert "certainly not there" in submission.reason


def test_a_look_that_failed_in_between_takes_nothing_away(script: Script) -> None:
    submission = make_lost()
    script.find_answers = [found(), Unreachable("no connection"), found()]
    for elapsed in (0, 600, 3000):
        submission = look_after(submission, elapsed)
    assert (submission.state, what(submission)) == (State.RETRY, ["absent", "not_searched", "absent"])


def test_without_certainty_volunteers_are_asked_after_six_hours(script: Script) -> None:
    submission = make_lost(ago=timedelta(0))
    script.find_answers = [found(whole=False)] * 40
    for minutes in range(0, 359, 10):
        submission = look_after(submission, minutes * 60)
    assert submission.state == State.UNCERTAIN
    assert submission.looks < 14  # the pauses grow
    submission = look_after(submission, 8 * 3600)
    assert submission.state == State.NEEDS_ATTENTION
    assert "It was looked for over 6 hours." in submission.reason
    assert submission.reason.endswith("Look there before sending it again.")
    assert (submission.due_at, submission.volunteers_told_at) == (None, None)
    assert submission.attention_at is not None
    assert len(script.searched) == len(submission.evidence)
    assert history(submission.request)[-1][0] == PublicStatus.UNDELIVERED


def test_a_site_that_was_down_for_a_day_still_looks_before_it_gives_up(script: Script) -> None:
    submission = make_lost(ago=timedelta(hours=30))
    script.find_answers = [found(), found()]
    assert look_after(submission).state == State.UNCERTAIN
    assert look_after(submission, 3000).state == State.RETRY


def test_a_system_that_is_away_is_asked_again_later_and_given_up_after_six_hours(script: Script) -> None:
    submission = make_lost()
    script.find_answers = [Unreachable("no connection")] * 9
    submission = look_after(submission)
    assert (submission.state, submission.looks) == (State.UNCERTAIN, 1)
    assert Attempt.objects.get(operation="find").outcome == "Unreachable"
    submission = look_after(submission, 7 * 3600)
    assert submission.state == State.NEEDS_ATTENTION
    assert "no connection" in submission.reason


def test_while_the_endpoint_is_left_alone_nothing_is_asked_and_no_look_is_counted(script: Script) -> None:
    submission = make_lost()
    soon = clock.now() + timedelta(minutes=5)
    Traffic.objects.update_or_create(endpoint=submission.endpoint, defaults={"breaker": "open", "probe_at": soon})
    other = make_lost(like=submission)
    Submission.objects.filter(pk=other.pk).update(due_at=clock.now())  # after the first
    for _sweep in range(3):
        Submission.objects.filter(pk=submission.pk).update(due_at=clock.now() - timedelta(hours=1))
        submission = look_after(submission)
    assert script.searched == []
    assert (submission.looks, what(submission)) == (0, ["not_searched"])
    assert not Attempt.objects.filter(operation="find").exists()
    other.refresh_from_db()
    assert other.evidence == []  # a turn ends where the endpoint has to wait


@pytest.mark.parametrize("type_", ["batch", "blackbox"])
def test_what_is_worked_off_in_batches_is_never_certainly_absent(script: Script, type_: str) -> None:
    submission = make_lost()
    Service.objects.update(type=type_)
    script.find_answers = [found()] * 4
    for elapsed in (0, 3000, 9000):
        submission = look_after(submission, elapsed)
    assert submission.state == State.UNCERTAIN


def test_what_cannot_be_searched_goes_to_volunteers_at_once(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = make_lost(state=State.SENDING, lease_until=clock.now() - timedelta(seconds=1))
    monkeypatch.setattr(talkative.Talkative, "searchable", False)
    assert submit.give_up_on_dead_workers() == 1
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_ATTENTION
    assert submission.reason == f"{submit.DIED} {submit.UNSEARCHABLE}"
    assert script.searched == []


def test_a_dialect_that_says_so_only_when_asked_goes_to_volunteers_with_its_words(script: Script) -> None:
    submission = make_lost()
    script.find_answers = [Unsupported("Lists are by place here.")]
    submission = look_after(submission)
    assert submission.state == State.NEEDS_ATTENTION
    assert submission.evidence[0]["seen"] == "Lists are by place here."


def test_the_window_is_from_the_first_sending_to_now_with_a_margin(script: Script) -> None:
    submission = make_lost(ago=timedelta(hours=3))
    note_sending(submission, timedelta(hours=2))
    now = clock.now()
    look_after(submission)
    [window] = script.searched
    margin = timedelta(minutes=65)
    assert abs(window.start - (now - timedelta(hours=3) - margin)) < timedelta(minutes=1)
    assert abs(window.end - (now + margin)) < timedelta(minutes=1)


def test_sendings_before_a_volunteer_released_it_do_not_count(script: Script) -> None:
    submission = make_lost(ago=timedelta(days=9))
    note_sending(submission, timedelta(hours=1))
    Submission.objects.filter(pk=submission.pk).update(released_at=clock.now() - timedelta(hours=2))
    look_after(submission)
    [window] = script.searched
    assert clock.now() - window.start < timedelta(hours=3)


@pytest.mark.django_db(transaction=True)
def test_two_workers_look_once(script: Script) -> None:
    submission = make_lost()
    script.rows = [row("T-5", submission.request)]
    at_once(lambda: look_after(submission), 2)
    submission.refresh_from_db()
    assert (submission.state, submission.service_request_id) == (State.DELIVERED, "T-5")
    assert len(script.searched) == 1
    assert [status for status, _notes in history(submission.request)] == ["sent", "accepted"]


def test_nothing_due_asks_nothing(script: Script) -> None:
    submission = make_lost(due_at=clock.now() + timedelta(hours=1))
    assert reconcile.reconcile(submission.endpoint) == 0
    assert script.searched == []


def test_a_paused_look_is_resumed_when_the_city_is_back(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, "A hole. SANDBOX-LOST-ANSWER")
    submit.submit(submission.pk)
    Client("test").post("http://sandbox.test/_control/fault?city=evanston&kind=503&operation=requests&count=2")
    for _minute in range(12):
        pass_time(sandbox, endpoint, 60)
    submission.refresh_from_db()
    assert submission.state == State.DELIVERED
    assert what(submission)[0] == "not_searched"
    assert posts(sandbox, "evanston") == 1


def test_a_worker_that_was_told_to_end_takes_no_other_look(script: Script) -> None:
    submission = make_lost()
    drain.end_soon()
    try:
        look_after(submission)
    finally:
        drain.go_on()
    assert script.searched == []
