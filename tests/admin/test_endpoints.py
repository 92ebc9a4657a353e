"""Endpoints: the key that never comes out, options that the dialect judges, and calls by hand."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.utils.html import escape

from reports.admin import option_fields
from reports.dialects import registry
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
        "base_url": "https://open311.example.org/v2/", "max_concurrency": 4, "mirror_days": 30,
    } | shown_options(endpoint) | fields  # fmt: skip


def shown_options(endpoint: Endpoint) -> dict[str, Any]:
    """What a browser sends back of the options' fields when nobody touches them; a box not ticked is not sent."""
    shown = option_fields.initial_for(endpoint.dialect, endpoint.options) if endpoint.pk else {}
    return {name: value for name, value in shown.items() if value is not False}


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
    page = staff.post(change(keyed), answers(keyed, api_key="another-secret", dialect="esperanto")).content.decode()
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
        ({"option_id_batch": "201"}, "option_id_batch"),
        ({"option_id_batch": "many"}, "option_id_batch"),
        ({"option_formats": "xml, yaml"}, "option_formats"),
        ({"option_formats": ""}, "option_formats"),
        ({"option_key_in": "cookie"}, "option_key_in"),
        ({"option_page_parameter": "a b"}, "option_page_parameter"),
        ({"option_private_attributes": "x" * 101}, "option_private_attributes"),
        ({"option_headers": "Host: elsewhere.example.org"}, "option_headers"),
        ({"option_headers": "no colon"}, "option_headers"),
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


def test_every_option_of_its_dialect_has_a_field_that_explains_it(staff: Client) -> None:
    endpoint = make_endpoint(options={"id_batch": 20})
    page = staff.get(change(endpoint)).content.decode()
    assert "departs from its dialect: id_batch" in page
    for option in option_fields.options_of(endpoint.dialect):
        assert f'name="option_{option.name}"' in page
        assert escape(option.help) in page


@pytest.mark.parametrize("dialect", registry.TABLE)
def test_every_dialect_has_its_options_in_the_form(staff: Client, dialect: str) -> None:
    declared = option_fields.options_of(dialect)
    page = staff.get(change(make_endpoint(dialect=dialect))).content.decode()
    assert declared
    assert not [option.name for option in declared if f'name="option_{option.name}"' not in page]


def test_a_new_endpoint_is_asked_for_its_dialect_first(staff: Client) -> None:
    page = staff.get(f"{LIST}add/").content.decode()
    assert "Save with a dialect first" in page
    assert "option_" not in page


def test_only_what_departs_from_the_dialect_is_stored(staff: Client) -> None:
    endpoint = make_endpoint(options={"id_list": False})
    staff.post(change(endpoint), answers(endpoint))
    endpoint.refresh_from_db()
    assert endpoint.options == {"id_list": False}
    departing = {
        "option_id_list": "on",
        "option_formats": "json",
        "option_id_batch": "20",
        "option_private_attributes": "A511OPTN\r\nPHONE",
        "option_headers": "X-Client: 17",
        "option_page_parameter": "page",
        "option_key_in": "bearer",
    }
    staff.post(change(endpoint), answers(endpoint, **departing))
    endpoint.refresh_from_db()
    assert endpoint.options == {
        "formats": ["json"],
        "id_batch": 20,
        "private_attributes": ["A511OPTN", "PHONE"],
        "headers": {"X-Client": "17"},
        "page_parameter": "page",
        "key_in": "bearer",
    }
    assert registry.get(endpoint.dialect).check_options(endpoint.options) == []


def test_a_tick_taken_away_is_stored(staff: Client) -> None:
    endpoint = make_endpoint()
    fields = answers(endpoint)
    del fields["option_send_jurisdiction_id"]
    staff.post(change(endpoint), fields)
    endpoint.refresh_from_db()
    assert endpoint.options == {"send_jurisdiction_id": False}


def test_who_may_only_look_sees_the_stored_options() -> None:
    endpoint = make_endpoint(options={"id_batch": 23})
    page = volunteer("view_endpoint").get(change(endpoint)).content.decode()
    assert "&quot;id_batch&quot;: 23" in page
    assert 'name="option_' not in page


def test_an_endpoint_of_a_dialect_that_is_gone_can_still_be_opened(staff: Client) -> None:
    assert staff.get(change(make_endpoint(dialect="esperanto"))).status_code == 200
