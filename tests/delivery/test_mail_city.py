"""The whole way of a letter: written here, read at the fake city that takes mail, answered by its clerk on our page."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from reports import callers
from reports.delivery import submit
from reports.models import Submission, SubmissionState
from reports.sandbox import Sandbox, make_app
from reports.sandbox.mail.clerk import Page
from tests.cities import history
from tests.factories import make_endpoint, make_service, make_service_request, make_submission

pytestmark = pytest.mark.django_db
HERE = "http://testserver"


@pytest.fixture
def city() -> Sandbox:
    callers.forget_limits()
    return make_app(clerk_hosts=("testserver",))


@pytest.fixture
def submission(settings: Any) -> Submission:
    settings.BODY_EMAIL = {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    endpoint = make_endpoint(dialect="email", base_url="mailto:311@baltimore.example")
    service = make_service(endpoint, service_name="Dirty alley")
    submission = make_submission(make_service_request(service, lat=39.29038, long=-76.61219))
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == SubmissionState.DELIVERED
    return submission


def open_url(address: str, fields: Mapping[str, str] | None = None) -> Page:
    """A browser without scripts and cookies, in the clerk's hands."""
    client, path = Client(enforce_csrf_checks=True), address.removeprefix(HERE)
    response = client.get(path) if fields is None else client.post(path, fields, follow=True)
    if response.status_code >= 400:
        raise OSError(response.status_code)
    return Page(address, response.content.decode())


def test_a_letter_is_understood_and_answered(city: Sandbox, submission: Submission) -> None:
    answer = city.receive_mail(mail.outbox[0].message().as_bytes())
    assert 200 <= answer.status < 300
    [held] = city.control.received()["cities"]["baltimore"]["requests"]
    assert "A deep hole in the road." in held["description"]
    assert (held["lat"], held["long"]) == (39.29038, -76.61219)
    for _step in range(8):
        city.clock.advance(86_400)
        city.clerk.work(open_url)
    told = history(submission.request)
    assert told[0] == ("sent", "")
    assert told[-1][0] in {"closed", "duplicate", "rejected", "not_responsible"}
    assert len(told) > 1
    assert all(update.by_body for update in submission.request.status_updates.all()[1:])
