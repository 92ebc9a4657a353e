"""What a dialect is handed of a request."""

import pytest

from reports.delivery.filing import filing_for
from tests.factories import make_service_request

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
