"""The clerk at the site's own reply page: a reader who knows nothing of it fills it as it was meant."""

from collections.abc import Mapping

import pytest
from django.test import Client

from reports import callers, clock
from reports.links import reply_link
from reports.models import PublicStatus, SubmissionState
from reports.sandbox import make_app
from reports.sandbox.mail.clerk import Page
from tests.cities import history
from tests.factories import make_endpoint, make_service, make_service_request, make_submission
from tests.sandbox.test_email_city import DAY, letter

pytestmark = pytest.mark.django_db


def browse(url: str, fields: Mapping[str, str] | None) -> Page:
    client = Client(enforce_csrf_checks=True)
    path = url.removeprefix("http://testserver")
    response = client.get(path) if fields is None else client.post(path, fields, follow=True)
    if response.status_code >= 400:
        raise OSError(f"HTTP Error {response.status_code}")
    return Page(url, response.content.decode())


@pytest.mark.parametrize(
    ("plan", "statuses"),
    [
        ("ORDINARY", [PublicStatus.IN_PROGRESS, PublicStatus.IN_PROGRESS, PublicStatus.CLOSED]),
        ("CANCELLED", [PublicStatus.IN_PROGRESS, PublicStatus.REJECTED]),
        ("DUPLICATE", [PublicStatus.DUPLICATE]),
    ],
)
def test_the_clerk_says_what_becomes_of_it(plan, statuses):
    callers.forget_limits()
    endpoint = make_endpoint(dialect="email", base_url="mailto:311@baltimore.example")
    request = make_service_request(make_service(endpoint, service_name="Street light"))
    submission = make_submission(request, state=SubmissionState.DELIVERED, sent_at=clock.now(), due_at=None)
    sandbox = make_app(clerk_hosts=("testserver",))
    sandbox.receive_mail(letter(f"Service: Street light\nSANDBOX-PLAN-{plan}\n\nTo answer: {reply_link(submission)}\n"))
    sandbox.clock.advance(7 * DAY)
    sent = sandbox.clerk.work(browse)
    [held] = sandbox.control.received()["cities"]["baltimore"]["requests"]
    assert (sent, held["more"]["trouble"]) == (len(statuses), "")
    told = history(request)
    assert [status for status, _note in told] == [status.value for status in statuses]
    assert all(note for _status, note in told)
    submission.refresh_from_db()
    assert submission.service_request_id == held["service_request_id"]
