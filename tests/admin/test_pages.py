"""Every list and every page opens, and a longer list asks the database no more than a short one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports.models import (
    Attempt,
    Contact,
    Draft,
    Media,
    Notification,
    Service,
    ServiceOverride,
    StatusUpdate,
    Submission,
    Subscription,
    User,
)
from tests.factories import make_endpoint, make_jurisdiction, make_service, make_service_request, make_user

pytestmark = pytest.mark.django_db
LISTS = (
    "jurisdiction", "endpoint", "service", "servicerequest", "statusupdate", "submission", "attempt", "media", "draft",
    "contact", "subscription", "notification", "user",
)  # fmt: skip


def fill(number: int) -> None:
    """So many rows of everything, each endpoint with a body of its own."""
    for index in range(number // 10):
        service = make_service(make_endpoint(make_jurisdiction()))
        ServiceOverride.objects.create(service=service, service_name=f"Our word {index}")
    services = list(Service.objects.select_related("endpoint__jurisdiction"))
    for index in range(number):
        request = make_service_request(services[index % len(services)])
        submission = Submission.objects.create(
            request=request, endpoint=request.endpoint, service_request_id=f"N{index}"
        )
        Attempt.objects.create(submission=submission, operation="post_service_request", exchanges=[{"url": "x"}])
        update = StatusUpdate.objects.create(
            service_request=request, datetime=request.requested_datetime, status="received", fingerprint="f"
        )
        Contact.objects.create(service_request=request, email=f"r{index}@example.org")
        follower = Subscription.objects.create(service_request=request, email=f"r{index}@example.org")
        Notification.objects.create(subscription=follower, status_update=update)
        Draft.objects.create(service_request=request)
        Media.objects.create(service_request=request, file="photos/x.jpg", sha256="0" * 64, width=1, height=1)
        make_user()


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_lists_ask_a_bounded_number_of_queries(staff: Client) -> None:
    fill(20)
    few = {name: queries(staff, f"/admin/reports/{name}/") for name in LISTS}
    fill(200)
    assert Submission.objects.count() == 220
    many = {name: queries(staff, f"/admin/reports/{name}/") for name in LISTS}
    assert many == few
    assert max(many.values()) <= 15, many


def test_lists_and_searches_leave_the_boundaries_in_the_database(staff: Client) -> None:
    fill(10)
    for name in ("jurisdiction", "endpoint", "service", "servicerequest", "submission"):
        with CaptureQueriesContext(connection) as captured:
            assert staff.get(f"/admin/reports/{name}/?q=a").status_code == 200
        assert not [query["sql"] for query in captured if '"boundary"' in query["sql"].partition(" FROM ")[0]], name


@pytest.mark.parametrize("name", LISTS)
def test_every_page_opens(staff: Client, name: str) -> None:
    from django.apps import apps

    fill(10)
    row = apps.get_model("reports", name).objects.first()
    assert row is not None
    assert staff.get(f"/admin/reports/{name}/{row.pk}/change/").status_code == 200


@pytest.mark.parametrize("name", [name for name in LISTS if name not in ("endpoint", "jurisdiction", "user")])
def test_what_the_machine_writes_nobody_adds(staff: Client, name: str) -> None:
    assert staff.get(f"/admin/reports/{name}/add/").status_code == 403


@pytest.mark.parametrize("name", ["statusupdate", "submission", "attempt", "draft", "notification"])
def test_history_is_not_changed_or_deleted(staff: Client, name: str) -> None:
    from django.apps import apps

    fill(10)
    model = apps.get_model("reports", name)
    row = model.objects.first()
    assert row is not None
    assert staff.post(f"/admin/reports/{name}/{row.pk}/change/", {"state": "delivered"}).status_code == 403
    assert staff.post(f"/admin/reports/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    staff.post(f"/admin/reports/{name}/", {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
    assert model.objects.count() == 10


@pytest.mark.parametrize(
    "path",
    [
        "submission/?state=nonsense", "submission/?endpoint=x", "servicerequest/?jurisdiction=-1",
        "service/?endpoint=%00",
        "servicerequest/?jurisdiction=99999999999999999999999", "draft/?q=not-a-uuid", "submission/?q=%00",
        "servicerequest/?requested_datetime__year=x", "submission/999999/change/",
    ],
)  # fmt: skip
def test_a_bad_address_is_not_an_error_of_ours(staff: Client, path: str) -> None:
    assert staff.get(f"/admin/reports/{path}", follow=True).status_code in (200, 400, 404)


def test_jurisdictions_are_found_for_an_endpoint_by_typing(staff: Client) -> None:
    make_jurisdiction("Springfield")
    query = "app_label=reports&model_name=endpoint&field_name=jurisdiction&term=spring"
    found = staff.get(f"/admin/autocomplete/?{query}").json()
    assert [row["text"] for row in found["results"]] == ["Springfield"]


def test_allauth_s_rows_are_there_without_their_secrets(staff: Client, superuser: User) -> None:
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator

    factor = Authenticator.objects.create(user=superuser, type="totp", data={"secret": "JBSWY3DP"})
    EmailAddress.objects.create(user=superuser, email=superuser.email)
    assert staff.get("/admin/account/emailaddress/").status_code == 200
    assert staff.get("/admin/auth/group/").status_code == 200
    page = staff.get(f"/admin/mfa/authenticator/{factor.pk}/change/").content.decode()
    assert "JBSWY3DP" not in page
