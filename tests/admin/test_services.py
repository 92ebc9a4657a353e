"""Services in the admin: the city's to read, those of bodies without a list to write; and what changed in them."""

import json
from typing import Any

import pytest
from django.test import Client

from reports.delivery.service_rows import Difference
from reports.models import CatalogueChange, Draft, Endpoint, PlaceListing, Service, ServiceOverride
from reports.sandbox import Sandbox
from tests.admin.conftest import volunteer
from tests.conftest import SANDBOX
from tests.factories import make_endpoint, make_jurisdiction, make_service, square

pytestmark = pytest.mark.django_db
ADD = "/admin/reports/service/add/"
SIZE = {"code": "SIZE", "description": "How large is it?", "datatype": "singlevaluelist", "values": ["small", "large"]}


@pytest.fixture
def mailbox() -> Endpoint:
    return make_endpoint(dialect="email", base_url="mailto:311@example.org")


def answers(endpoint: Endpoint, definition: Any = "", **fields: Any) -> dict[str, Any]:
    text = definition if isinstance(definition, str) else json.dumps(definition)
    return {
        "endpoint": endpoint.pk, "service_code": "pothole", "service_name": "Pothole", "description": "", "group": "",
        "keywords": '["hole"]', "type": "blackbox", "city_notice": "", "active": "on", "definition": text,
    } | fields  # fmt: skip


def test_a_service_of_a_body_without_a_list_is_written(staff: Client, mailbox: Endpoint) -> None:
    assert '<option value="blackbox" selected' in staff.get(ADD).content.decode()
    staff.post(ADD, answers(mailbox, [SIZE, {"code": "WHERE", "description": "Where?", "required": True}]))
    service = Service.objects.get()
    assert (service.type, service.metadata, service.keywords) == ("blackbox", True, ["hole"])
    assert [row["order"] for row in service.definition] == [1, 2]
    assert service.definition[0]["values"] == [{"key": "small", "name": "small"}, {"key": "large", "name": "large"}]
    assert service.definition_hash
    assert service.definition_fetched_at


def test_it_is_changed_and_its_questions_taken_away(staff: Client, mailbox: Endpoint) -> None:
    staff.post(ADD, answers(mailbox, [SIZE]))
    service = Service.objects.get()
    page = f"/admin/reports/service/{service.pk}/change/"
    assert "How large is it?" in staff.get(page).content.decode()
    inline = {"override-TOTAL_FORMS": 0, "override-INITIAL_FORMS": 0}
    staff.post(page, answers(mailbox, "", service_name="Hole in the road", **inline))
    service.refresh_from_db()
    assert (service.service_name, service.metadata, service.definition_hash) == ("Hole in the road", False, "")


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ("{", "not JSON"),
        ('{"code": "A"}', "are a list"),
        (["A"], "Question 1: it has to be an object"),
        ([{"description": "x"}], "it needs a code"),
        ([{"code": True, "description": "x"}], "it needs a code"),
        ([{"code": "A"}], "it needs a description"),
        ([{"code": "A", "description": "x", "datatype": "colour"}], "its datatype has to be one of string"),
        ([{"code": "A", "description": "x", "datatype": ["string"]}], "its datatype has to be one of"),
        ([{"code": "A", "description": "x", "required": "yes"}], "“required” has to be true or false"),
        ([{"code": "A", "description": "x", "order": "1"}], "its order has to be a whole number"),
        ([{"code": "A", "description": "x", "datatype": "singlevaluelist"}], "needs values"),
        ([{"code": "A", "description": "x", "values": ["a"]}], "only a singlevaluelist"),
        ([SIZE | {"values": [1]}], "a list of texts"),
        ([SIZE | {"values": [{"name": "a"}]}], "a list of texts"),
        ([SIZE | {"values": ["a", "a"]}], "the same key"),
        ([SIZE | {"colour": 1}], "“colour” is not one of"),
        ([SIZE, SIZE], "Question 2: its code is used twice"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_questions_that_cannot_be_asked_are_refused_in_words(
    staff: Client, mailbox: Endpoint, definition: Any, words: str
) -> None:
    errors = staff.post(ADD, answers(mailbox, definition)).context["adminform"].form.errors
    assert words in " ".join(errors["definition"])
    assert not Service.objects.exists()


@pytest.mark.parametrize("keywords", ['"hole"', "[1]", "{"])
def test_keywords_are_words(staff: Client, mailbox: Endpoint, keywords: str) -> None:
    response = staff.post(ADD, answers(mailbox, keywords=keywords))
    assert "keywords" in response.context["adminform"].form.errors


def test_a_service_cannot_be_written_where_the_system_lists_its_own(staff: Client, mailbox: Endpoint) -> None:
    city = make_endpoint()
    assert "endpoint" in staff.post(ADD, answers(city)).context["adminform"].form.errors
    service = make_service(city)
    page = f"/admin/reports/service/{service.pk}/change/"
    inline = {"override-TOTAL_FORMS": 0, "override-INITIAL_FORMS": 0}
    staff.post(page, answers(mailbox, service_name="Ours", **inline))
    service.refresh_from_db()
    assert (service.service_name, service.endpoint_id) == ("Pothole", city.pk)


def test_without_such_a_body_there_is_nothing_to_add(staff: Client) -> None:
    make_endpoint()
    assert staff.get(ADD).status_code == 403


def test_who_may_not_add_cannot(mailbox: Endpoint) -> None:
    assert volunteer("view_service").get(ADD).status_code == 403


def test_a_change_is_shown_with_what_it_touches(staff: Client) -> None:
    service = make_service(service_name="Pothole", service_code="1")
    ServiceOverride.objects.create(service=service, service_name="Hole in the road")
    Draft.objects.create(answers={"service": {"service": service.pk}})
    found = Difference(changed=["1"]).as_dict() | {"a word of a later version": ["x"]}
    change = CatalogueChange.objects.create(endpoint=service.endpoint, difference=found)
    pages = (
        "/admin/reports/cataloguechange/",
        f"/admin/reports/cataloguechange/{change.pk}/change/",
        f"/admin/reports/endpoint/{service.endpoint_id}/change/",
    )
    texts = [staff.get(page).content.decode() for page in pages]
    assert all("changed (1): Pothole" in text for text in texts)
    for text in texts[1:]:
        assert "Hole in the road" in text
        assert "1 unfinished report" in text
    assert staff.post(pages[1], {"difference": "{}"}).status_code == 403


def test_listings_are_shown_and_not_changed(staff: Client) -> None:
    listing = PlaceListing.objects.create(endpoint=make_endpoint(), cell="1.0000,2.0000", service_codes=["a", "b"])
    assert "1.0000,2.0000" in staff.get("/admin/reports/placelisting/").content.decode()
    assert staff.post(f"/admin/reports/placelisting/{listing.pk}/change/", {"cell": "x"}).status_code == 403


@pytest.mark.parametrize("action", ["test_endpoint", "fetch_services"])
def test_the_actions_say_where_there_is_no_list(staff: Client, mailbox: Endpoint, action: str) -> None:
    chosen = {"action": action, "_selected_action": [mailbox.pk]}
    page = staff.post("/admin/reports/endpoint/", chosen, follow=True).content.decode()
    assert "it has no list to fetch" in page


def test_a_system_that_lists_by_place_is_tested_at_a_place_of_its_body(sandbox: Sandbox, staff: Client) -> None:
    city = sandbox.cities["scf-aggregate"]
    body = make_jurisdiction(boundary=square(41.3083, -72.9279))
    endpoint = make_endpoint(body, dialect=city.speaks, base_url=f"{SANDBOX}/{city.base}/")
    pages = {
        action: staff.post(
            "/admin/reports/endpoint/", {"action": action, "_selected_action": [endpoint.pk]}, follow=True
        ).content.decode()
        for action in ("test_endpoint", "fetch_services")
    }
    assert "it answered with 5 services" in pages["test_endpoint"]
    assert "its services depend on the place" in pages["fetch_services"]
    assert not Service.objects.exists()
