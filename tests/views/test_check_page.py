"""The check, the contact page and the end: what is said of who reads what, before and after it is sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from reports import clock
from reports.dialects import registry
from reports.links import draft_key
from reports.models import Draft, Environment, HoldRule, ServiceRequest
from reports.views import protection
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, make_user
from tests.resident import Resident

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]
SECRET = {"code": "P", "datatype": "string", "description": "Plate?", "private": True,
          "values": [{"key": "ABC", "name": "ABC 123"}]}  # fmt: skip
OPEN = {"code": "S", "datatype": "string", "description": "Size?", "values": [{"key": "b", "name": "Big"}]}
CONTACT = {"email": "rosa@example.org", "first_name": "Rosa", "phone": "555 0100", "pass_on": True, "tell_me": True}


def begin(contact: dict[str, Any] | None = None, place: dict[str, Any] | None = None, **endpoint: Any) -> Draft:
    """A draft that has come as far as the check; to the contact page where it has no contact yet."""
    service = make_service(make_endpoint(make_jurisdiction("Springfield"), **endpoint))
    where = {"lat": LAT, "long": LONG, "address_string": "12 Main Street", "place_meant": "point", "place_detail": ""}
    answers: dict[str, Any] = {
        "location": where | (place or {}),
        "service": {"service": service.pk, "definition_hash": "", "endpoint": service.endpoint_id},
        "attributes": {"description": "A hole.", "attributes": [OPEN, SECRET], "service": service.pk},
        "media": {"seen": True},
    }
    if contact is not None:
        answers["contact"] = {"endpoint": service.endpoint_id, **contact}
    return Draft.objects.create(answers=answers, created_at=clock.now() - timedelta(minutes=5))


def open_page(draft: Draft, page: str = "check") -> Resident:
    return Resident().open(reverse(f"report:{page}", args=[draft_key(draft)]))


def lists(rosa: Resident) -> list[str]:
    return [" ".join(found.text_content().split()) for found in rosa.page.xpath("//dl")]


def test_what_is_public_stands_apart_from_what_is_not() -> None:
    rosa = open_page(begin(CONTACT))
    public, private = lists(rosa)
    assert "Size?Big" in public
    assert "A hole." in public
    for words in ("ABC 123", "Rosa", "rosa@example.org", "555 0100", "Passed on to Springfield"):
        assert words in private
        assert words not in public


def test_every_line_leads_to_its_page_and_back() -> None:
    rosa = open_page(begin(CONTACT))
    hrefs = [link.get("href") for link in rosa.page.xpath("//dl//a")]
    assert len(hrefs) == 9
    assert all(href.endswith("?from=check") for href in hrefs)
    at = rosa.url
    rosa.open(next(href for href in hrefs if "/contact/" in href))
    rosa.fill_in(first_name="Juana")
    assert rosa.url == at
    assert "Juana" in rosa.text


def test_a_place_in_words_has_no_coordinates() -> None:
    body = make_jurisdiction("Springfield")
    draft = begin({}, {"place_meant": "words", "address_string": "Behind the old mill", "body": body.pk})
    service = make_service(make_endpoint(body))
    draft.answers["service"] = {"service": service.pk, "definition_hash": "", "endpoint": service.endpoint_id}
    draft.answers["attributes"]["service"] = service.pk
    draft.answers["contact"] = {"endpoint": service.endpoint_id}
    draft.save()
    public, _private = lists(open_page(draft))
    assert "Behind the old mill" in public
    assert str(LAT) not in public


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ({}, "into the system with which they keep their work orders (GeoReport v2)"),
        ({"dialect": "email", "base_url": "mailto:roads@example.org"}, "to Springfield by e-mail"),
        ({"environment": Environment.TEST}, "This is a test system"),
    ],
)
def test_it_is_said_whom_it_goes_to_and_how(endpoint: dict[str, Any], words: str) -> None:
    rosa = open_page(begin({}, **endpoint))
    assert words in rosa.text
    assert "It becomes public here" in rosa.text
    assert "call your emergency number" in rosa.text


def test_a_body_that_keeps_reports_private_is_not_said_to_publish_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.get("georeport_v2"), "keeps_private", True)
    rosa = open_page(begin({}))
    assert "Springfield may keep reports private" in rosa.text
    assert "It becomes public here" not in rosa.text
    assert "What everybody can read" not in rosa.text


@pytest.mark.parametrize(
    ("sent", "passed", "hint"),
    [
        (("email", "first_name", "last_name", "phone"), "Passed on to Springfield", ""),
        (("email",), "Passed on to Springfield: e-mail address", "takes only this of them: e-mail address."),
        ((), "the system of Springfield has no place for them", "its system has no place for them"),
    ],
)
def test_it_is_said_which_details_go_along(
    monkeypatch: pytest.MonkeyPatch, sent: tuple[str, ...], passed: str, hint: str
) -> None:
    monkeypatch.setattr(registry.get("georeport_v2"), "contact_sent", lambda options: sent)
    assert passed in open_page(begin(CONTACT)).text
    page = open_page(begin(), "contact")
    assert hint in page.text
    assert bool(page.page.xpath("//input[@name='pass_on']")) is bool(sent)
    page.fill_in(email="rosa@example.org", pass_on="on")
    assert page.heading == "Check your answers"
    kept = Draft.objects.exclude(answers__contact__email=None).latest("updated_at").answers["contact"]
    assert kept["pass_on"] is bool(sent)  # a box that is not there cannot be ticked


# --- an account fills in, and no other site makes it ---------------------------------------------------------------


@pytest.mark.parametrize(("site", "filled"), [("same-origin", True), ("cross-site", False), ("none", False)])
def test_an_account_fills_in_its_address_for_a_page_of_ours_only(site: str, filled: bool) -> None:
    user = make_user("rosa@example.org")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    client = Client(headers={"sec-fetch-site": site})
    client.force_login(user)
    page = html.fromstring(client.get(reverse("report:contact", args=[draft_key(begin())])).content)
    assert page.xpath("//input[@name='email']/@value") == (["rosa@example.org"] if filled else [])
    assert page.xpath("//input[@name='pass_on' and @type='checkbox']")
    assert not page.xpath("//input[@name='pass_on' and @checked]")  # consent is never filled in


# --- too quick, too many, twice --------------------------------------------------------------------------------------


def test_what_is_refused_is_kept_and_says_when_to_come_back(settings) -> None:
    settings.FILINGS_PER_HOUR = 1
    open_page(begin(CONTACT)).fill_in()
    rosa = open_page(begin(CONTACT)).fill_in(status=429)
    assert "Your answers are kept. Try again in" in rosa.text
    assert "A hole." in rosa.text
    response = rosa.client.post(rosa.posted_to, rosa.posted)
    assert int(response.headers["Retry-After"]) > 60
    assert ServiceRequest.objects.count() == 1
    settings.FILINGS_PER_HOUR = 100
    rosa.fill_in()
    assert rosa.heading == "Report received"


def test_a_form_that_is_replayed_after_filing_changes_nothing() -> None:
    rosa = open_page(begin(CONTACT)).fill_in()
    for _turn in range(3):
        rosa.post_again()
        assert rosa.heading == "Report received"
    assert ServiceRequest.objects.count() == 1


def test_a_form_key_of_another_draft_files_nothing() -> None:
    other, draft = begin(CONTACT), begin(CONTACT)
    rosa = open_page(draft)
    rosa.fill_in(form_key=protection.form_key(f"check.{other.pk}"), status=400)
    assert "did not arrive whole" in rosa.text
    assert not ServiceRequest.objects.exists()


# --- the end -------------------------------------------------------------------------------------------------------


def test_the_end_says_what_is_next_and_where_to_look() -> None:
    rosa = open_page(begin(CONTACT)).fill_in()
    request = ServiceRequest.objects.get()
    assert request.reference in rosa.text
    assert "You get an e-mail at rosa@example.org" in rosa.text
    assert rosa.page.xpath(f"//a[@href='{request.get_absolute_url()}']")
    assert rosa.page.xpath("//a[contains(@href, '/take-away/')]")
    assert "A volunteer looks at your report" not in rosa.text
    rosa.open(rosa.url)
    assert rosa.heading == "Report received"


@pytest.mark.parametrize("rule", [{"pattern": "hole"}, {"pattern": "127.0.0.0/8", "kind": "network"}])
def test_the_end_of_a_held_report_says_so_and_not_why(rule: dict[str, str]) -> None:
    HoldRule.objects.create(**rule)
    rosa = open_page(begin(CONTACT)).fill_in()
    assert "A volunteer looks at your report before its words and photos are shown here." in rosa.text
    assert rule["pattern"] not in rosa.text
    assert "You get an e-mail" in rosa.text
    request = ServiceRequest.objects.get()
    assert request.submissions.get().state == "pending"
    rosa.open(request.get_absolute_url())
    assert "A hole." not in rosa.text
