"""While a body's system is in trouble, residents are told so, truthfully, and nothing more once it is over."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from reports import clock
from reports.delivery import submit, tokens
from reports.models import Attempt, Breaker, Endpoint, ServiceRequest, Submission, SubmissionState, Traffic
from reports.sandbox import Sandbox
from tests.cities import file_report, make_city
from tests.factories import (
    make_endpoint,
    make_jurisdiction,
    make_service,
    make_service_request,
    make_status_update,
    make_submission,
)
from tests.views.progressing import begun, finished, url

pytestmark = pytest.mark.django_db

NOW = datetime(2031, 1, 10, 18, tzinfo=UTC)  # noon in Chicago
SLOW = "The system of Springfield is slow today. We keep trying; you need do nothing."
SINCE = "Its system has been slow since"


@pytest.fixture
def springfield() -> Endpoint:
    return make_endpoint(make_jurisdiction("Springfield", time_zone="America/Chicago"))


def filed(endpoint: Endpoint, state: str = "pending", **fields: Any) -> ServiceRequest:
    request = make_service_request(make_service(endpoint), requested_datetime=NOW - timedelta(hours=1))
    make_submission(request, state=state, **({"due_at": NOW - timedelta(minutes=5)} | fields))
    return request


def away(endpoint: Endpoint, since: datetime = NOW - timedelta(hours=2), **fields: Any) -> Traffic:
    fields.setdefault("breaker", Breaker.OPEN)
    return Traffic.objects.create(endpoint=endpoint, trouble_since=since, **fields)


def shown(client: Client, request: ServiceRequest, at: datetime = NOW) -> str:
    """What the page says, and what its fragment says, which has to be the same."""
    with clock.at(at):
        page, fragment = (client.get(request.get_absolute_url() + query) for query in ("", "?fragment=1"))
    assert fragment.content in page.content
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", fragment.content.decode()))


@pytest.mark.parametrize("state", ["pending", "sending", "retry"])
def test_a_slow_system_is_named_with_since_when(client: Client, springfield: Endpoint, state: str) -> None:
    away(springfield)
    seen = shown(client, filed(springfield, state))
    assert SLOW in seen
    assert re.search(rf"{SINCE} Jan\. 10, 2031, 10 a\.m\.", seen)


def test_days_of_it_are_not_called_today(client: Client, springfield: Endpoint) -> None:
    """By the body's own calendar: at seven in the evening of the 10th in Chicago the 11th has begun in UTC."""
    away(springfield, since=datetime(2031, 1, 10, 16, tzinfo=UTC))
    request = filed(springfield)
    assert SLOW in shown(client, request, at=datetime(2031, 1, 11, 1, tzinfo=UTC))
    seen = shown(client, request, at=datetime(2031, 1, 11, 15, tzinfo=UTC))
    assert "today" not in seen
    assert "has been slow for longer. We keep trying; you need do nothing." in seen


@pytest.mark.parametrize(
    "fields",
    [
        {"breaker": Breaker.CLOSED},
        {"breaker": Breaker.HALF_OPEN, "tripped_by_write": False},
        {"breaker": Breaker.CLOSED, "paused_until": NOW - timedelta(seconds=1)},
    ],
)
def test_a_system_that_works_is_not_slandered(client: Client, springfield: Endpoint, fields: dict[str, Any]) -> None:
    away(springfield, **fields)
    seen = shown(client, filed(springfield))
    assert "slow" not in seen
    assert "asked us" not in seen


def test_a_half_open_breaker_is_trouble_while_filings_wait(client: Client, springfield: Endpoint) -> None:
    away(springfield, breaker=Breaker.HALF_OPEN, tripped_by_write=True)
    assert SLOW in shown(client, filed(springfield))


def test_a_pause_that_the_system_asked_for_is_told_with_its_end(client: Client, springfield: Endpoint) -> None:
    Traffic.objects.create(endpoint=springfield, paused_until=NOW + timedelta(minutes=10))
    seen = shown(client, filed(springfield))
    assert "The system of Springfield has asked us to wait a little." in seen
    assert "asked us to wait until Jan. 10, 2031, 12:10 p.m." in seen


def test_delivered_is_delivered_whatever_ails_the_system_since(client: Client, springfield: Endpoint) -> None:
    away(springfield)
    request = filed(springfield, "delivered", service_request_id="SPR-1", delivered_at=NOW)
    assert "slow" not in shown(client, request)


@pytest.mark.parametrize("state", ["uncertain", "accepted", "needs_attention"])
def test_other_waits_keep_their_own_words_beside_the_trouble(client: Client, springfield: Endpoint, state: str) -> None:
    away(springfield)
    seen = shown(client, filed(springfield, state, due_at=None))
    assert SINCE in seen
    assert SLOW not in seen


def test_an_uncertain_one_says_that_nothing_is_sent_twice(client: Client, springfield: Endpoint) -> None:
    seen = shown(client, filed(springfield, "uncertain"))
    assert "We sent the report to Springfield, but no clear answer came." in seen
    assert "send nothing twice; you need do nothing." in seen


def test_one_that_was_looked_for_in_vain_is_not_said_to_be_undelivered(client: Client, springfield: Endpoint) -> None:
    request = filed(springfield, "needs_attention", due_at=None, evidence=[{"words": "Two look like it."}])
    ServiceRequest.objects.filter(pk=request.pk).update(status="undelivered")
    post = {
        "submission": request.submissions.get(),
        "operation": "post_service_request",
        "exchanges": [{"status": 500}],
    }
    Attempt.objects.create(**post, outcome="NoAnswer", finished_at=NOW)
    seen = shown(client, request)
    assert "could not find out whether it arrived. A volunteer looks into it" in seen
    assert "Two look like it." not in seen
    Attempt.objects.create(**post, outcome="Refused", finished_at=NOW)
    assert "Could not be delivered yet: we are on it." in shown(client, request)


def test_where_nobody_knows_no_part_of_the_page_says_that_it_was_not_delivered(
    client: Client, springfield: Endpoint
) -> None:
    request = filed(springfield, "needs_attention", due_at=None)
    ServiceRequest.objects.filter(pk=request.pk).update(status="undelivered")
    sending = {"submission": request.submissions.get(), "operation": "post_service_request"}
    Attempt.objects.create(**sending, outcome="worker died", finished_at=NOW)
    make_status_update(request, status="undelivered", datetime=NOW)
    seen = shown(client, request)
    assert "Perhaps not delivered, we are on it" in seen
    assert "Whether it arrived at Springfield is being looked into." in seen
    assert "Not delivered to Springfield yet." not in seen
    assert "Could not be delivered" not in seen


def test_a_body_that_gave_a_token_and_never_a_number_is_said_to_have_it(
    sandbox: Sandbox, client: Client, settings: Any
) -> None:
    settings.TOKEN_GIVE_UP_DAYS = 0
    chicago = make_city(sandbox, "chicago")
    submission = file_report(chicago, "A hole. SANDBOX-TOKEN-LATE")
    submit.submit(submission.pk)
    with clock.at(clock.now() + timedelta(days=1)):
        tokens.look_up_tokens(chicago)
    submission.refresh_from_db()
    assert submission.state == SubmissionState.NEEDS_ATTENTION
    seen = shown(client, submission.request, clock.now())
    assert "City of Chicago has the report and gave a receipt token for it, but no number yet." in seen
    assert "so a volunteer asks there; you need do nothing." in seen
    assert "City of Chicago gave a receipt token." in seen
    for untrue in ("elivered", "whether it arrived"):
        assert untrue not in seen


class TestQueue:
    WORDS = "We pass reports on to Springfield one after the other"

    def test_behind_others_at_a_system_with_a_limit(self, client: Client, springfield: Endpoint) -> None:
        Endpoint.objects.filter(pk=springfield.pk).update(requests_per_minute=10)
        first, second = filed(springfield, due_at=NOW - timedelta(minutes=6)), filed(springfield)
        assert self.WORDS in shown(client, second)
        assert self.WORDS not in shown(client, first)

    def test_not_where_there_is_no_limit_and_not_behind_what_is_not_due(
        self, client: Client, springfield: Endpoint
    ) -> None:
        filed(springfield, due_at=NOW - timedelta(minutes=6))
        second = filed(springfield)
        assert self.WORDS not in shown(client, second)
        Endpoint.objects.filter(pk=springfield.pk).update(requests_per_minute=10)
        Submission.objects.exclude(request=second).update(due_at=NOW + timedelta(minutes=6))
        assert self.WORDS not in shown(client, second)


def test_a_paused_endpoint_is_said_to_be_paused_and_not_tried(client: Client, springfield: Endpoint) -> None:
    away(springfield)
    Endpoint.objects.filter(pk=springfield.pk).update(active=False)
    seen = shown(client, filed(springfield))
    assert "Sending to Springfield is paused for now." in seen
    assert "We keep trying" not in seen


@pytest.mark.parametrize("state", SubmissionState.values)
def test_no_state_breaks_the_page_and_every_hole_in_the_words_is_filled(
    client: Client, springfield: Endpoint, state: str
) -> None:
    away(springfield)
    seen = shown(client, filed(springfield, state, due_at=None))
    assert "%(" not in seen
    assert len(seen.split()) > 8


def test_the_version_changes_when_trouble_comes_and_goes(client: Client, springfield: Endpoint) -> None:
    request = filed(springfield)

    def version() -> str:
        with clock.at(NOW):
            return client.get(request.get_absolute_url() + "?fragment=1").headers["X-Version"]

    before = version()
    row = away(springfield)
    during = version()
    assert during != before
    assert version() == during
    row.delete()
    assert version() == before


def test_the_page_asks_no_more_for_trouble_than_without(
    client: Client, springfield: Endpoint, django_assert_max_num_queries: Any
) -> None:
    away(springfield)
    request = filed(springfield)
    with django_assert_max_num_queries(9):
        client.get(request.get_absolute_url() + "?fragment=1")


class TestFlow:
    NOTICE = "The system of Springfield is slow today."

    def test_the_service_page_says_it_and_takes_the_report_all_the_same(self, springfield: Endpoint) -> None:
        make_service(springfield)
        make_service(springfield)
        away(springfield)
        page = Client().get(url(begun(), "service")).content.decode()
        assert page.count(self.NOTICE) == 1
        assert "kept here and sent as soon as it is back" in page

    def test_the_check_page_says_it(self, springfield: Endpoint) -> None:
        service = make_service(springfield)
        away(springfield)
        draft = finished(service)
        page = Client().get(url(draft, "check")).content.decode()
        assert self.NOTICE in page
        assert "Your report is kept here and sent as soon as it is back" in page

    def test_neither_says_it_of_a_system_that_works_or_merely_asked_for_a_minute(self, springfield: Endpoint) -> None:
        service = make_service(springfield)
        Traffic.objects.create(endpoint=springfield, paused_until=clock.now() + timedelta(minutes=1))
        for draft, name in ((begun(), "service"), (finished(service), "check")):
            response = Client().get(url(draft, name))
            assert response.status_code == 200
            assert "is slow today" not in response.content.decode()
