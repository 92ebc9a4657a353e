"""Endpoints: the key that never comes out, options that the dialect judges, and calls by hand."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from reports.models import Endpoint, Service
from reports.sandbox import Sandbox
from tests.admin.conftest import volunteer
from tests.cities import make_city
from tests.factories import make_endpoint, make_jurisdiction

pytestmark = pytest.mark.django_db
LIST = "/admin/reports/endpoint/"
KEY = "very-secret-0123"


def answers(endpoint: Endpoint, **fields: Any) -> dict[str, Any]:
    return {
        "jurisdiction": endpoint.jurisdiction_id, "dialect": "georeport_v2", "environment": "test", "active": "on",
        "base_url": "https://open311.example.org/v2/", "options": "{}", "max_concurrency": 4,
    } | fields  # fmt: skip


def change(endpoint: Endpoint) -> str:
    return f"{LIST}{endpoint.pk}/change/"


def act(client: Client, action: str, *endpoints: Endpoint) -> str:
    pks = [endpoint.pk for endpoint in endpoints]
    return client.post(LIST, {"action": action, "_selected_action": pks}, follow=True).content.decode()


@pytest.fixture
def keyed(superuser: object) -> Endpoint:
    endpoint = make_endpoint()
    endpoint.api_key = KEY
    endpoint.save()
    return endpoint


def test_a_new_endpoint_keeps_its_key_encrypted(staff: Client) -> None:
    body = make_jurisdiction()
    staff.post(f"{LIST}add/", answers(Endpoint(jurisdiction=body), api_key=KEY))
    endpoint = Endpoint.objects.get()
    assert endpoint.api_key == KEY
    assert KEY not in endpoint.api_key_encrypted


def test_a_stored_key_is_never_shown(staff: Client, keyed: Endpoint) -> None:
    page = staff.get(change(keyed)).content.decode()
    assert "A key is stored." in page
    assert KEY not in page
    assert keyed.api_key_encrypted not in page


def test_a_key_in_a_form_that_comes_back_is_not_shown_either(staff: Client, keyed: Endpoint) -> None:
    page = staff.post(change(keyed), answers(keyed, api_key="another-secret", options="{")).content.decode()
    assert "another-secret" not in page


def test_an_empty_field_keeps_the_key_and_another_replaces_it(staff: Client, keyed: Endpoint) -> None:
    staff.post(change(keyed), answers(keyed, label="new label"))
    keyed.refresh_from_db()
    assert (keyed.label, keyed.api_key) == ("new label", KEY)
    staff.post(change(keyed), answers(keyed, api_key="other"))
    keyed.refresh_from_db()
    assert keyed.api_key == "other"
    assert "other" not in "".join(LogEntry.objects.values_list("change_message", flat=True))


def test_a_key_does_not_go_to_another_host_by_itself(staff: Client, keyed: Endpoint) -> None:
    elsewhere = {"base_url": "https://elsewhere.example.org/v2/"}
    assert "leads to another host" in staff.post(change(keyed), answers(keyed, **elsewhere)).content.decode()
    keyed.refresh_from_db()
    assert keyed.base_url == "https://open311.example.org/v2/"
    staff.post(change(keyed), answers(keyed, api_key="its-own-key", **elsewhere))
    keyed.refresh_from_db()
    assert (keyed.base_url, keyed.api_key) == ("https://elsewhere.example.org/v2/", "its-own-key")


def test_the_key_can_be_removed(staff: Client, keyed: Endpoint) -> None:
    staff.post(change(keyed), answers(keyed, remove_api_key="on"))
    keyed.refresh_from_db()
    assert keyed.api_key_encrypted == ""


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"api_key": "two words"}, "api_key"),
        ({"api_key": "schlüssel"}, "api_key"),
        ({"api_key": "x", "remove_api_key": "on"}, "remove_api_key"),
        ({"options": '{"no_such_option": 1}'}, "options"),
        ({"options": "[]"}, "options"),
        ({"options": "{"}, "options"),
        ({"dialect": "esperanto"}, "dialect"),
        ({"base_url": "ftp://open311.example.org/"}, "base_url"),
        ({"discovery_url": "ftp://open311.example.org/"}, "discovery_url"),
        ({"base_url": "not an address"}, "base_url"),
    ],
)
def test_what_cannot_work_is_refused_beside_its_field(
    staff: Client, keyed: Endpoint, fields: dict[str, str], field: str
) -> None:
    response = staff.post(change(keyed), answers(keyed, **fields))
    assert field in response.context["adminform"].form.errors
    keyed.refresh_from_db()
    assert keyed.api_key == KEY


def test_testing_says_what_came_and_stores_nothing(sandbox: Sandbox, staff: Client) -> None:
    endpoint = make_city(sandbox, "evanston")
    Service.objects.all().delete()
    page = act(staff, "test_endpoint", endpoint)
    assert "it answered with" in page
    assert "services" in page
    assert not Service.objects.exists()


def test_testing_an_endpoint_that_fails_says_so_in_words(sandbox: Sandbox, staff: Client) -> None:
    endpoint = make_city(sandbox, "evanston")
    Endpoint.objects.update(base_url="http://sandbox.test/no-such-city/")
    page = act(staff, "test_endpoint", endpoint)
    assert 'class="error"' in page
    assert "404" in page


def test_testing_an_endpoint_that_cannot_work_names_its_settings(staff: Client) -> None:
    endpoint = make_endpoint(dialect="esperanto")
    assert "The settings of this endpoint cannot work." in act(staff, "test_endpoint", endpoint)


def test_fetching_stores_and_names_what_is_new(sandbox: Sandbox, staff: Client) -> None:
    endpoint = make_city(sandbox, "evanston")
    names = list(Service.objects.values_list("service_name", flat=True))
    Service.objects.all().delete()
    page = act(staff, "fetch_services", endpoint)
    assert f"new ({len(names)})" in page
    assert any(name in page for name in names)
    assert Service.objects.count() == len(names)
    assert "nothing new" in act(staff, "fetch_services", endpoint)


def test_a_fetch_that_fails_changes_nothing_and_says_so(sandbox: Sandbox, staff: Client) -> None:
    endpoint = make_city(sandbox, "evanston")
    before = Service.objects.count()
    Endpoint.objects.update(base_url="http://sandbox.test/no-such-city/")
    assert "nothing was changed" in act(staff, "fetch_services", endpoint)
    assert Service.objects.count() == before
    endpoint.refresh_from_db()
    assert endpoint.last_failure


@pytest.mark.django_db(transaction=True)
def test_calls_are_made_outside_a_transaction(
    sandbox: Sandbox, superuser: object, staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    answer = Sandbox.answer

    def look(self: Sandbox, *args: Any) -> Any:
        seen.append(connection.in_atomic_block)
        return answer(self, *args)

    endpoint = make_city(sandbox, "evanston")
    monkeypatch.setattr(Sandbox, "answer", look)
    act(staff, "test_endpoint", endpoint)
    act(staff, "fetch_services", endpoint)
    assert seen
    assert not any(seen)


def test_pausing_and_resuming_is_logged_and_safe_twice(staff: Client) -> None:
    endpoint = make_endpoint(active=True)
    assert "1 endpoint paused." in act(staff, "pause", endpoint)
    assert "0 endpoints paused." in act(staff, "pause", endpoint)
    endpoint.refresh_from_db()
    assert endpoint.active is False
    assert "1 endpoint resumed." in act(staff, "resume", endpoint)
    assert LogEntry.objects.count() == 2


def test_many_at_once_are_not_asked(staff: Client) -> None:
    endpoints = [make_endpoint(dialect="esperanto") for _number in range(6)]
    page = act(staff, "test_endpoint", *endpoints)
    assert "Only the first 5 were asked." in page


def test_who_may_only_look_has_no_actions() -> None:
    endpoint = make_endpoint(active=True)
    act(volunteer("view_endpoint"), "pause", endpoint)
    endpoint.refresh_from_db()
    assert endpoint.active is True


def test_the_options_of_its_dialect_are_explained(staff: Client) -> None:
    page = staff.get(change(make_endpoint())).content.decode()
    assert "<strong>token_list</strong> (false):" in page


def test_an_endpoint_of_a_dialect_that_is_gone_can_still_be_opened(staff: Client) -> None:
    assert staff.get(change(make_endpoint(dialect="esperanto"))).status_code == 200
