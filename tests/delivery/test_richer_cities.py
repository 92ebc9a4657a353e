"""News by span of time and comments both ways, with the fake cities whose systems have them."""

from typing import Any

import pytest

from reports import clock
from reports.delivery import comments, news, probes, refresh, submit, tokens
from reports.delivery.endpoints import dialect_for
from reports.dialects import registry
from reports.dialects.base import Dialect
from reports.dialects.messages import Place, Service
from reports.http import Client
from reports.models import Comment, Endpoint, Submission, SubmissionState
from reports.sandbox import Sandbox
from tests.cities import history
from tests.conftest import SANDBOX
from tests.factories import make_endpoint, make_jurisdiction, make_service, make_service_request, make_submission

pytestmark = pytest.mark.django_db
HOUR = 3600

PLACES = {"merton": (51.4098, -0.2108), "austin": (30.2672, -97.7431), "cambridge": (42.3736, -71.1097)}


def make(sandbox: Sandbox, key: str, **options: Any) -> Endpoint:
    city = sandbox.cities[key]
    body = make_jurisdiction(city.name, jurisdiction_id=city.jurisdiction_id, time_zone=city.time_zone)
    endpoint = make_endpoint(body, dialect=city.speaks, base_url=f"{SANDBOX}/{city.base}/", options=options)
    endpoint.api_key = "sandbox-key"
    endpoint.save()
    return endpoint


def file(sandbox: Sandbox, endpoint: Endpoint, key: str, words: str) -> Submission:
    """A report for the first service that asks for nothing, delivered."""
    lat, long = PLACES[key]
    dialect = dialect_for(endpoint)
    place = Place(lat, long) if dialect.services_depend_on_place else None
    listed = next(each for each in dialect.services(place) if each.active and not _demanding(dialect, each))
    service = make_service(endpoint, service_code=listed.service_code, service_name=listed.service_name)
    request = make_service_request(service, lat=lat, long=long, description=words)
    submission = make_submission(request)
    submit.submit(submission.pk)
    go_on(sandbox, endpoint, 10 * 60)
    submission.refresh_from_db()
    assert submission.state == SubmissionState.DELIVERED, submission.reason
    assert submission.service_request_id
    return submission


def _demanding(dialect: Dialect, service: Service) -> bool:
    asked = dialect.service_definition(service.service_code).attributes if service.metadata else ()
    return any(attribute.required for attribute in asked)


def go_on(sandbox: Sandbox, endpoint: Endpoint, seconds: float) -> None:
    sandbox.clock.advance(seconds)
    with clock.at(sandbox.clock.now()):
        tokens.look_up_tokens(endpoint)
        news.fetch_news(endpoint)
        refresh.refresh(endpoint)


def test_a_council_s_updates_are_taken_over_once_and_a_comment_reaches_it(sandbox: Sandbox) -> None:
    endpoint = make(sandbox, "merton")
    submission = file(sandbox, endpoint, "merton", "A bin on the pavement. SANDBOX-PLAN-ORDINARY")
    comment = comments.add(submission.request, submission, submission.request.submit_key, "It has fallen over now.")
    assert comment is not None
    comments.send(comment.pk)
    comment.refresh_from_db()
    assert comment.state == "sent", comment.reason
    for _step in range(20):
        go_on(sandbox, endpoint, 12 * HOUR)
    submission.request.refresh_from_db()
    assert submission.request.status == "closed"
    lines = history(submission.request)
    assert len(lines) == len(set(lines))
    assert ("in_progress", "") not in lines
    assert len([words for _status, words in lines if words]) >= 3
    endpoint.refresh_from_db()
    assert endpoint.news_until is not None
    assert (sandbox.clock.now() - endpoint.news_until).total_seconds() < 60
    assert not submission.request.status_updates.filter(status_notes__contains="fallen over").exists()


def test_an_outage_of_a_week_is_caught_up_with(sandbox: Sandbox) -> None:
    endpoint = make(sandbox, "merton")
    submission = file(sandbox, endpoint, "merton", "A bin. SANDBOX-PLAN-ORDINARY")
    Client("test").post(f"{SANDBOX}/_control/fault?city=merton&kind=503")
    for _day in range(7):
        go_on(sandbox, endpoint, 24 * HOUR)
    assert "closed" not in [status for status, _words in history(submission.request)]
    Client("test").post(f"{SANDBOX}/_control/fault?clear=1")
    sandbox.clock.advance(60)
    with clock.at(sandbox.clock.now()):
        assert probes.probe(endpoint)
        assert news.fetch_news(endpoint) == 1
    submission.request.refresh_from_db()
    assert submission.request.status == "closed"


def test_comments_go_to_seeclickfix_and_come_back_once(sandbox: Sandbox) -> None:
    endpoint = make(sandbox, "cambridge")
    submission = file(sandbox, endpoint, "cambridge", "Paint on the wall. SANDBOX-PLAN-LINGERING")
    comment = comments.add(submission.request, submission, submission.request.submit_key, "There is more of it today.")
    assert comment is not None
    with clock.at(sandbox.clock.now()):
        comments.send(comment.pk)
    comment.refresh_from_db()
    assert comment.state == "sent", comment.reason
    number = submission.service_request_id
    Client("test").post(
        f"{SANDBOX}/_control/comment?city=cambridge&service_request_id={number}&text=We+have+ordered+a+cleaner."
    )
    for _step in range(8):
        go_on(sandbox, endpoint, 12 * HOUR)
    words = [said for _status, said in history(submission.request)]
    assert words.count("We have ordered a cleaner.") == 1
    assert not [said for said in words if "more of it today" in said]
    assert Comment.objects.count() == 1


def test_austin_is_asked_by_span_where_its_endpoint_says_so(sandbox: Sandbox) -> None:
    endpoint = make(sandbox, "austin")
    submission = file(sandbox, endpoint, "austin", "A branch on the road. SANDBOX-PLAN-ORDINARY")
    Endpoint.objects.update(options={**endpoint.options, "follow_by_window": True})
    endpoint.refresh_from_db()
    assert registry.get("austin").check_options(endpoint.options) == []
    for _step in range(10):
        sandbox.clock.advance(24 * HOUR)
        with clock.at(sandbox.clock.now()):
            news.fetch_news(endpoint)
    submission.request.refresh_from_db()
    assert submission.request.status == "closed"


def test_where_each_number_costs_a_call_news_comes_by_span_from_the_start(sandbox: Sandbox) -> None:
    key = next(name for name, city in sandbox.cities.items() if city.speaks == "ureport")
    endpoint = make(sandbox, key)
    PLACES.setdefault(key, (39.1653, -86.5264))
    submission = file(sandbox, endpoint, key, "A hole in the road. SANDBOX-PLAN-ORDINARY")
    for _step in range(10):
        sandbox.clock.advance(24 * HOUR)
        with clock.at(sandbox.clock.now()):
            news.fetch_news(endpoint)
    submission.request.refresh_from_db()
    assert submission.request.status == "closed"
    endpoint.refresh_from_db()
    assert endpoint.news_whole
    assert endpoint.news_span == 0
