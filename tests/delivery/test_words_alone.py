"""A place in words alone, on its whole way through the fake cities: no point is ever sent."""

from collections.abc import Iterator
from typing import Any

import pytest

from reports import callers
from reports.delivery import submit
from reports.models import Endpoint, Service, ServiceRequest, Submission, SubmissionState
from reports.sandbox import Sandbox
from tests.cities import PLAIN, make_city, pass_time
from tests.resident import Resident

pytestmark = pytest.mark.django_db
State = SubmissionState
WORDS = "in front of the library,\nMain Street"


@pytest.fixture(autouse=True)
def _no_geocoder(settings: Any) -> Iterator[None]:
    settings.GEOCODER_URL = ""
    callers.forget_limits()
    yield
    callers.forget_limits()


def walk(endpoint: Endpoint, description: str) -> Submission:
    service = Service.objects.get(endpoint=endpoint, service_name=PLAIN[endpoint.jurisdiction.slug])
    resident = Resident().open("/report/")
    resident.fill_in("by_words", body_name=endpoint.jurisdiction.slug, words=WORDS)
    resident.fill_in(service=str(service.pk)).fill_in(description=description).fill_in().fill_in()
    assert resident.heading == "Check your answers"
    resident.fill_in()
    return ServiceRequest.objects.get().submissions.get()


def there(sandbox: Sandbox, key: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = sandbox.control.received()["cities"][key]["requests"]
    return rows


def test_it_is_filed_with_the_words_and_no_point_and_then_followed(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = walk(endpoint, "Paint on the wall. SANDBOX-PLAN-ORDINARY")
    submit.submit(submission.pk)
    [row] = there(sandbox, "evanston")
    assert (row["lat"], row["long"]) in (("", ""), (None, None))
    assert row["address_string"].startswith("in front of the library, Main Street")
    for _step in range(30):
        pass_time(sandbox, endpoint, 6 * 3600)
    submission.request.refresh_from_db()
    assert submission.request.status == "closed"
    assert "42.0451" not in str(submission.attempts.values_list("exchanges", flat=True))


def test_a_token_for_words_becomes_a_number(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "cook")
    submission = walk(endpoint, "A tree is down. SANDBOX-TOKEN-LATE")
    submit.submit(submission.pk)
    pass_time(sandbox, endpoint, 2 * 24 * 3600)
    submission.refresh_from_db()
    assert (submission.state, len(there(sandbox, "cook"))) == (State.DELIVERED, 1)


@pytest.mark.parametrize("key", ["evanston", "oak-park", "bloomington"])
def test_a_lost_answer_about_words_is_found_again_and_sent_once(sandbox: Sandbox, key: str) -> None:
    endpoint = make_city(sandbox, key)
    submission = walk(endpoint, "Paint on the wall. SANDBOX-LOST-ANSWER")
    submit.submit(submission.pk)
    for _look in range(8):
        pass_time(sandbox, endpoint, 600)
    submission.refresh_from_db()
    [row] = there(sandbox, key)
    assert (submission.state, submission.service_request_id) == (State.DELIVERED, row["service_request_id"])


def test_a_duplicate_that_the_body_refuses_is_looked_for_without_a_point(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = walk(endpoint, "Paint on the wall. SANDBOX-DUPLICATE")
    submit.submit(submission.pk)
    for _look in range(8):
        pass_time(sandbox, endpoint, 600)
    submission.refresh_from_db()
    assert submission.state in (State.DELIVERED, State.NEEDS_ATTENTION)
    assert submission.reason or submission.service_request_id
