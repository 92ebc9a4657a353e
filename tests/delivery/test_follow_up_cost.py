"""What following costs: statements and calls bounded by the round, however many requests are in it."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports import clock, tasks
from reports.delivery import drain, news, refresh, schedule, tokens
from reports.dialects import registry
from reports.dialects.errors import HeldBack, KeyRejected, NoAnswer, RateLimited
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, Status
from reports.models import Endpoint, ServiceRequest, Submission, SubmissionState
from tests.delivery.talkative import SCRIPT, Script, Talkative, make_delivered
from tests.factories import make_service_request, make_submission

pytestmark = pytest.mark.django_db
UPDATED = clock.now() - timedelta(days=2)


class Listing(Talkative):
    """Takes lists of ten numbers, and says what it was asked for."""

    news_only_by_window = False
    gives_comments = False
    asked: list[list[str]] = []
    errors: list[Exception | None] = []

    news_by_span = False

    @classmethod
    def is_asked_by_window(cls, options: Mapping[str, Any]) -> bool:
        return cls.news_by_span

    @property
    def asks_in_lists(self) -> bool:
        return True

    def lists_of(self, ids: Any) -> Any:
        return (list(ids[start : start + 10]) for start in range(0, len(ids), 10))

    def service_requests(self, ids: Collection[str]) -> RequestStatuses:
        self.asked.append(list(ids))
        error = self.errors.pop(0) if self.errors else None
        if error:
            raise error
        return RequestStatuses(
            tuple(row for row in SCRIPT.rows if row.service_request_id in ids), Completeness.COMPLETE
        )

    def service_request_ids(self, tokens: Collection[str]) -> dict[str, str | None]:
        self.asked.append(list(tokens))
        return dict.fromkeys(tokens)


@pytest.fixture
def endpoint(script: Script, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    monkeypatch.setitem(registry.TABLE, "listing", ("Listing", f"{__name__}.Listing"))
    Listing.asked, Listing.errors = [], []
    return make_delivered("N-0", dialect="listing").endpoint


def make_many(endpoint: Endpoint, count: int, **fields: Any) -> None:
    """So many requests more, with rows that the body shows of them."""
    service = endpoint.submissions.first().request.service  # type: ignore[union-attr]
    filed = clock.now() - timedelta(days=3)
    for number in range(1, count):
        request = make_service_request(service, status="accepted", requested_datetime=filed, updated_datetime=filed)
        given = {"state": "delivered", "service_request_id": f"N-{number}", "sent_at": filed, "delivered_at": filed}
        make_submission(request, **(given | fields))
    SCRIPT.rows = [
        RequestStatus(f"N-{number}", Status.OPEN, status_word="open", updated_datetime=UPDATED)
        for number in range(count)
    ]


def statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        work()
    return len(seen)


def due() -> None:
    Submission.objects.update(due_at=clock.now())


@pytest.mark.parametrize("again", [False, True])
def test_a_round_takes_as_many_statements_for_many_requests_as_for_few(endpoint: Endpoint, again: bool) -> None:
    counts = []
    for many in (5, 150):
        Submission.objects.exclude(service_request_id="N-0").delete()
        make_many(endpoint, many)
        ServiceRequest.objects.update(body_updated_datetime=None, status_word="")
        Submission.objects.update(row_hash="")
        if again:
            due()
            refresh.refresh(endpoint)
        due()
        counts.append(statements(lambda: refresh.refresh(endpoint)))
        assert not Submission.objects.filter(looked_at=None).exists()
    few, many_ = counts
    assert many_ <= few + 1
    assert few <= (22 if again else 32)  # with the savepoints of the test's own transaction


def test_tokens_that_are_not_resolved_take_as_many_statements_for_many_as_for_few(endpoint: Endpoint) -> None:
    counts = []
    for many in (3, 50):
        make_many(endpoint, many, state=SubmissionState.ACCEPTED, service_request_id="")
        for number, submission in enumerate(Submission.objects.filter(state=SubmissionState.ACCEPTED)):
            Submission.objects.filter(pk=submission.pk).update(token=f"t{number}", due_at=clock.now(), looks=number % 3)
        counts.append(statements(lambda: tokens.look_up_tokens(endpoint)))
        Submission.objects.filter(state=SubmissionState.ACCEPTED).delete()
    assert counts[1] <= counts[0] + 1


def test_news_without_news_takes_as_many_statements_for_many_rows_as_for_few(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Listing, "news_by_span", True)
    counts = []
    for many in (5, 150):
        Submission.objects.exclude(service_request_id="N-0").delete()
        make_many(endpoint, many)
        due()
        refresh.refresh(endpoint)
        Endpoint.objects.update(news_until=clock.now() - timedelta(days=4))
        endpoint.refresh_from_db()
        counts.append(statements(lambda: news.fetch_news(endpoint)))
    assert counts[1] <= counts[0] + 1


def test_a_row_that_was_shown_before_is_not_taken_over_again(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh.refresh(endpoint)
    SCRIPT.rows = [RequestStatus("N-0", Status.CLOSED, updated_datetime=UPDATED)]
    due()
    assert refresh.refresh(endpoint) == 1
    monkeypatch.setattr(refresh.applying, "apply", lambda *_args: pytest.fail("it is the same row"))
    due()
    assert refresh.refresh(endpoint) == 0


def test_one_turn_goes_on_until_nothing_is_due(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "AT_ONCE", 20)
    make_many(endpoint, 45)
    refresh.refresh(endpoint, wake=lambda: pytest.fail("nothing is left"))
    assert [len(batch) for batch in Listing.asked] == [10, 10, 10, 10, 5]
    assert not Submission.objects.filter(looked_at=None).exists()


def test_a_turn_that_is_over_wakes_the_next_and_loses_nothing(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(refresh, "AT_ONCE", 20)
    settings.DELIVERY_TURN = 0
    make_many(endpoint, 45)
    woken: list[int] = []
    for _turn in range(10):
        refresh.refresh(endpoint, wake=lambda: woken.append(1))
    assert woken
    assert sorted(each for batch in Listing.asked for each in batch) == sorted(f"N-{number}" for number in range(45))


def test_a_worker_that_ends_begins_nothing(endpoint: Endpoint) -> None:
    drain.end_soon()
    try:
        refresh.refresh(endpoint)
        tokens.look_up_tokens(endpoint)
        assert Listing.asked == []
    finally:
        drain.go_on()


@pytest.mark.parametrize(
    ("error", "least", "most"),
    [
        (HeldBack("no room", retry_after=7), 6, 8),
        (RateLimited("slow", retry_after=900), 890, 910),
        (RateLimited("slow"), 290, 310),
        (NoAnswer("?"), 290, 310),
        (KeyRejected("no", status_code=403), 3600, 86400),
    ],
)
def test_what_was_answered_counts_and_the_rest_comes_again(
    endpoint: Endpoint, error: Exception, least: float, most: float
) -> None:
    make_many(endpoint, 15)
    Listing.errors = [None, error]
    now = clock.now()
    with clock.at(now):
        due()
        refresh.refresh(endpoint)
    looked = Submission.objects.filter(service_request_id__in=Listing.asked[0])
    assert not looked.filter(row_hash="").exists()
    for submission in Submission.objects.filter(service_request_id__in=Listing.asked[1]):
        assert submission.row_hash == ""
        assert submission.due_at is not None
        assert least <= (submission.due_at - now).total_seconds() <= most
    assert len(Listing.asked) == 2


def test_two_at_once_take_each_request_once(endpoint: Endpoint) -> None:
    make_many(endpoint, 15)
    due()
    first = refresh.outbox.take_look(refresh.followed(endpoint), 10)
    second = refresh.outbox.take_look(refresh.followed(endpoint), 10)
    assert (len(first), len(second)) == (10, 5)
    assert not {each.pk for each in first} & {each.pk for each in second}


class TestSchedule:
    @pytest.mark.parametrize(
        ("status", "days", "least", "most"),
        [
            ("accepted", 0, 300, 300),
            ("accepted", 0.1, 300, 864),
            ("in_progress", 1, 5700, 8640),
            ("accepted", 9, 51800, 86400),
            ("accepted", 400, 86400, 86400),
            ("silent", 400, 86400, 86400),
            ("closed", 29, 86400, 86400),
        ],
    )
    def test_fresh_ones_are_looked_at_often_and_old_ones_rarely(
        self, endpoint: Endpoint, status: str, days: float, least: float, most: float
    ) -> None:
        now = clock.now()
        ServiceRequest.objects.update(status=status, updated_datetime=now - timedelta(days=days))
        with clock.at(now):
            schedule.put_off(endpoint, Submission.objects.all())
        due_at = Submission.objects.get().due_at
        assert due_at is not None
        assert least <= round((due_at - now).total_seconds()) <= most

    @pytest.mark.parametrize("status", ["closed", "duplicate", "rejected", "not_responsible"])
    def test_what_ended_is_looked_at_for_thirty_days_and_then_never(self, endpoint: Endpoint, status: str) -> None:
        ServiceRequest.objects.update(status=status, updated_datetime=clock.now() - timedelta(days=31))
        schedule.put_off(endpoint, Submission.objects.all())
        assert Submission.objects.get().due_at is None

    def test_news_that_comes_by_itself_has_it_looked_at_again(
        self, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Listing, "news_by_span", True)
        Submission.objects.update(due_at=None)
        ServiceRequest.objects.update(status="closed", updated_datetime=clock.now() - timedelta(days=50))
        now = clock.now()
        SCRIPT.rows = [RequestStatus("N-0", Status.OPEN, status_notes="Open again", updated_datetime=now)]
        with clock.at(now + timedelta(minutes=1)):
            assert news.fetch_news(endpoint) == 1
        assert Submission.objects.get().due_at is not None

    def test_it_touches_no_submission_that_was_withdrawn_meanwhile(self, endpoint: Endpoint) -> None:
        taken = list(Submission.objects.all())
        Submission.objects.update(state=SubmissionState.CANCELLED, due_at=None)
        schedule.put_off(endpoint, taken)
        schedule.try_again(taken, 5)
        assert Submission.objects.get().due_at is None


def test_the_task_says_nothing_of_an_endpoint_that_is_gone() -> None:
    tasks.refresh_endpoint(987654321)
    tasks.look_up_tokens(987654321)
    tasks.fetch_news(987654321)
