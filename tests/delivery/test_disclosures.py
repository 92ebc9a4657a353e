"""The log of who was given which contact details: written with the attempt that took them, and only then."""

from datetime import timedelta
from typing import Any

import pytest

from reports import clock
from reports.delivery import disclosures, outbox, submit
from reports.dialects.errors import BadRequest, HeldBack, NoAnswer, RateLimited, Unavailable, Unreachable, Unsupported
from reports.models import Contact, Disclosure, Service, ServiceRequest, Submission
from reports.sandbox import Sandbox
from reports.sandbox.wire import json_answer
from tests.cities import file_report, make_city
from tests.factories import make_endpoint, make_service, make_service_request, make_submission

pytestmark = pytest.mark.django_db

ROSA = {"email": "rosa@example.org", "first_name": "Rosa", "phone": "312-555-0101", "pass_on": True}


def noted() -> list[tuple[list[str], str]]:
    rows = Disclosure.objects.select_related("endpoint__jurisdiction").order_by("pk")
    return [(row.fields, row.endpoint.jurisdiction.slug) for row in rows]


def waiting(dialect: str = "georeport_v2", **contact: Any) -> tuple[Submission, Any]:
    endpoint = make_endpoint(dialect=dialect, base_url="https://city.example/")
    request = make_service_request(make_service(endpoint))
    Contact.objects.create(service_request=request, **({"endpoint": endpoint} | ROSA | contact))
    submission = make_submission(request)
    return submission, submission.attempts.create(operation="post_service_request")


def test_a_filing_that_arrived_is_noted_with_its_attempt(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"), **ROSA)
    submit.submit(submission.pk)
    assert noted() == [(["email", "first_name", "phone"], "evanston")]
    row = Disclosure.objects.get()
    assert row.disclosed_at == submission.attempts.get().started_at
    assert row.service_request_id == submission.request_id


def test_without_consent_nothing_leaves_and_nothing_is_noted(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"), **(ROSA | {"pass_on": False}))
    submit.submit(submission.pk)
    assert noted() == []


def test_a_refusal_had_been_read(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"), **ROSA)
    dialect = next(each for each in sandbox.systems if each.city.key == "evanston")
    whole = dialect.answer
    dialect.answer = lambda *args, **kwargs: json_answer([{"code": 400, "description": "No."}], 400)
    try:
        submit.submit(submission.pk)
    finally:
        dialect.answer = whole
    assert submission.attempts.get().outcome == "BadRequest"
    assert noted() == [(["email", "first_name", "phone"], "evanston")]


def test_a_filing_that_was_never_called_for_is_not_noted(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, **ROSA)
    endpoint.options = endpoint.options | {"description_min": 500}
    endpoint.save()
    submit.submit(submission.pk)
    assert submission.attempts.get().outcome == "BadRequest"
    assert noted() == []


def test_a_worker_that_died_may_have_sent_it(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"), **ROSA)
    assert outbox.claim(submission.pk) is not None
    with clock.at(clock.now() + timedelta(hours=1)):
        submit.give_up_on_dead_workers()
        submit.give_up_on_dead_workers()
    assert noted() == [(["email", "first_name", "phone"], "evanston")]


def test_a_worker_that_died_with_what_a_volunteer_then_cancelled_may_have_sent_it(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"), **ROSA)
    claimed = outbox.claim(submission.pk)
    assert claimed is not None
    assert submit.cancel(Submission.objects.get(pk=submission.pk), "phoned in")
    assert submit.give_up_on_dead_workers() == 0
    assert noted() == []  # it may live
    with clock.at(clock.now() + timedelta(hours=1)):
        for _sweep in range(2):
            assert submit.give_up_on_dead_workers() == 0
    assert noted() == [(["email", "first_name", "phone"], "evanston")]
    assert submission.attempts.get().outcome == "worker died"
    submission.refresh_from_db()
    assert (submission.state, submission.lease_until) == ("cancelled", None)


def test_of_the_tries_that_a_body_answered_without_taking_it_the_first_is_noted() -> None:
    submission, first = waiting()
    second = submission.attempts.create(operation="post_service_request")
    for attempt in (first, second):
        attempt.exchanges = [{"method": "POST", "status": 503}]
        disclosures.note(submission, attempt, Unavailable("x", operation="post"))
    assert Disclosure.objects.get().disclosed_at == first.started_at
    disclosures.note(submission, second)
    assert Disclosure.objects.count() == 2


def test_a_receipt_that_comes_after_that_is_no_second_line(sandbox: Sandbox) -> None:
    submission, attempt = waiting()
    disclosures.note(submission, attempt, NoAnswer("?", operation="post"))
    disclosures.note(submission, attempt)
    assert Disclosure.objects.count() == 1


@pytest.mark.parametrize(
    ("error", "exchanges", "left"),
    [
        (None, [], True),
        (Unreachable("x", operation="post"), [{"method": "POST"}], False),
        (RateLimited("x", operation="post"), [{"method": "POST", "status": 429}], True),
        (Unavailable("x", operation="post"), [{"method": "MAIL", "status": 450}], False),
        (HeldBack("x", operation="post"), [], False),
        (NoAnswer("x", operation="post"), [], True),
        (RuntimeError("x"), [], True),
        (BadRequest("x", operation="post"), [{"method": "POST"}], True),
        (BadRequest("x", operation="post"), [], False),
        (BadRequest("x", operation="post"), [{"method": "MAIL"}], False),
        (Unsupported("x", operation="post"), [], False),
    ],
    ids=str,
)
def test_what_may_be_in_other_hands_is_noted(error: Exception | None, exchanges: list[Any], left: bool) -> None:
    submission, attempt = waiting()
    attempt.exchanges = exchanges
    disclosures.note(submission, attempt, error)
    assert Disclosure.objects.exists() is left


@pytest.mark.parametrize(
    ("dialect", "fields"),
    [
        ("email", ["email", "first_name", "phone"]),
        ("seeclickfix_v01", ["email"]),
        ("seeclickfix_v2", []),
        ("no such dialect", []),
    ],
)
def test_only_what_the_dialect_has_a_place_for(dialect: str, fields: list[str]) -> None:
    submission, _attempt = waiting(dialect)
    assert disclosures.carried(submission) == fields


def test_consent_to_one_body_is_none_to_another(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"), **ROSA)
    elsewhere = make_city(sandbox, "oak-park")
    service = Service.objects.get(endpoint=elsewhere, service_name="Graffiti")
    ServiceRequest.objects.update(service=service, service_code=service.service_code)
    Submission.objects.filter(pk=submission.pk).update(endpoint=elsewhere)
    submit.submit(submission.pk)
    filed = sandbox.control.received()["cities"]["oak-park"]["requests"]
    assert [row["email"] for row in filed] == [""]
    assert noted() == []


@pytest.mark.parametrize("contact", [{"endpoint": None}, {"pass_on": False}])
def test_consent_names_its_endpoint(contact: dict[str, Any]) -> None:
    submission, _attempt = waiting(**contact)
    assert disclosures.carried(submission) == []


def test_the_names_are_said_in_words() -> None:
    assert disclosures.named(["email", "phone", "fax"]) == "e-mail address, phone number, fax"
