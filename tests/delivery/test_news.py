"""News by span of time: no gap, whatever goes wrong, and no more than is asked for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import current_app

from reports import clock, tasks
from reports.delivery import endpoints, gate, news, refresh, schedule
from reports.dialects import registry
from reports.dialects.errors import HeldBack, NoAnswer, RateLimited, Unavailable, Unchanged, Unreadable
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, Status, Window
from reports.models import Endpoint, PublicStatus, Submission
from tests.delivery.talkative import LONG_AGO, SCRIPT, Script, Talkative, make_delivered
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
        gate.reset(submission.endpoint_id)  # as a probe does that meets it in a good moment
        with clock.at(started + timedelta(days=day)):
            assert news.fetch_news(submission.endpoint) == 0
        assert started - news.OVERLAP <= mark(submission.endpoint) <= started
    assert submission.endpoint.last_failure
    assert script.window_answers == []
    script.rows = [replace(DONE, updated_datetime=started + timedelta(days=2))]
    with clock.at(started + timedelta(days=8)):
        gate.reset(submission.endpoint_id)
        assert news.fetch_news(submission.endpoint) == 1
    assert mark(submission.endpoint) == started + timedelta(days=8)
    assert submission.endpoint.news_span == 0


def test_an_outage_longer_than_a_city_answers_at_once_is_caught_up_in_parts(
    script: Script, submission: Submission
) -> None:
    now = clock.now()
    known = now - timedelta(days=200)
    Submission.objects.update(delivered_at=now - timedelta(days=400))
    Endpoint.objects.update(news_until=known)
    submission.endpoint.refresh_from_db()
    script.rows = [replace(DONE, updated_datetime=now - timedelta(days=150))]
    with clock.at(now):
        assert news.fetch_news(submission.endpoint) == 1
    assert script.windows[0].start == known - news.OVERLAP
    assert script.windows[-1].end == now == mark(submission.endpoint)
    assert all(window.end - window.start <= timedelta(days=90) for window in script.windows)
    gaps = zip(script.windows, script.windows[1:], strict=False)
    assert all(later.start == earlier.end for earlier, later in gaps)


class Spoiled:
    """A list that fails whenever a certain moment is in it, as Chicago's does until somebody mends the row."""

    def __init__(self, moment: datetime, error: Exception) -> None:
        self.moment, self.error, self.asked = moment, error, 0

    def __call__(self, window: Window) -> RequestStatuses:
        self.asked += 1
        if window.start <= self.moment <= window.end:
            raise self.error
        rows = tuple(row for row in SCRIPT.rows if window.start <= (row.updated_datetime or LONG_AGO) <= window.end)
        return RequestStatuses(rows, Completeness.COMPLETE)


@pytest.mark.parametrize("days", [0.2, 20, 39.99])
@pytest.mark.parametrize("error", [Unavailable("?", status_code=500), Unreadable("?", status_code=200)])
def test_a_row_that_breaks_every_list_is_passed_over_and_what_is_followed_is_asked_for_singly(
    script: Script, submission: Submission, monkeypatch: pytest.MonkeyPatch, days: float, error: Exception
) -> None:
    now = clock.now()
    known = now - timedelta(days=40)
    Endpoint.objects.update(news_until=known)
    Submission.objects.update(due_at=now + timedelta(days=1))
    spoiled = Spoiled(known + timedelta(days=days), error)
    monkeypatch.setattr(Talkative, "service_requests_updated", lambda _self, window: spoiled(window))
    endpoint = submission.endpoint
    endpoint.refresh_from_db()
    for tries in range(1, 30):
        with clock.at(now + timedelta(minutes=5 * tries)):
            gate.reset(endpoint.pk)
            news.fetch_news(endpoint)
            if mark(endpoint) == clock.now():
                break
    assert mark(endpoint) > now
    submission.refresh_from_db()
    assert submission.due_at is not None
    assert submission.due_at < now + timedelta(hours=4)
    assert spoiled.asked < 60
    with clock.at(now + timedelta(days=2)):
        news.fetch_news(endpoint)
    assert mark(endpoint) == now + timedelta(days=2)


def test_a_city_that_answers_nothing_but_errors_has_no_span_passed_over(script: Script, submission: Submission) -> None:
    known = clock.now() - timedelta(days=2)
    Endpoint.objects.update(news_until=known)
    submission.endpoint.refresh_from_db()
    script.window_answers = [Unavailable("?", status_code=500)] * 200
    for _time in range(4):
        gate.reset(submission.endpoint_id)
        assert news.fetch_news(submission.endpoint) == 0
    assert mark(submission.endpoint) == known - news.OVERLAP


def test_a_list_too_long_for_the_rate_limit_is_asked_for_in_shorter_ones_the_next_time(
    script: Script, submission: Submission
) -> None:
    script.window_answers = [HeldBack("no room", retry_after=9)]
    news.fetch_news(submission.endpoint)
    assert mark(submission.endpoint) is None
    assert 0 < submission.endpoint.news_span < timedelta(days=1).total_seconds()
    news.fetch_news(submission.endpoint)
    lengths = [window.end - window.start for window in script.windows]
    assert lengths[1] * 3 < lengths[0]
    assert mark(submission.endpoint) is not None
    assert submission.endpoint.news_span == 0


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


def test_a_minute_that_is_cut_off_is_passed_over_and_what_is_followed_is_asked_for_singly(
    script: Script, submission: Submission
) -> None:
    now = clock.now()
    crowd = now - timedelta(hours=1)
    Submission.objects.update(due_at=now + timedelta(days=1))
    script.rows = [replace(DONE, service_request_id=f"X-{number}", updated_datetime=crowd) for number in range(9)]
    script.most_rows = 2
    with clock.at(now):
        for _time in range(5):
            news.fetch_news(submission.endpoint)
    assert mark(submission.endpoint) == now
    submission.refresh_from_db()
    assert submission.due_at == now


@pytest.mark.parametrize("dated", [True, False])
def test_an_answer_that_may_lack_rows_moves_the_mark_and_leaves_single_looks_as_they_were(
    script: Script, submission: Submission, dated: bool
) -> None:
    now = clock.now()
    seen = now - timedelta(hours=2)
    rows = (replace(DONE, updated_datetime=seen),) if dated else ()
    script.window_answers = [RequestStatuses(rows, Completeness.UNKNOWN)]
    with clock.at(now):
        assert news.fetch_news(submission.endpoint) == len(rows)
        assert mark(submission.endpoint) == (seen if dated else now - news.UNSURE)
        assert not schedule.is_rarely_asked_singly(submission.endpoint, now)


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
        news.fetch_news(submission.endpoint)
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
