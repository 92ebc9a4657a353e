"""What a look, a list or a span of time did not reach comes again, and is never taken for having had no news."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reports import clock
from reports.delivery import news, pushed_updates, refresh, schedule, silence, submit, tokens
from reports.dialects import registry
from reports.dialects.errors import NoAnswer
from reports.dialects.messages import Note, RequestStatus, Status
from reports.models import Endpoint, PublicStatus, ServiceRequest, Submission, SubmissionState
from reports.sandbox import Sandbox
from tests.cities import file_report, make_city
from tests.delivery.talkative import SCRIPT, Script, Talkative, make_delivered
from tests.delivery.test_follow_up_hard_cases import make_two, status

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
DONE = RequestStatus("T-1", Status.CLOSED, status_word="closed")


class Tokens(Talkative):
    """Looks some tokens up in each call, and has no number for the first."""

    most = 2
    asked: list[str] = []

    def service_request_ids(self, tokens: Collection[str]) -> dict[str, str | None]:
        now = list(tokens)[: self.most]
        self.asked.extend(now)
        return {token: None if token == "K-0" else f"N-{token}" for token in now}


@pytest.fixture
def asked_singly(sandbox: Sandbox) -> Endpoint:
    """A city that has no lists of numbers and takes ten calls a minute, with 12 reports that it has."""
    endpoint = make_city(sandbox, "evanston")
    for number in range(12):
        submit.submit(file_report(endpoint, f"Number {number}").pk)
    endpoint.options = {"formats": ["json"], "id_list": False}
    endpoint.requests_per_minute = 10
    endpoint.save()
    return endpoint


def test_what_the_rate_limit_left_no_room_for_is_asked_for_next(asked_singly: Endpoint) -> None:
    start = clock.now()
    for minute in range(3):
        with clock.at(start + timedelta(minutes=2 + 2 * minute)):
            Submission.objects.filter(looked_at=None).update(due_at=clock.now())
            refresh.refresh(asked_singly)
            answered = Submission.objects.exclude(row_hash="").count()
            assert Submission.objects.exclude(looked_at=None).count() == answered
    assert answered == 12


def test_what_one_round_has_no_calls_for_is_asked_for_in_the_next(sandbox: Sandbox) -> None:
    """A city that was taken for one with lists, and ignores them, is asked one by one."""
    endpoint = make_city(sandbox, "bloomington")
    for number in range(7):
        submit.submit(file_report(endpoint, f"Number {number}").pk)
    endpoint.options = {"formats": ["json"], "single_calls": 3}
    endpoint.save()
    Submission.objects.update(due_at=clock.now())
    refresh.refresh(endpoint)
    assert not Submission.objects.filter(row_hash="").exists()


def test_tokens_that_were_not_asked_for_are_next_and_lose_no_patience(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.TABLE, "tokens", ("Tokens", f"{__name__}.Tokens"))
    Tokens.asked = []
    first, second = make_two(script)
    Endpoint.objects.update(dialect="tokens")
    long_ago = clock.now() - timedelta(days=20)
    rows = [first, second, *(make_two(script)[1] for _each in range(2))]
    for number, row in enumerate(rows):
        fields = {"state": SubmissionState.ACCEPTED, "token": f"K-{number}", "service_request_id": ""}
        Submission.objects.filter(pk=row.pk).update(
            **fields, endpoint=first.endpoint, due_at=clock.now(), token_at=long_ago if number else clock.now()
        )
    first.endpoint.refresh_from_db()
    assert tokens.look_up_tokens(first.endpoint) == 3
    assert sorted(Tokens.asked) == ["K-0", "K-1", "K-2", "K-3"]


class TestOverlap:
    """A row may become visible after the moment that it bears; a failure in between must not make it invisible."""

    @pytest.fixture
    def late(self, script: Script) -> Submission:
        submission = make_delivered()
        now = clock.now()
        Endpoint.objects.update(news_until=now - 5 * MINUTE)
        submission.endpoint.refresh_from_db()
        script.rows = [replace(DONE, updated_datetime=now - 8 * MINUTE)]  # three minutes before the mark
        return submission

    def test_after_a_call_that_took_too_long(self, script: Script, late: Submission) -> None:
        script.window_answers = [NoAnswer("?")]
        now = clock.now()
        for times in range(3):
            with clock.at(now + times * 15 * MINUTE):
                news.fetch_news(late.endpoint)
        assert status(late) == PublicStatus.CLOSED

    def test_after_a_list_that_was_cut_off(self, script: Script, late: Submission) -> None:
        crowd = clock.now() - 14 * MINUTE
        others = [replace(DONE, service_request_id=f"X-{n}", updated_datetime=crowd + n * MINUTE) for n in range(4)]
        script.rows = [*others, *script.rows]
        script.most_rows = 3
        news.fetch_news(late.endpoint)
        assert status(late) == PublicStatus.CLOSED
        assert late.endpoint.news_until is not None
        assert clock.now() - late.endpoint.news_until < MINUTE

    def test_the_mark_goes_back_no_further_than_once(self, script: Script, late: Submission) -> None:
        before = late.endpoint.news_until
        script.window_answers = [NoAnswer("?")] * 3
        for _time in range(3):
            news.fetch_news(late.endpoint)
        late.endpoint.refresh_from_db()
        assert before is not None
        assert late.endpoint.news_until == before - news.OVERLAP


def test_what_was_said_before_the_number_was_known_is_asked_for_once_it_is(script: Script) -> None:
    """Where news comes by span alone, it had gone by while nobody knew whose it was."""
    now = clock.now()
    script.rows = [replace(DONE, updated_datetime=now - timedelta(days=2))]
    first = make_delivered("T-0")
    Endpoint.objects.update(news_until=now - 5 * MINUTE)
    second = make_two(script)[1]
    Submission.objects.filter(pk=second.pk).update(
        endpoint=first.endpoint, service_request_id="T-1", sent_at=now - timedelta(days=3), delivered_at=now - MINUTE
    )
    first.endpoint.refresh_from_db()
    assert news.fetch_news(first.endpoint) == 1
    assert status(second) == PublicStatus.CLOSED
    with clock.at(now + 5 * MINUTE):
        news.fetch_news(first.endpoint)
    assert SCRIPT.windows[-1].start > now - timedelta(hours=1)


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=365)])
def test_a_mark_from_a_clock_that_was_ahead_is_no_mark(script: Script, ahead: timedelta) -> None:
    submission = make_delivered()
    now = clock.now()
    Endpoint.objects.update(news_until=now + ahead, news_whole=True)
    submission.endpoint.refresh_from_db()
    assert not schedule.is_rarely_asked_singly(submission.endpoint, now)
    script.rows = [replace(DONE, updated_datetime=now - timedelta(hours=2))]
    with clock.at(now):
        assert news.fetch_news(submission.endpoint) == 1
    submission.endpoint.refresh_from_db()
    assert submission.endpoint.news_until == now


def test_after_weeks_in_which_we_were_away_nobody_is_silent_before_being_asked(script: Script) -> None:
    submission = make_delivered()
    long_ago = clock.now() - timedelta(days=40)
    ServiceRequest.objects.update(updated_datetime=long_ago)
    Submission.objects.update(looked_at=long_ago)
    Endpoint.objects.update(last_success_at=clock.now())  # its list of services was the first to be fetched
    assert silence.note_silence() == 0
    script.rows = [replace(DONE, updated_datetime=long_ago + timedelta(days=1))]
    refresh.refresh(submission.endpoint)
    assert silence.note_silence() == 0
    assert status(submission) == PublicStatus.CLOSED


def test_an_entry_that_cannot_be_stored_costs_no_other_its_look(script: Script) -> None:
    first, second = make_two(script)
    script.rows = [RequestStatus("T-1", Status.OPEN), RequestStatus("T-2", Status.CLOSED)]
    script.said = (Note("A surrogate: \ud800"),)
    refresh.refresh(first.endpoint)
    assert (status(first), status(second)) == ("accepted", "closed")
    assert not Submission.objects.filter(looked_at=None).exists()


def test_a_number_that_is_a_token_is_followed_by_the_token(script: Script) -> None:
    token = "a" * 24
    submission = make_delivered(token, dialect="reticent")
    monkey = replace(DONE, service_request_id="23-1", token=token)
    applied = refresh._take_over(submission.endpoint, refresh._Round(taken=[submission], asked={token}, rows=[monkey]))
    assert applied == 1


class TestBodiesWithoutDatesOfChange:
    """Their rows bear the date of the filing as that of the last change (DIALECTS, Q16)."""

    @pytest.fixture
    def filed(self, script: Script) -> Submission:
        return make_delivered(dialect="reticent")

    def row(self, submission: Submission, **fields: Any) -> RequestStatus:
        filed = submission.request.requested_datetime
        row = RequestStatus("T-1", Status.OPEN, requested_datetime=filed, updated_datetime=filed)
        return replace(row, **fields)

    def test_an_end_that_is_looked_up_counts_after_an_update_that_was_sent(self, filed: Submission) -> None:
        sent = Note("A crew is on its way.", clock.now() - timedelta(hours=1), id="u1", status=Status.OPEN)
        pushed_updates.take(filed.endpoint, "u1", RequestStatus("T-1", Status.OPEN, notes=(sent,), status_word="OPEN",
                            updated_datetime=sent.datetime))  # fmt: skip
        assert status(filed) == PublicStatus.IN_PROGRESS
        SCRIPT.rows = [self.row(filed, status=Status.CLOSED)]
        refresh.refresh(filed.endpoint)
        assert status(filed) == PublicStatus.CLOSED

    def test_the_first_row_shown_late_takes_nothing_back(self, filed: Submission) -> None:
        closed = self.row(filed, status=Status.CLOSED, updated_datetime=clock.now() - timedelta(hours=1))
        refresh.apply(filed.request, closed)
        refresh.apply(filed.request, self.row(filed))
        assert status(filed) == PublicStatus.CLOSED

    def test_another_fact_ends_no_silence(self, filed: Submission) -> None:
        ServiceRequest.objects.update(updated_datetime=clock.now() - timedelta(days=40))
        Submission.objects.update(looked_at=clock.now())
        Endpoint.objects.update(last_success_at=clock.now())
        assert silence.note_silence() == 1
        refresh.apply(filed.request, self.row(filed, agency_responsible="Streets"))
        assert status(filed) == PublicStatus.SILENT
