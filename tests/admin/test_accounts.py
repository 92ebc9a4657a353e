"""Accounts in the admin: names, who has a second factor, and what is their owners' alone to set."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from lxml import html

from reports.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(make_user("chief@example.org", is_staff=True, is_superuser=True))
    return client


def test_the_list_says_who_has_a_second_factor(chief: Client) -> None:
    rosa = make_user("rosa@example.org", first_name="Rosa", last_name="Díaz")
    Authenticator.objects.create(user=rosa, type="webauthn", data={"name": "Telephone", "credential": {"rawId": "key"}})
    make_user("former@example.org", name="An old name")
    make_user("volunteer@example.org", is_staff=True)
    page = chief.get(reverse("admin:reports_user_changelist")).content.decode()
    assert "Rosa Díaz" in page
    assert "An old name" in page
    rows = {row.xpath(".//th")[0].text_content(): row for row in html.fromstring(page).xpath("//tbody/tr")}
    factor = {
        email: row.xpath(".//td[contains(@class, 'field-has_second_factor')]/img/@alt") for email, row in rows.items()
    }
    assert factor == {
        "chief@example.org": ["False"],
        "former@example.org": ["False"],
        "rosa@example.org": ["True"],
        "volunteer@example.org": ["False"],
    }
    found = chief.get(reverse("admin:reports_user_changelist") + "?q=Díaz").content.decode()
    assert "rosa@example.org" in found
    assert "former@example.org" not in found


def test_what_its_owner_has_set_is_shown_and_not_changed(chief: Client) -> None:
    rosa = make_user("rosa@example.org", phone="217 555 0123")
    url = reverse("admin:reports_user_change", args=[rosa.pk])
    page = chief.get(url).content.decode()
    assert "217 555 0123" in page
    assert 'name="pass_on"' not in page
    data = {"email": rosa.email, "first_name": "Rosa", "pass_on": "on", "phone": "1", "is_active": "on"}
    chief.post(url, data)
    rosa.refresh_from_db()
    assert (rosa.first_name, rosa.pass_on, rosa.phone) == ("Rosa", False, "217 555 0123")


def test_a_new_account_has_a_first_and_a_last_name(chief: Client) -> None:
    data = {"email": "New@Example.org", "first_name": "N.", "last_name": "Ew", "usable_password": "false"}
    chief.post(reverse("admin:reports_user_add"), data)
    assert User.objects.get(email="new@example.org").get_full_name() == "N. Ew"


def test_a_passkey_is_shown_by_its_name_and_without_its_key(chief: Client) -> None:
    key = Authenticator.objects.create(
        user=make_user(), type="webauthn", data={"name": "Telephone", "credential": {"rawId": "the-key-itself"}}
    )
    for url in (
        reverse("admin:mfa_authenticator_changelist"),
        reverse("admin:mfa_authenticator_change", args=[key.pk]),
    ):
        page = chief.get(url).content.decode()
        assert "Telephone" in page
        assert "the-key-itself" not in page


def test_a_passkey_is_second_factor_enough_for_volunteers(client: Client, settings) -> None:
    settings.STAFF_NEED_MFA = True
    volunteer = make_user(is_staff=True)
    client.force_login(volunteer)
    assert client.get(reverse("admin:index")).status_code == 302
    Authenticator.objects.create(user=volunteer, type="webauthn", data={"name": "Key", "credential": {}})
    assert client.get(reverse("admin:index")).status_code == 200
