"""Looking for a lost answer where something else happens at the same moment, or a row may be somebody else's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DataError

from reports import clock, http
from reports.delivery import reconcile, submit
from reports.dialects.errors import ConfigurationError
from reports.dialects.messages import Found
from reports.models import Attempt, Endpoint, Submission, SubmissionState
from reports.sandbox import Sandbox
from tests.cities import file_report, history, make_city, pass_time
from tests.delivery import talkative
from tests.delivery.lost import found, look_after, make_lost, note_sending, row
from tests.delivery.talkative import Script
from tests.delivery.test_submit import held, posts

pytestmark = pytest.mark.django_db
State = SubmissionState


def read(submission: Submission) -> tuple[str, str]:
    submission.refresh_from_db()
    return submission.state, submission.service_request_id


def what(submission: Submission) -> list[str]:
    return [line["what"] for line in submission.evidence]


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Any) -> None:
    """Something that happens while the body is being asked."""
    ask = talkative.Talkative.find

    def find(self: talkative.Talkative, *args: Any) -> Found:
        answer = ask(self, *args)
        happens()
        return answer

    monkeypatch.setattr(talkative.Talkative, "find", find)


def test_a_volunteer_cancels_while_it_is_looked_for(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = make_lost()
    script.rows = [row("T-5", submission.request)]
    meanwhile(monkeypatch, lambda: submit.cancel(Submission.objects.get(pk=submission.pk), "phoned in"))
    look_after(submission)
    assert read(submission) == (State.CANCELLED, "T-5")  # what would find it there is kept
    assert [status for status, _notes in history(submission.request)] == ["cancelled"]


def test_one_that_has_moved_on_while_it_was_looked_for_is_left_alone(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = make_lost()
    script.find_answers = [found(), found()]
    submission = look_after(submission)
    sent_and_lost_again = Submission.objects.filter(pk=submission.pk)
    meanwhile(monkeypatch, lambda: sent_and_lost_again.update(posts=2))
    submission = look_after(submission, 3000)
    assert (submission.state, submission.posts) == (State.UNCERTAIN, 2)


def test_a_receipt_that_comes_while_it_is_looked_for_counts(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = make_lost()
    script.find_answers = [found()]
    late = Submission.objects.get(pk=submission.pk)
    meanwhile(monkeypatch, lambda: submit.record_receipt(late, talkative.Receipt(service_request_id="T-9")))
    look_after(submission)
    assert read(submission) == (State.DELIVERED, "T-9")


def test_what_nobody_foresaw_is_recorded_and_raised_and_the_row_is_looked_for_again(script: Script) -> None:
    submission = make_lost()
    other = make_lost(like=submission)
    script.find_answers = [ZeroDivisionError("secret words"), found(whole=False)]
    with pytest.raises(ZeroDivisionError):
        reconcile.reconcile(submission.endpoint)
    read(submission)
    read(other)
    assert (submission.state, submission.evidence[0]["what"]) == (State.UNCERTAIN, "not_searched")
    assert "secret" not in str(submission.evidence)
    assert submission.due_at is not None
    assert submission.due_at > clock.now()
    assert other.evidence[0]["what"] == "unclear"  # the others had their turn
    assert set(Attempt.objects.filter(operation="find").values_list("outcome", flat=True)) == {
        "ZeroDivisionError",
        "found",
    }
    script.find_answers = [found(row("T-5", submission.request), by_reference=True)]
    look_after(submission, 600)
    assert read(submission) == (State.DELIVERED, "T-5")


def test_a_worker_that_died_while_it_looked_leaves_it_to_the_next(script: Script) -> None:
    submission = make_lost()
    begun = Attempt.objects.create(submission=submission, operation="find")
    script.rows = [row("T-5", submission.request)]
    look_after(submission)
    assert read(submission) == (State.DELIVERED, "T-5")
    begun.refresh_from_db()
    assert begun.outcome == "worker died"
    assert not Attempt.objects.filter(finished_at=None).exists()


def test_an_endpoint_that_no_longer_works_is_said_and_not_forgotten(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, "A hole. SANDBOX-LOST-ANSWER")
    submit.submit(submission.pk)
    Endpoint.objects.update(api_key_encrypted="not what encrypt made")
    with pytest.raises(ConfigurationError), clock.at(clock.now() + timedelta(minutes=2)):
        reconcile.reconcile(Endpoint.objects.get())
    read(submission)
    assert submission.state == State.UNCERTAIN
    assert "enter the key again" in submission.evidence[0]["seen"]


def test_a_dialect_that_is_gone_goes_to_volunteers(script: Script) -> None:
    submission = make_lost()
    Endpoint.objects.update(dialect="atlantis")
    assert look_after(submission).state == State.NEEDS_ATTENTION


def test_the_number_of_another_report_is_never_adopted(script: Script) -> None:
    first = make_lost(state=State.DELIVERED, service_request_id="T-5")
    token = make_lost(like=first, state=State.ACCEPTED, token="t-6")
    submission = make_lost(like=first)
    theirs = (row("T-5", submission.request), row(None, submission.request, token="t-6"))
    script.find_answers = [found(*theirs), found(*theirs, row("T-7", submission.request))]
    look_after(submission)
    assert read(submission) == (State.UNCERTAIN, "")
    assert submission.evidence[0]["what"] == "absent"
    look_after(submission, 600)
    assert read(submission) == (State.DELIVERED, "T-7")
    assert read(token) == (State.ACCEPTED, "")


def test_the_row_with_our_reference_that_is_recorded_for_another_is_a_volunteers_to_judge(script: Script) -> None:
    other = make_lost(state=State.DELIVERED, service_request_id="T-5")
    submission = make_lost(like=other)
    script.find_answers = [found(row("T-5", submission.request), by_reference=True)]
    look_after(submission)
    assert read(submission) == (State.NEEDS_ATTENTION, "")
    assert "T-5" in submission.reason


@pytest.mark.parametrize("by_reference", [True, False])
def test_of_several_that_could_be_it_a_volunteer_chooses(script: Script, by_reference: bool) -> None:
    submission = make_lost()
    rows = [row("T-5", submission.request), row("T-6", submission.request)]
    script.find_answers = [found(*rows, by_reference=by_reference)]
    look_after(submission)
    assert read(submission) == (State.NEEDS_ATTENTION, "")
    assert "T-5, T-6" in submission.reason
    assert [each["number"] for each in submission.evidence[0]["candidates"]] == ["T-5", "T-6"]


def test_the_same_text_twice_in_a_minute_is_found_one_to_one(script: Script) -> None:
    first = make_lost()
    second = make_lost(like=first)
    rows = [
        row("T-6", first.request, requested_datetime=clock.now() - timedelta(minutes=59)),
        row("T-5", first.request, requested_datetime=clock.now() - timedelta(minutes=60)),
    ]
    script.find_answers = [found(*rows), found(*rows)]
    look_after(first)
    assert {read(first), read(second)} == {(State.DELIVERED, "T-5"), (State.DELIVERED, "T-6")}
    assert read(first) == (State.DELIVERED, "T-5")


def test_of_the_same_text_twice_of_which_one_arrived_the_other_is_sent_again(script: Script) -> None:
    first = make_lost()
    second = make_lost(like=first, due_at=clock.now() - timedelta(hours=1))  # is looked for first
    only = found(row("T-5", first.request))
    script.find_answers = [only] * 6
    look_after(first)
    assert read(first) == (State.DELIVERED, "T-5")
    assert read(second) == (State.UNCERTAIN, "")
    assert second.evidence[0]["what"] == "unclear"
    look_after(second, 600)
    look_after(second, 3000)
    assert read(second) == (State.RETRY, "")


@pytest.mark.parametrize(
    ("state", "expected"),
    [(State.SENDING, State.UNCERTAIN), (State.NEEDS_ATTENTION, State.UNCERTAIN), (State.RETRY, State.DELIVERED)],
)
def test_a_row_that_another_of_ours_may_have_is_left_to_it(script: Script, state: State, expected: State) -> None:
    """What is being sent has perhaps just become that row; of what is to be sent again it is known that it has not."""
    other = make_lost(state=state)
    submission = make_lost(like=other)
    script.find_answers = [found(row("T-5", submission.request))]
    look_after(submission)
    assert read(submission)[0] == expected


def test_another_text_at_the_place_is_nobodys_rival(script: Script) -> None:
    other = make_lost(state=State.SENDING)
    type(other.request).objects.filter(pk=other.request.pk).update(description="The lamp is out.")
    submission = make_lost(like=other)
    script.find_answers = [found(row("T-5", submission.request))]
    look_after(submission)
    assert read(submission) == (State.DELIVERED, "T-5")


def test_a_row_without_a_number_is_waited_for(script: Script) -> None:
    submission = make_lost()
    nameless = row(None, submission.request)
    script.find_answers = [
        found(nameless, by_reference=True),
        found(nameless),
        found(replace(nameless, service_request_id="T-5"), by_reference=True),
    ]
    for elapsed in (0, 1000):
        submission = look_after(submission, elapsed)
        assert (submission.state, submission.evidence[-1]["what"]) == (State.UNCERTAIN, "unclear")
    look_after(submission, 3000)
    assert read(submission) == (State.DELIVERED, "T-5")


@pytest.mark.parametrize(("minutes", "state"), [(10, State.DELIVERED), (-10, State.DELIVERED), (40, State.UNCERTAIN)])
def test_the_citys_clock_may_be_minutes_off(script: Script, minutes: int, state: State) -> None:
    submission = make_lost()
    dated = submission.request.requested_datetime + timedelta(minutes=minutes)
    script.find_answers = [found(row("T-5", submission.request, requested_datetime=dated))]
    assert look_after(submission).state == state


def test_a_row_with_our_reference_is_ours_whatever_its_date(script: Script) -> None:
    submission = make_lost()
    dated = submission.request.requested_datetime + timedelta(minutes=40)
    script.find_answers = [found(row("T-5", submission.request, requested_datetime=dated), by_reference=True)]
    assert look_after(submission).state == State.DELIVERED


def test_our_clock_was_an_hour_ahead_when_it_was_sent(script: Script) -> None:
    submission = make_lost(ago=timedelta(hours=-1), due_at=clock.now())
    look_after(submission)
    [window] = script.searched
    assert window.start < clock.now() - timedelta(hours=1)
    assert window.end > clock.now() + timedelta(hours=2)


def test_a_text_that_left_no_room_for_the_reference_is_found_by_its_place_and_words(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    endpoint.options = endpoint.options | {"description_max": 30}  # the dict is every test's
    endpoint.save()
    submission = file_report(endpoint, "A hole. SANDBOX-LOST-ANSWER")
    submit.submit(submission.pk)
    pass_time(sandbox, endpoint, 61)
    assert held(sandbox, "evanston") == ["A hole. SANDBOX-LOST-ANSWER"]
    assert read(submission)[0] == State.DELIVERED
    assert submission.evidence[0]["candidates"][0]["has_our_reference"] is False


def test_two_of_that_in_one_minute_are_found_one_to_one(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    endpoint.options = endpoint.options | {"description_max": 30}  # the dict is every test's
    endpoint.save()
    both = [file_report(endpoint, "A hole. SANDBOX-LOST-ANSWER") for _time in range(2)]
    for submission in both:
        submit.submit(submission.pk)
    for _minute in range(5):
        pass_time(sandbox, endpoint, 61)
    numbers = {read(submission)[1] for submission in both}
    there = sandbox.control.received()["cities"]["evanston"]["requests"]
    assert numbers == {each["service_request_id"] for each in there}
    assert (len(numbers), posts(sandbox, "evanston")) == (2, 2)


def test_a_blackboxs_empty_list_proves_nothing(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "cook")
    submission = file_report(endpoint, "A tree. SANDBOX-LOST-ANSWER")
    submit.submit(submission.pk)
    for _hour in range(9):
        pass_time(sandbox, endpoint, 3600)
    assert read(submission)[0] == State.NEEDS_ATTENTION
    assert posts(sandbox, "cook") == 1


def test_the_evidence_keeps_its_length(script: Script, settings) -> None:
    settings.RECONCILE_LONGEST = 60
    submission = make_lost()
    script.find_answers = [found(whole=False)] * 60
    Submission.objects.filter(pk=submission.pk).update(evidence=[{"at": "", "seen": "said by the body"}, "words", 7])
    for minute in range(60):
        submission = look_after(submission, minute * 120)
    assert submission.evidence[:3] == [{"at": "", "seen": "said by the body"}, "words", 7]
    assert len(submission.evidence) == 3 + 1 + reconcile.KEPT
    assert all(len(line["seen"]) <= reconcile.WORDS for line in submission.evidence[3:])


def test_before_it_is_sent_again_it_is_looked_for_in_the_days_around_as_well(script: Script) -> None:
    """A body that reads or writes its dates five hours off lists it, and not in the time that is asked for."""
    submission = make_lost()
    script.find_answers = [found(), found()]
    there = row("T-5", submission.request, requested_datetime=clock.now() - timedelta(hours=6))
    script.far_answers = [found(), found(there, by_reference=True)]
    look_after(submission)
    assert read(submission) == (State.UNCERTAIN, "")
    look_after(submission, 3000)
    assert read(submission) == (State.DELIVERED, "T-5")
    assert [window.end - window.start > timedelta(hours=50) for window in script.searched] == [False, True, False, True]


def test_one_of_the_days_around_without_a_reference_makes_nobody_sure(script: Script) -> None:
    submission = make_lost()
    script.find_answers = [found(), found()]
    there = row("T-5", submission.request, requested_datetime=clock.now() - timedelta(hours=6))
    script.far_answers = [found(there), found(there)]
    for elapsed in (0, 3000):
        look_after(submission, elapsed)
        assert read(submission) == (State.UNCERTAIN, "")
    assert what(submission) == ["unclear", "unclear"]


@pytest.mark.parametrize(("option", "city_reads"), [(False, True), (True, False)])
def test_a_city_that_reads_dates_in_its_own_time_is_not_sent_it_twice(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, option: bool, city_reads: bool
) -> None:
    """Chicago's way, where nobody has set `omit_timezone` (or somebody set it for a city that is not so)."""
    endpoint = make_city(sandbox, "evanston")
    endpoint.options = endpoint.options | {"omit_timezone": option}  # the dict is every test's
    endpoint.save()
    [city] = [each for each in sandbox.systems if each.city.key == "evanston"]
    zone = endpoint.jurisdiction.zone
    ask = http.Client.get

    def misread(self: http.Client, url: str, params: Any = (), *args: Any, **kwargs: Any) -> http.Response:
        return ask(self, url, [_shifted(pair, zone, city_reads=city_reads) for pair in params], *args, **kwargs)

    assert city.city.time_zone != "UTC"
    submission = file_report(endpoint, "A hole. SANDBOX-LOST-ANSWER")
    submit.submit(submission.pk)
    monkeypatch.setattr(http.Client, "get", misread)
    for _time in range(40):
        pass_time(sandbox, endpoint, 600)
    assert (read(submission)[0], posts(sandbox, "evanston")) == (State.DELIVERED, 1)


def _shifted(pair: tuple[str, str], zone: Any, *, city_reads: bool) -> tuple[str, str]:
    """A date of a query as a city reads it that takes UTC for its own time, or its own time for UTC."""
    name, value = pair
    if name not in {"start_date", "end_date"}:
        return pair
    plain = datetime.fromisoformat(value.removesuffix("Z"))
    read_as = plain.replace(tzinfo=zone).astimezone(UTC) if city_reads else plain.replace(tzinfo=UTC)
    return name, read_as.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_calls_that_did_not_arrive_are_no_sendings_without_an_answer(script: Script) -> None:
    submission = make_lost(ago=timedelta(hours=2), posts=4)
    for minutes in (200, 190, 180):
        note_sending(submission, timedelta(minutes=minutes))
    harmless = Attempt.objects.filter(started_at__lt=clock.now() - timedelta(hours=2, minutes=30))
    assert harmless.update(outcome="Unreachable") == 3
    Submission.objects.filter(pk=submission.pk).update(released_at=clock.now() - timedelta(days=1))
    script.find_answers = [found(), found()]
    look_after(submission)
    look_after(submission, 3000)
    assert read(submission) == (State.RETRY, "")
    assert script.searched[0].start > clock.now() - timedelta(hours=3, minutes=30)  # of the one that may be there


def test_a_number_that_cannot_be_kept_is_told_and_at_last_a_volunteers(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = make_lost()
    script.rows = [row("T-5", submission.request)]

    def fail(*args: Any) -> None:
        raise DataError("value too long: secret")

    monkeypatch.setattr(submit, "record_receipt", fail)
    for elapsed in (0, 3600, 7 * 3600):
        with pytest.raises(DataError):
            look_after(submission, elapsed)
    read(submission)
    assert (submission.state, submission.due_at) == (State.NEEDS_ATTENTION, None)
    assert "could not be kept: DataError" in submission.reason
    assert "secret" not in submission.reason + str(submission.evidence)


def test_a_row_may_be_that_of_one_that_was_taken_without_a_number(script: Script) -> None:
    """Held for review, and listed since."""
    held_one = make_lost(state=State.DELIVERED, held=True)
    submission = make_lost(like=held_one)
    script.find_answers = [found(row("T-5", submission.request))]
    look_after(submission)
    assert read(submission) == (State.UNCERTAIN, "")
