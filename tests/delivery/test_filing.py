"""What a dialect is handed of a request."""

import pytest
from django.test import Client

from reports.delivery import submit
from reports.delivery.filing import filing_for
from reports.models import Attempt, Service
from reports.sandbox import Sandbox
from tests.cities import make_city
from tests.factories import make_service_request, make_submission

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "detail", "expected"),
    [
        ("12 Main Street", "", "12 Main Street"),
        ("12 Main Street", "by the gate", "12 Main Street – by the gate"),
        ("", "by the gate", "by the gate"),
        ("", "", "39.780000, -89.650000"),
    ],
)
def test_there_is_always_an_address(address: str, detail: str, expected: str) -> None:
    request = make_service_request(address_string=address, place_detail=detail)
    assert filing_for(request).address_string == expected


@pytest.mark.parametrize(("length", "longest", "kept"), [(100, None, True), (3990, None, False), (90, 100, False)])
def test_the_reference_goes_along_where_it_fits(length: int, longest: int | None, kept: bool) -> None:
    request = make_service_request(description="x" * length)
    if longest:
        request.endpoint.options = {"description_max": longest}
    text = filing_for(request).description
    assert text.startswith("x" * length)
    assert (request.reference in text) is kept


def test_answers_keep_their_keys() -> None:
    answer = {
        "code": "A",
        "datatype": "multivaluelist",
        "values": [{"key": "1", "name": "One"}, {"key": "2", "name": "Two"}],
    }
    filing = filing_for(make_service_request(attributes=[answer]))
    assert [(each.code, each.values) for each in filing.answers] == [("A", ("1", "2"))]


def test_a_private_answer_goes_to_the_body_and_nowhere_else(sandbox: Sandbox, client: Client) -> None:
    endpoint = make_city(sandbox, "chicago")
    service = Service.objects.get(endpoint=endpoint, service_name="Alley Light Out")
    asked = {attribute["code"]: attribute for attribute in service.definition}
    assert [code for code, attribute in asked.items() if attribute["private"]] == ["A511OPTN"]
    given = [("ISTHELI1", "ONE", {}), ("ISTHELI2", "COMPLETE", {}), ("A511OPTN", "312-555-0142", {"private": True})]
    answers = [
        {"code": code, "datatype": asked[code]["datatype"], "values": [{"key": value, "name": value}], **private}
        for code, value, private in given
    ]
    request = make_service_request(service, attributes=answers)
    submission = make_submission(request)
    submit.submit(submission.pk)
    held = sandbox.control.received()["cities"]["chicago"]["requests"][0]
    assert held["attributes"]["A511OPTN"] == ["312-555-0142"]
    page = client.get(request.get_absolute_url()).content.decode()
    assert "COMPLETE" in page
    assert "312-555-0142" not in page
    assert "312-555-0142" not in str(Attempt.objects.get().exchanges)
