"""Rights, and who may read whose address."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client

from reports.models import Contact, Draft, Notification, StatusUpdate, Subscription, User
from tests.admin.conftest import volunteer
from tests.factories import make_service_request, make_status_update, make_user

pytestmark = pytest.mark.django_db
USERS = "/admin/reports/user/"
SECRET = "rosa@private.example"


def test_an_account_is_made_with_an_address_in_small_letters(staff: Client) -> None:
    data = {
        "email": "New@Example.org",
        "usable_password": "true",
        "password1": "long enough 77",
        "password2": "long enough 77",
    }
    assert staff.post(f"{USERS}add/", data).status_code == 302
    assert User.objects.get(email="new@example.org").check_password("long enough 77")


@pytest.mark.parametrize("email", ["CHIEF@example.org", "not an address", ""])
def test_an_address_that_is_taken_or_none_makes_no_account(staff: Client, email: str) -> None:
    data = {"email": email, "usable_password": "true", "password1": "long enough 77", "password2": "long enough 77"}
    response = staff.post(f"{USERS}add/", data)
    assert "email" in response.context["adminform"].form.errors
    assert User.objects.count() == 1


def test_a_password_is_changed_on_its_own_page(staff: Client) -> None:
    user = make_user()
    data = {"usable_password": "true", "password1": "quite another 88", "password2": "quite another 88"}
    assert staff.post(f"{USERS}{user.pk}/password/", data).status_code == 302
    user.refresh_from_db()
    assert user.check_password("quite another 88")


def test_a_volunteer_cannot_hand_out_rights_or_touch_a_superuser(superuser: User) -> None:
    client = volunteer("view_user", "change_user")
    victim = make_user()
    client.post(
        f"{USERS}{victim.pk}/change/",
        {"email": victim.email, "is_active": "on", "is_superuser": "on", "is_staff": "on"},
    )
    victim.refresh_from_db()
    assert (victim.is_staff, victim.is_superuser) == (False, False)
    assert client.post(f"{USERS}{superuser.pk}/change/", {"email": "mine@example.org"}).status_code == 403
    assert client.get(f"{USERS}{superuser.pk}/password/").status_code == 403
    superuser.refresh_from_db()
    assert superuser.email == "chief@example.org"


def test_a_superuser_hands_out_rights(staff: Client) -> None:
    user = make_user()
    staff.post(f"{USERS}{user.pk}/change/", {"email": user.email, "is_active": "on", "is_staff": "on"})
    user.refresh_from_db()
    assert user.is_staff


def test_a_lost_second_factor_is_deleted_and_with_it_an_account(staff: Client) -> None:
    user = make_user()
    EmailAddress.objects.create(user=user, email=user.email)
    factor = Authenticator.objects.create(user=user, type="totp", data={})
    staff.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.exists()
    Authenticator.objects.create(user=user, type="totp", data={})
    staff.post(f"{USERS}{user.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=user.pk).exists()


@pytest.fixture
def private() -> None:
    """An address in every place where one is kept."""
    request = make_service_request()
    Contact.objects.create(service_request=request, email=SECRET)
    follower = Subscription.objects.create(service_request=request, email=SECRET)
    Notification.objects.create(subscription=follower, status_update=make_status_update(request))
    Draft.objects.create(answers={"contact": {"email": SECRET}, "location": {"lat": 1, "long": 2}})


def pages() -> list[str]:
    models: list[Any] = [Contact, Subscription, Notification, Draft]
    rows = [(model._meta.model_name, model.objects.get().pk) for model in models]
    request = Contact.objects.get().service_request_id
    rows.append(("servicerequest", request))
    return [f"/admin/reports/{name}/{pk}/change/" for name, pk in rows] + [
        f"/admin/reports/{name}/" for name, _pk in rows
    ]


VIEWS = ("view_subscription", "view_notification", "view_draft", "view_servicerequest", "view_statusupdate")


@pytest.mark.usefixtures("private")
def test_addresses_are_for_those_who_may_see_contact_details() -> None:
    without, having = volunteer(*VIEWS), volunteer(*VIEWS, "view_contact")
    shown = 0
    for path in pages():
        assert SECRET not in without.get(path).content.decode(), path
        shown += SECRET in having.get(path).content.decode()
    assert shown >= 7


@pytest.mark.usefixtures("private")
@pytest.mark.parametrize("name", ["subscription", "notification"])
def test_nor_are_they_found_by_searching(name: str) -> None:
    page = volunteer(*VIEWS).get(f"/admin/reports/{name}/?q=rosa").content.decode()
    assert "0 results" in page or "1 result" in page
    assert SECRET not in page


@pytest.mark.usefixtures("private")
def test_contact_details_are_deleted_on_demand_and_the_report_stays(staff: Client) -> None:
    contact = Contact.objects.get()
    staff.post(f"/admin/reports/contact/{contact.pk}/delete/", {"post": "yes"})
    assert not Contact.objects.exists()
    assert StatusUpdate.objects.exists()


@pytest.mark.usefixtures("private")
def test_a_subscription_is_ended_by_a_volunteer(staff: Client) -> None:
    follower = Subscription.objects.get()
    for words in ("1 subscription ended.", "0 subscriptions ended."):
        data = {"action": "end", "_selected_action": follower.pk}
        assert words in staff.post("/admin/reports/subscription/", data, follow=True).content.decode()
    follower.refresh_from_db()
    assert follower.ended_at is not None
    assert Notification.objects.get().state == "dropped"
