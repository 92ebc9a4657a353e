"""What people add without an account, for volunteers to read: nobody's address to those who may not see contacts."""

from typing import Any

import pytest
from django.test import Client

from reports.models import Confirmation, MirroredRequest, Sighting, Verdict
from tests.admin.conftest import volunteer
from tests.factories import make_endpoint, make_service_request, make_status_update

pytestmark = pytest.mark.django_db
SECRET = "rosa@private.example"
NAMES = ("sighting", "verdict", "confirmation")


@pytest.fixture
def rows() -> dict[str, Any]:
    """One of each, about one report."""
    request = make_service_request()
    closing = make_status_update(request, status="closed")
    theirs = MirroredRequest.objects.create(endpoint=make_endpoint(), service_request_id="M-77", status="open")
    Sighting.objects.create(mirrored=theirs, person="somebodys mark")
    return {
        "sighting": Sighting.objects.create(service_request=request, person="somebodys mark"),
        "verdict": Verdict.objects.create(
            service_request=request, closing=closing, person="somebodys mark", answer="no"
        ),
        "confirmation": Confirmation.objects.create(service_request=request, kind="follow", email=SECRET),
    }


@pytest.mark.parametrize("name", NAMES)
def test_it_is_read_and_never_written(staff: Client, rows: dict[str, Any], name: str) -> None:
    row = rows[name]
    reference = row.service_request.reference
    listed = staff.get(f"/admin/reports/{name}/?q={reference}").content.decode()
    assert reference in listed
    page = staff.get(f"/admin/reports/{name}/{row.pk}/change/").content.decode()
    assert "somebodys mark" not in listed + page
    assert staff.get(f"/admin/reports/{name}/add/").status_code == 403
    assert staff.post(f"/admin/reports/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert staff.post(f"/admin/reports/{name}/{row.pk}/change/", {"kind": "verdict"}).status_code == 403


def test_a_mirrored_one_is_named(staff: Client, rows: dict[str, Any]) -> None:
    assert "M-77" in staff.get("/admin/reports/sighting/").content.decode()


def test_addresses_are_for_those_who_may_see_contact_details(rows: dict[str, Any]) -> None:
    without, having = volunteer("view_confirmation"), volunteer("view_confirmation", "view_contact")
    page = f"/admin/reports/confirmation/{rows['confirmation'].pk}/change/"
    for path in ("/admin/reports/confirmation/", page):
        assert SECRET not in without.get(path).content.decode()
        assert SECRET in having.get(path).content.decode()
    assert "0 confirmations" in without.get("/admin/reports/confirmation/?q=rosa").content.decode()


@pytest.mark.parametrize("name", NAMES)
def test_a_long_list_asks_no_more_than_a_short_one(
    staff: Client, rows: dict[str, Any], name: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        request = make_service_request()
        Sighting.objects.create(service_request=request, person=str(number))
        Verdict.objects.create(service_request=request, closing=make_status_update(request), person="x", answer="no")
        Confirmation.objects.create(service_request=request, kind="follow", email=f"r{number}@example.org")
    with django_assert_max_num_queries(15):
        assert staff.get(f"/admin/reports/{name}/").status_code == 200
