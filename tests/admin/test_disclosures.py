"""Who received what: there to read, for nobody to change."""

import pytest
from django.test import Client

from reports.models import Contact, Disclosure
from tests.factories import make_endpoint, make_jurisdiction, make_service, make_service_request

pytestmark = pytest.mark.django_db
LIST = "/admin/reports/disclosure/"


@pytest.fixture
def disclosure() -> Disclosure:
    endpoint = make_endpoint(make_jurisdiction("Springfield"))
    request = make_service_request(make_service(endpoint))
    Contact.objects.create(service_request=request, email="rosa@example.org", pass_on=True, endpoint=endpoint)
    return Disclosure.objects.create(service_request=request, endpoint=endpoint, fields=["email", "phone"])


@pytest.mark.parametrize("where", ["list", "row", "request"])
def test_it_is_shown_in_words(staff: Client, disclosure: Disclosure, where: str) -> None:
    paths = {
        "list": LIST,
        "row": f"{LIST}{disclosure.pk}/change/",
        "request": f"/admin/reports/servicerequest/{disclosure.service_request_id}/change/",
    }
    page = staff.get(paths[where]).content.decode()
    assert "e-mail address, phone number" in page
    assert "Springfield" in page


def test_nobody_changes_it(staff: Client, disclosure: Disclosure) -> None:
    for path in (f"{LIST}add/", f"{LIST}{disclosure.pk}/delete/"):
        assert staff.get(path).status_code == 403
    assert staff.post(f"{LIST}{disclosure.pk}/change/", {"fields": "[]"}).status_code == 403
    disclosure.refresh_from_db()
    assert disclosure.fields == ["email", "phone"]


def test_the_request_says_when_its_contact_details_go(staff: Client, disclosure: Disclosure, settings) -> None:
    path = f"/admin/reports/servicerequest/{disclosure.service_request_id}/change/"
    settings.CONTACT_DAYS_OPEN = 10
    page = staff.get(path).content.decode().lower()
    assert "contact details gone on" in page
    Contact.objects.all().delete()
    assert page.count("–") < staff.get(path).content.decode().lower().count("–")
