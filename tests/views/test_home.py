"""The front page."""

import pytest
from django.test import Client

from tests.factories import make_jurisdiction, make_service_request

pytestmark = pytest.mark.django_db


def test_the_place_entry_leads_into_the_flow_without_scripts(client: Client) -> None:
    page = client.get("/").content.decode()
    assert '<form action="/report/" method="get">' in page
    assert 'name="q"' in page


def test_recent_reports_and_bodies_are_shown(client: Client) -> None:
    request = make_service_request(address_string="Corner of Elm and 3rd")
    page = client.get("/").content.decode()
    assert request.get_absolute_url() in page
    assert "Corner of Elm and 3rd" in page
    assert f"/requests/?body={request.jurisdiction.slug}" in page


def test_hidden_reports_and_bodies_that_answer_nowhere_are_left_out(client: Client) -> None:
    hidden = make_service_request(hidden=True)
    inactive = make_jurisdiction("Sleepy Hollow", active=False)
    nowhere = make_jurisdiction("No Man's Land")
    type(nowhere).objects.filter(pk=nowhere.pk).update(boundary=None)
    page = client.get("/").content.decode()
    assert hidden.reference not in page
    assert inactive.slug not in page
    assert nowhere.slug not in page


def test_an_empty_site_says_so(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "Nobody has reported anything yet" in page
    assert "No body is set up yet" in page


def test_no_cookie_and_the_same_few_queries_however_many_reports(
    client: Client, django_assert_num_queries: object
) -> None:
    for _number in range(9):
        make_service_request()
    client.get("/")  # the first one of a process reads all reports
    with django_assert_num_queries(4):  # type: ignore[operator]  # pytest-django has no types for it
        response = client.get("/")
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_a_query_in_another_method_is_refused(client: Client) -> None:
    assert client.post("/", {"q": "x"}).status_code == 405
