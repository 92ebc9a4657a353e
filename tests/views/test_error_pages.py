"""The pages for when something is not there, not allowed, or broken."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse


@pytest.mark.django_db
def test_an_unknown_address_offers_the_look_up(client: Client) -> None:
    response = client.get("/no/such/page/")
    page = response.content.decode()
    assert response.status_code == 404
    assert 'action="/requests/find/"' in page
    assert "Resolver404" not in page


@pytest.mark.django_db
def test_a_form_without_its_key_is_refused_in_words() -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "a@example.org"})
    assert response.status_code == 403
    assert "load the page again" in response.content.decode()


def test_the_page_for_our_own_faults_needs_no_request_and_no_database() -> None:
    page = render_to_string("500.html")
    assert "your answers are kept" in page
    assert 'rel="stylesheet"' in page
    assert "emergency" in page
