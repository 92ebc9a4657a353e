"""The whole way, from a place to the body's last word: read this first.

A resident without JavaScript walks the pages; the fake cities answer; the two things that a worker does, send and
follow, are done by hand, so that each step can be looked at. The steps' names are those of `reports/README.md`.
"""

import pytest
from django.core import mail

from reports import clock
from reports.delivery import refresh, submit, tokens
from reports.models import Draft, Endpoint, ServiceRequest, Submission, SubmissionState
from reports.notifications import send
from reports.sandbox import Sandbox
from tests.cities import history, make_city, pass_time
from tests.resident import Resident

pytestmark = pytest.mark.django_db
State = SubmissionState


def report(place: str, service: str, description: str, **answers: object) -> ServiceRequest:
    """Walk from the front page to the end, and give the request that was filed."""
    resident = Resident().open("/")
    resident.open(f"/report/?q={place}")
    assert resident.heading == "Where is the problem?"
    resident.fill_in()
    assert "What is the problem?" in resident.heading
    choice = resident.page.xpath(f"//label[contains(normalize-space(.), '{service}')]/@for")[0]
    resident.fill_in(service=resident.page.get_element_by_id(choice).get("value"))
    resident.fill_in(description=description, **answers)
    assert "photo" in resident.heading.lower()
    resident.fill_in()
    resident.fill_in(email="rosa@example.org", tell_me="on")
    assert "Check your answers" in resident.heading
    resident.fill_in()
    request = ServiceRequest.objects.get()
    assert request.reference in resident.text
    resident.open(request.get_absolute_url())
    assert "Received" in resident.text
    return request


def page_of(request: ServiceRequest) -> str:
    return Resident().open(request.get_absolute_url()).text


def posts(sandbox: Sandbox, key: str) -> int:
    return int(sandbox.control.received()["cities"][key]["posts"])


@pytest.fixture
def evanston(sandbox: Sandbox) -> Endpoint:
    return make_city(sandbox, "evanston")


@pytest.fixture
def chicago(sandbox: Sandbox) -> Endpoint:
    return make_city(sandbox, "chicago")


def test_a_city_that_gives_its_number_at_once(sandbox: Sandbox, evanston: Endpoint, settings) -> None:
    settings.MAIL_GATHER = 0
    request = report("1703 Orrington", "Graffiti", "Paint on the library wall. SANDBOX-PLAN-ORDINARY")
    submission = request.submissions.get()
    assert (submission.state, posts(sandbox, "evanston")) == (State.PENDING, 0)  # saved; the city knows nothing yet

    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.DELIVERED
    held = sandbox.control.received()["cities"]["evanston"]["requests"][0]
    assert held["service_request_id"] == submission.service_request_id
    assert held["description"].startswith("Paint on the library wall.")
    assert submission.service_request_id in page_of(request)

    for _step in range(30):
        pass_time(sandbox, evanston, 6 * 3600)
        with clock.at(sandbox.clock.now()):
            send.send_due()
    request.refresh_from_db()
    assert request.status == "closed"
    words = [notes for _status, notes in history(request) if notes]
    assert len(words) >= 3
    page = page_of(request)
    assert all(note in page for note in words)
    assert [message.to for message in mail.outbox] == [["rosa@example.org"]] * len(mail.outbox)
    assert words[-1] in mail.outbox[-1].body
    assert len(mail.outbox) >= 4
    assert posts(sandbox, "evanston") == 1


def test_a_city_that_gives_a_token_first(sandbox: Sandbox, chicago: Endpoint) -> None:
    request = report("121 North LaSalle", "Tree Trim", "A branch hangs over the walk.")
    submission = request.submissions.get()
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.ACCEPTED
    assert submission.token
    assert "gave a receipt token" in page_of(request)

    tokens.look_up_tokens(chicago)
    submission.refresh_from_db()
    assert submission.service_request_id == ""
    pass_time(sandbox, chicago, 300)
    submission.refresh_from_db()
    assert submission.state == State.DELIVERED
    assert submission.service_request_id in page_of(request)
    refresh.refresh(chicago)
    assert posts(sandbox, "chicago") == 1


def test_a_city_that_refuses(sandbox: Sandbox, evanston: Endpoint) -> None:
    request = report("1703 Orrington", "Graffiti", "Paint. SANDBOX-REFUSE")
    submission = request.submissions.get()
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_ATTENTION
    assert "The body refused it" in submission.reason
    assert "Could not be delivered" in page_of(request)
    pass_time(sandbox, evanston, 24 * 3600)
    assert posts(sandbox, "evanston") == 1


def test_an_answer_that_is_lost(sandbox: Sandbox, evanston: Endpoint) -> None:
    request = report("1703 Orrington", "Graffiti", "Paint. SANDBOX-LOST-ANSWER")
    submission = request.submissions.get()
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.UNCERTAIN
    assert submission.reason.startswith("The report left, and no clear answer came.")
    assert "Could not be delivered" not in page_of(request)
    for _day in range(3):
        pass_time(sandbox, evanston, 24 * 3600)
    assert posts(sandbox, "evanston") == 1  # the city has it, and gets it no second time
    assert Submission.objects.count() == 1
    submission.refresh_from_db()
    assert submission.state == State.DELIVERED  # found in the city's list, under the number that it has there
    assert submission.service_request_id in page_of(request)


def test_nothing_is_left_in_the_draft(evanston: Endpoint) -> None:
    report("1703 Orrington", "Graffiti", "Paint.")
    draft = Draft.objects.get()
    assert draft.answers == {}
    assert draft.service_request is not None
