"""Contact details are a gift, except where a body demands them; and nothing is passed on without a tick."""

from typing import Any

import pytest

from reports.dialects import registry
from reports.forms.contact import ContactForm, required_details
from reports.forms.demands import description_limits, required_by
from reports.models import Endpoint
from tests.factories import make_endpoint, make_jurisdiction

pytestmark = pytest.mark.django_db


def endpoint(*required: str) -> Endpoint:
    return make_endpoint(make_jurisdiction("Springfield"), options={"required": list(required)})


def post(*required: str, **data: Any) -> ContactForm:
    to = endpoint(*required)
    return ContactForm({"endpoint": str(to.pk)} | data, endpoint=to)


def test_nothing_need_be_given() -> None:
    form = post()
    assert form.is_valid()
    assert form.answer() == {
        "email": "", "first_name": "", "last_name": "", "phone": "", "pass_on": False, "tell_me": False,
        "endpoint": form.recipient.pk,
    }  # fmt: skip


def test_the_two_boxes_are_separate() -> None:
    form = post(email="ada@example.org", tell_me="on")
    assert form.is_valid()
    assert (form.answer()["tell_me"], form.answer()["pass_on"]) == (True, False)


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"email": "ada"}, "email", "name@example.com"),
        ({"email": "ada", "tell_me": "on"}, "email", "name@example.com"),
        ({"tell_me": "on"}, "email", "to which the news"),
        ({"pass_on": "on"}, "email", "take the tick away"),
        ({"first_name": "x" * 101}, "first_name", "100"),
    ],
)
def test_boxes_need_something_to_be_ticked_for(data: dict[str, str], field: str, words: str) -> None:
    form = post(**data)
    assert list(form.errors) == [field]
    assert form.errors[field] == [form.errors[field][0]]
    assert words in form.errors[field][0]


def test_what_a_body_demands_is_required_and_so_is_the_consent() -> None:
    form = post("email", "phone")
    assert set(form.errors) == {"email", "phone", "pass_on"}
    assert "E-mail: Springfield needs this." in str(form.errors["email"])
    form = post("email", email="ada@example.org")
    assert list(form.errors) == ["pass_on"]
    assert post("email", email="ada@example.org", pass_on="on").is_valid()


def test_only_contact_details_count_as_demanded_here() -> None:
    assert required_details(endpoint("lat_long", "phone", "email", "media_url")) == ["email", "phone"]
    assert required_details(make_endpoint(options={"required": "email"})) == []


@pytest.mark.parametrize("key", registry.TABLE)
def test_what_a_dialect_presumes_is_demanded_where_the_endpoint_is_silent(key: str) -> None:
    """Klarschiff takes no filing without an address, whether a volunteer has written so or not."""
    silent = make_endpoint(make_jurisdiction("Springfield"), dialect=key, options={})
    presumed = registry.get(key).chosen({}, "required") or ()
    assert required_by(silent) == frozenset(presumed)
    assert ("email" in required_details(silent)) is (key == "klarschiff")
    assert description_limits(silent)[1] <= 4000
    silent.options = {"required": [], "description_max": 300, "description_min": 5}
    assert required_by(silent) == frozenset()


def test_a_dialect_that_is_gone_demands_nothing() -> None:
    gone = make_endpoint(make_jurisdiction("Springfield"), dialect="gone", options={"required": ["email"]})
    assert (required_by(gone), description_limits(gone)) == (frozenset(), (0, 4000))


@pytest.mark.parametrize("named", ["", "0", "elsewhere", "1" * 300])
def test_consent_counts_only_for_the_body_that_the_page_named(named: str) -> None:
    form = post(email="ada@example.org", pass_on="on", endpoint=named)
    assert list(form.errors) == ["pass_on"]
    assert "The report goes to Springfield now." in form.errors["pass_on"][0]
    shown = form.as_p()
    assert "checked" not in shown
    assert f'value="{form.recipient.pk}"' in shown
    assert "ada@example.org" in shown


def test_without_consent_it_matters_to_nobody_whom_the_page_named() -> None:
    assert post(email="ada@example.org", endpoint="0").is_valid()
