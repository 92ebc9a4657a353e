"""Choosing and finding a service among those of several bodies."""

import pytest

from reports.forms.service import ServiceForm, find_service, fold, grouped, search_services
from reports.models import Service, ServiceOverride
from tests.factories import make_endpoint, make_jurisdiction, make_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def services() -> list[Service]:
    city = make_endpoint(make_jurisdiction("Springfield"))
    county = make_endpoint(make_jurisdiction("Sangamon County"))
    return [
        make_service(city, service_code="P", service_name="Pothole", group="Streets", keywords=["hole", "bache"]),
        make_service(city, service_code="T", service_name="Árbol caído", group="Trees", description="A tree is down."),
        make_service(county, service_code="P", service_name="Pothole, county road", group="Streets"),
        make_service(county, service_code="X", service_name="Anything else"),
    ]


def names(found: list[Service]) -> list[str]:
    return [service.service_name for service in found]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("pothole", ["Pothole", "Pothole, county road"]),
        ("HOLE", ["Pothole", "Pothole, county road"]),
        ("bache", ["Pothole", "Pothole, county road"]),
        ("arbol", ["Árbol caído"]),
        ("tree down", ["Árbol caído"]),
        ("streets sangamon", ["Pothole, county road"]),
        ("", ["Pothole", "Árbol caído", "Pothole, county road", "Anything else"]),
        (" ", ["Pothole", "Árbol caído", "Pothole, county road", "Anything else"]),
        ("volcano", []),
        ("!!!", []),
    ],
)
def test_search_reads_name_group_keywords_description_and_body(services, query: str, expected: list[str]) -> None:
    assert names(search_services(services, query)) == expected


def test_a_volunteers_words_are_searched_too(services) -> None:
    ServiceOverride.objects.create(service=services[0], service_name="Hole in the road", keywords=["chuckhole"])
    assert names(search_services(services, "chuckhole")) == ["Pothole"]
    assert names(search_services(services, "pothole chuckhole")) == ["Pothole"]


def test_groups_keep_their_order_and_the_rest_comes_last(services) -> None:
    assert [(group.name, len(group.services)) for group in grouped(services)] == [
        ("Streets", 2),
        ("Trees", 1),
        ("Other", 1),
    ]
    assert [group.name for group in grouped(services[3:])] == [""]
    assert grouped([]) == []


def test_a_link_names_a_service_by_id_or_by_a_code_that_one_body_has(services) -> None:
    assert find_service(services, str(services[2].pk)) == services[2]
    assert find_service(services, "T") == services[1]
    assert find_service(services, "P") is None
    assert find_service(services, "") is None


def test_the_choice_is_kept_with_the_hash_of_its_questions(services) -> None:
    form = ServiceForm({"service": str(services[1].pk)}, services=services)
    assert form.is_valid()
    assert form.answer() == {"service": services[1].pk, "definition_hash": services[1].definition_hash}


@pytest.mark.parametrize(
    ("value", "words"), [("", "Choose what"), ("999999", "not offered"), ("x", "not offered"), ("-1", "not offered")]
)
def test_a_service_that_is_not_in_the_list_is_refused(services, value: str, words: str) -> None:
    form = ServiceForm({"service": value}, services=services)
    assert not form.is_valid()
    assert words in str(form.errors["service"])


def test_folding_drops_case_and_accents() -> None:
    assert fold("Straße ÁÉñ") == "strasse aen"
