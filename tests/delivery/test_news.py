"""News by span of time: no gap, whatever goes wrong, and no more than is asked for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app

from reports import clock, tasks
from reports.delivery import endpoints, news, refresh
from reports.dialects import registry
from reports.dialects.errors import NoAnswer, RateLimited, Unavailable, Unchanged
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, Status
from reports.models import Endpoint, PublicStatus, Submission
from tests.delivery.talkative import Script, make_delivered
from tests.factories import make_endpoint

pytestmark = pytest.mark.django_db

DONE = RequestStatus("T-1", Status.CLOSED, status_word="closed")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def submission(script: Script) -> Submission:
    return make_delivered()


def mark(endpoint: Endpoint) -> Any:
    endpoint.refresh_from_db()
    return endpoint.news_until


def test_the_first_time_it_is_asked_from_the_first_report_on(script: Script, submission: Submission) -> None:
    now = clock.now()
    with clock.at(now):
        assert news.fetch_news(submission.endpoint) == 0
    [window] = script.windows
    assert window.start == submission.delivered_at - news.OVERLAP
    assert window.end == now == mark(submission.endpoint)


def test_the_next_time_from_the_last_answer_with_an_overlap(script: Script, submission: Submission) -> None:
    before = clock.now() - timedelta(hours=1)
    Endpoint.objects.update(news_until=before)
    submission.endpoint.refresh_from_db()
    script.rows = [replace(DONE, updated_datetime=before - 5 * MINUTE)]  # became visible late
    assert news.fetch_news(submission.endpoint) == 1
    assert script.windows[0].start == before - news.OVERLAP
    submission.request.refresh_from_db()
    assert submission.request.status == PublicStatus.CLOSED


@pytest.mark.parametrize("error", [NoAnswer("?"), Unavailable("away"), RateLimited("slow", retry_after=60)])
def test_an_outage_of_a_week_catches_up(script: Script, submission: Submission, error: Exception) -> None:
    started = clock.now()
    Endpoint.objects.update(news_until=started)
    submission.endpoint.refresh_from_db()
    script.window_answers = [error] * 7
    for day in range(1, 8):
        with clock.at(started + timedelta(days=day)):
            assert news.fetch_news(submission.endpoint) == 0
        assert mark(submission.endpoint) == started
    assert submission.endpoint.last_failure
    script.rows = [replace(DONE, updated_datetime=started + timedelta(days=2))]
    with clock.at(started + timedelta(days=8)):
        assert news.fetch_news(submission.endpoint) == 1
    assert mark(submission.endpoint) == started + timedelta(days=8)


def test_it_reaches_back_ninety_days_at_most(script: Script, submission: Submission) -> None:
    Submission.objects.update(delivered_at=clock.now() - timedelta(days=400))
    Endpoint.objects.update(news_until=clock.now() - timedelta(days=200))
    submission.endpoint.refresh_from_db()
    news.fetch_news(submission.endpoint)
    [window] = script.windows
    assert window.end - window.start == timedelta(days=90)


def test_a_list_that_is_cut_off_is_asked_for_in_halves(script: Script, submission: Submission) -> None:
    times = [clock.now() - timedelta(hours=hours) for hours in (50, 30, 10, 1)]
    script.rows = [replace(DONE, service_request_id=f"X-{when}", updated_datetime=when) for when in times]
    script.rows.append(replace(DONE, updated_datetime=times[-1]))
    script.most_rows = 2
    now = clock.now()
    with clock.at(now):
        assert news.fetch_news(submission.endpoint) == 1
    assert len(script.windows) > 2
    assert mark(submission.endpoint) == now


def test_the_mark_stays_before_what_could_not_be_had_whole(
    script: Script, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "CALLS", 4)
    crowd = clock.now() - timedelta(hours=1)
    script.rows = [replace(DONE, service_request_id=f"X-{number}", updated_datetime=crowd) for number in range(9)]
    script.most_rows = 2
    news.fetch_news(submission.endpoint)
    known = mark(submission.endpoint)
    assert known is None or known < crowd
    assert len(script.windows) == 4


def test_a_minute_that_is_cut_off_is_not_passed_over(script: Script, submission: Submission) -> None:
    crowd = clock.now() - timedelta(hours=1)
    script.rows = [replace(DONE, service_request_id=f"X-{number}", updated_datetime=crowd) for number in range(9)]
    script.most_rows = 2
    for _time in range(5):
        news.fetch_news(submission.endpoint)
    assert mark(submission.endpoint) < crowd
    assert crowd - mark(submission.endpoint) < timedelta(hours=1)


@pytest.mark.parametrize("dated", [True, False])
def test_of_an_answer_that_may_lack_rows_only_what_was_seen_counts(
    script: Script, submission: Submission, dated: bool
) -> None:
    seen = clock.now() - timedelta(hours=2)
    rows = (replace(DONE, updated_datetime=seen),) if dated else ()
    script.window_answers = [RequestStatuses(rows, Completeness.UNKNOWN)]
    assert news.fetch_news(submission.endpoint) == len(rows)
    assert mark(submission.endpoint) == (seen if dated else None)


def test_the_mark_never_goes_back(script: Script, submission: Submission) -> None:
    later = clock.now() + timedelta(hours=1)
    stale = Endpoint.objects.get(pk=submission.endpoint_id)
    Endpoint.objects.update(news_until=later)  # another worker was faster
    news.fetch_news(stale)
    assert mark(submission.endpoint) == later


def test_not_modified_is_an_answer(script: Script, submission: Submission) -> None:
    script.window_answers = [Unchanged("304")]
    news.fetch_news(submission.endpoint)
    assert mark(submission.endpoint) is not None
    assert not submission.endpoint.last_failure


def test_where_nothing_is_followed_nothing_is_asked(script: Script) -> None:
    assert news.fetch_news(make_endpoint(dialect="talkative")) == 0
    assert script.windows == []


@pytest.mark.parametrize(
    ("dialect", "options", "wanted"),
    [
        ("talkative", {}, True),
        ("reticent", {}, False),
        ("reticent", {"follow_by_window": True}, True),
        ("reticent", {"follow_by_window": "yes"}, False),
        ("no such dialect", {"follow_by_window": True}, False),
    ],
)
def test_who_is_asked_by_span(script: Script, dialect: str, options: dict[str, Any], wanted: bool) -> None:
    assert endpoints.follows_by_window(make_endpoint(dialect=dialect, options=options)) is wanted


def test_single_looks_become_rare_where_news_comes_by_span(script: Script, submission: Submission) -> None:
    script.rows = [RequestStatus("T-1", Status.OPEN)]
    pauses = []
    for dialect in ("talkative", "reticent"):
        Endpoint.objects.update(dialect=dialect)
        submission.endpoint.refresh_from_db()
        Submission.objects.update(due_at=clock.now())
        type(submission.request).objects.update(updated_datetime=clock.now())
        refresh.refresh(submission.endpoint)
        submission.refresh_from_db()
        assert submission.due_at is not None
        pauses.append(submission.due_at - clock.now())
    assert pauses[0] > 5 * pauses[1]


@pytest.mark.parametrize("key", ["georeport_v2", "austin", "spot", "chicago"])
def test_it_is_an_option_that_a_volunteer_can_set_and_off_unless_set(key: str) -> None:
    dialect = registry.get(key)
    assert dialect.check_options({"follow_by_window": True}) == []
    assert dialect.check_options({"follow_by_window": "yes"})
    endpoint = make_endpoint(dialect=key)
    assert not endpoints.follows_by_window(endpoint)
    endpoint.options = {"follow_by_window": True}
    assert endpoints.follows_by_window(endpoint)


class TestWakeUps:
    @pytest.fixture(autouse=True)
    def _here_and_now(self) -> Iterator[None]:
        current_app.conf.task_always_eager = current_app.conf.task_eager_propagates = True
        yield
        current_app.conf.task_always_eager = current_app.conf.task_eager_propagates = False

    def test_every_endpoint_in_use_is_asked(self, script: Script, submission: Submission) -> None:
        make_delivered("R-1", dialect="reticent")
        tasks.fetch_all_news.delay()
        assert len(script.windows) == 1

    def test_a_paused_one_is_left_alone(self, script: Script, submission: Submission) -> None:
        Endpoint.objects.update(active=False)
        tasks.fetch_all_news.delay()
        tasks.fetch_news.delay(submission.endpoint_id)
        tasks.fetch_news.delay(987654321)
        assert script.windows == []
