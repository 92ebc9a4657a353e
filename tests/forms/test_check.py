"""The summary: every answer with the page that changes it."""

import pytest

from reports.forms.check import summary
from tests.factories import make_endpoint, make_jurisdiction, make_service
from tests.forms.definitions import row, values

pytestmark = pytest.mark.django_db

WHERE = [{"key": "0", "name": "Kerb"}, {"key": "1", "name": "Lane"}]
NUMBER = [{"key": "0", "name": "0"}]
ANSWERS = {
    "location": {"lat": 39.78, "long": -89.65, "address_string": "12 Main Street", "place_detail": "rear"},
    "attributes": {
        "description": "Deep.",
        "attributes": [
            {"code": "a", "datatype": "multivaluelist", "description": "Where?", "values": WHERE},
            {"code": "b", "datatype": "number", "description": "", "values": NUMBER},
        ],
    },
    "contact": {
        "email": "ada@example.org",
        "first_name": "Ada",
        "last_name": "Bell",
        "phone": "",
        "pass_on": True,
        "tell_me": False,
    },
}


def lines(**answers: object) -> list[tuple[str, str, str]]:
    service = make_service(make_endpoint(make_jurisdiction("Springfield")))
    return [(line.label, line.value, line.page) for line in summary(ANSWERS | answers, service, 2)]


def test_every_answer_has_its_line() -> None:
    assert lines() == [
        ("Place", "12 Main Street\n39.78, -89.65", "place"),
        ("Landmark, or which side", "rear", "place"),
        ("Problem", "Pothole", "service"),
        ("Where?", "Kerb, Lane", "attributes"),
        ("b", "0", "attributes"),
        ("Description", "Deep.", "attributes"),
        ("Photos", "2", "media"),
        ("Your details", "Ada Bell\nada@example.org", "contact"),
        ("Who gets your details", "Passed on to Springfield", "contact"),
        ("News by e-mail", "No", "contact"),
    ]


def test_what_the_body_worded_is_in_its_language_and_what_the_person_wrote_is_not() -> None:
    body = make_jurisdiction("Springfield", languages=["es"])
    definition = [row("a", "multivaluelist", values=values("0", "1")), row("b", "number")]
    service = make_service(make_endpoint(body), definition=definition)
    found = {line.label: line.language for line in summary(ANSWERS, service, 0) if line.language}
    assert found == {"Problem": "es", "Where?": "es"}


def test_a_place_in_words_has_no_point() -> None:
    said = {"lat": 1.0, "long": 2.0, "address_string": "by the gate, Springfield", "place_meant": "words"}
    assert lines(location=said)[0] == ("Place", "by the gate, Springfield", "place")


def test_what_was_left_out_is_a_line_without_a_value() -> None:
    found = lines(
        location={"lat": 1.0, "long": 2.0}, attributes={"description": "", "attributes": []}, contact={"email": ""}
    )
    assert found == [
        ("Place", "1.0, 2.0", "place"),
        ("Problem", "Pothole", "service"),
        ("Description", "", "attributes"),
        ("Photos", "2", "media"),
        ("Your details", "", "contact"),
    ]
