"""Every page in Spanish, and the way from one language to the other: by the address alone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation
from lxml import html

from reports import clock
from reports.links import draft_key
from reports.models import (
    Draft,
    Notification,
    PublicStatus,
    Service,
    ServiceOverride,
    ServiceRequest,
    Subscription,
)
from reports.notifications import queue, send
from tests import catalogue
from tests.factories import LAT, LONG, make_service_request, make_status_update
from tests.resident import Resident

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]

WORTH_LOOKING_FOR = 12  # letters: shorter ones, such as “No”, may stand in a name or in Spanish too


@pytest.fixture(autouse=True)
def _first_language_after() -> Iterator[None]:
    yield
    translation.deactivate()


@pytest.fixture(scope="module")
def english() -> list[str]:
    """Whatever we say in English and differently in Spanish, as far as it is fixed words."""
    catalog = catalogue.read(catalogue.ROOT / catalogue.PO)
    asked = [
        text
        for message in catalog
        if message.id
        for text in ([message.id] if isinstance(message.id, str) else message.id)
    ]
    said = {
        text
        for message in catalog
        for text in ([message.string] if isinstance(message.string, str) else message.string)
    }
    fixed = (" ".join(text.split()) for text in asked if text not in said and "%" not in text and "<" not in text)
    return [text for text in fixed if len(text) >= WORTH_LOOKING_FOR]


def expect_spanish(resident: Resident, english: list[str]) -> None:
    assert resident.page.get("lang") == "es", resident.url
    assert resident.url.startswith("/es/"), resident.url
    for foreign in resident.page.xpath("//body//*[@lang and not(starts-with(@lang, 'es'))]"):
        foreign.drop_tree()
    attributes = resident.page.xpath("//@aria-label | //@alt | //@*[starts-with(name(), 'data-text')]")
    shown = " ".join([resident.text, *map(str, attributes)])
    left = [text for text in english if text in shown and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", shown)]
    assert left == [], resident.url


def test_a_report_is_filed_in_spanish_from_the_front_page_to_the_end(service: Service, english: list[str]) -> None:
    resident = Resident().open("/es/")
    expect_spanish(resident, english)
    resident.open("/es/report/")
    for fields in (
        {"lat": str(LAT), "long": str(LONG)},
        {"service": str(service.pk)},
        {"attribute_plate": "ABC 1", "description": "Un hueco profundo."},
        {},
        {"email": "rosa@example.org", "tell_me": "on"},
        {},
    ):
        expect_spanish(resident, english)
        resident.fill_in(**fields)
    assert resident.heading == "Reporte recibido"
    expect_spanish(resident, english)
    filed = ServiceRequest.objects.get()
    assert (filed.locale, filed.service_name) == ("es", "Pothole")
    expect_spanish(resident.open(f"/es/requests/{filed.reference}/"), english)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"lat": "norte", "long": "1"}, "Escriba esto como un número"),
        ({"lat": "91", "long": "1"}, "Una latitud está entre -90 y 90."),
        ({"lat": "41"}, "Escriba también la longitud."),
    ],
)
def test_errors_are_in_spanish(fields: dict[str, str], problem: str, english: list[str]) -> None:
    resident = Resident().open("/es/report/").fill_in(**fields)
    assert problem in resident.text
    assert "Hay un problema" in resident.text
    expect_spanish(resident, english)


def test_djangos_own_errors_are_in_spanish(service: Service, english: list[str]) -> None:
    resident = Resident().open("/es/report/").fill_in(lat=str(LAT), long=str(LONG))
    resident.fill_in(service=str(service.pk)).fill_in(attribute_plate="ABC 1", description="Un hueco.").fill_in()
    expect_spanish(resident.fill_in(email="a" * 300 + "@example.org"), english)
    assert resident.page.xpath("//*[@data-error-summary]")


@pytest.mark.parametrize(
    "path",
    [
        "/es/requests/", "/es/requests/map/", "/es/requests/find/?number=12", "/es/requests/mirrored/", "/es/privacy/",
        "/es/requests/?status=unknown&body=nobody",
    ],
)  # fmt: skip
def test_public_pages_are_in_spanish(path: str, english: list[str]) -> None:
    make_service_request()
    expect_spanish(Resident().open(path), english)


@pytest.mark.parametrize("path", ["/es/no/such/page/", "/es/requests/000-000-0000/", "/es/report/forged/place/"])
def test_pages_for_what_is_not_there_are_in_spanish(path: str, english: list[str]) -> None:
    expect_spanish(Resident().open(path, status=404), english)


def test_accounts_and_the_admin_are_in_spanish(client: Client) -> None:
    page = client.get("/es/accounts/login/").content.decode()
    assert html.fromstring(page).get("lang") == "es"
    assert "Contraseña" in page
    assert "Contraseña" in client.get("/es/admin/login/", follow=True).content.decode()


def test_the_page_for_our_own_faults_is_in_the_language_of_the_address() -> None:
    with translation.override("es"):
        page = render_to_string("500.html")
    assert '<html lang="es"' in page
    assert "Algo salió mal aquí" in page
    assert 'href="/"' in page, "and leads to the English front page"


# --- from one language to the other -------------------------------------------------------------------------------


def test_the_choice_leads_to_the_same_page_with_its_query(client: Client) -> None:
    page = html.fromstring(client.get("/requests/?q=hole&page=1").content)
    (link,) = page.xpath("//nav[contains(@class, 'languages')]//a")
    assert link.get("href") == "/es/requests/?q=hole&page=1"
    assert (link.get("lang"), link.get("hreflang"), link.text) == ("es", "es", "Español")


def test_the_choice_leads_back() -> None:
    resident = Resident().open("/es/requests/?q=hole")
    assert resident.follow("English").url == "/requests/?q=hole"


def test_a_report_goes_on_in_the_other_language_with_its_answers(service: Service) -> None:
    resident = Resident().open("/report/").fill_in(lat=str(LAT), long=str(LONG)).fill_in(service=str(service.pk))
    resident.fill_in(attribute_plate="ABC 1", description="Deep.")
    assert Draft.objects.get().locale == "en"
    resident.follow("Español")
    assert resident.url.startswith("/es/report/")
    resident.fill_in().fill_in(email="rosa@example.org", tell_me="on")
    assert "ABC 1" in resident.text
    assert Draft.objects.get().locale == "es"
    assert resident.fill_in().heading == "Reporte recibido"


def test_a_form_with_errors_links_to_the_page_that_can_be_opened(service: Service) -> None:
    resident = Resident().open("/report/").fill_in(lat="91", long="1")
    assert resident.follow("Español").url == "/es/report/"


def test_a_comment_that_is_not_taken_links_to_the_report(client: Client) -> None:
    request = make_service_request()
    path = reverse("service_requests:comment", args=[request.reference])
    page = html.fromstring(client.post(path, {"text": ""}, headers={"sec-fetch-site": "same-origin"}).content)
    assert page.xpath("//nav[contains(@class, 'languages')]//a/@href") == [f"/es/requests/{request.reference}/"]


def test_where_no_page_is_found_the_choice_leads_to_the_front_page() -> None:
    resident = Resident().open("/no/such/page/", status=404)
    assert resident.follow("Español").url == "/es/"


def test_search_engines_are_told_of_each_version_of_a_public_page_only(service: Service, client: Client) -> None:
    alternates = "//link[@rel='alternate' and @hreflang]"
    page = html.fromstring(client.get("/requests/").content)
    assert [(link.get("hreflang"), link.get("href")) for link in page.xpath(alternates)] == [
        ("en", "http://testserver/requests/"),
        ("es", "http://testserver/es/requests/"),
        ("x-default", "http://testserver/requests/"),
    ]
    resident = Resident().open("/report/").fill_in(lat=str(LAT), long=str(LONG))
    assert resident.page.xpath(alternates) == []
    assert Resident().open("/no/such/page/", status=404).page.xpath(alternates) == []


@pytest.mark.parametrize("path", ["/xx/", "/xx/report/", "/es-mx/", "/ES/", "/es/es/"])
def test_a_language_that_the_site_does_not_speak_is_no_page(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_without_its_slash_the_prefix_leads_to_the_page(client: Client) -> None:
    response = client.get("/es")
    assert (response.status_code, response["Location"]) == (301, "/es/")


def test_the_browsers_language_is_offered_on_the_front_page_and_never_taken(client: Client) -> None:
    response = client.get("/", headers={"accept-language": "es-MX,es;q=0.9,en;q=0.5"})
    page = html.fromstring(response.content)
    assert page.get("lang") == "en"
    assert page.xpath("//p[@class='language-offer']/a/@href") == ["/es/"]
    assert "Accept-Language" in response["Vary"]
    assert not client.cookies


@pytest.mark.parametrize("preferred", ["en-US,en;q=0.9", "xx", "", ";;;q=\x00", "de"])
def test_nothing_is_offered_to_whoever_reads_the_page_or_a_language_that_there_is_not(
    client: Client, preferred: str
) -> None:
    page = html.fromstring(client.get("/", headers={"accept-language": preferred}).content)
    assert page.xpath("//p[@class='language-offer']") == []


# --- mails --------------------------------------------------------------------------------------------------------


def mail_about(**fields: Any) -> mail.EmailMultiAlternatives:
    service_request = make_service_request()
    service_request.jurisdiction.name = "Springfield"
    Subscription.objects.create(service_request=service_request, email="rosa@example.org", **fields)
    update = make_status_update(service_request, status=PublicStatus.RECEIVED, datetime=clock.now())
    queue.enqueue(update)
    row = Notification.objects.select_related("status_update").get()
    return send.message(row.subscription, [row])


def test_a_mail_is_in_the_language_of_the_report_with_its_dates_and_links() -> None:
    sent = mail_about(locale="es")
    with translation.override("es"):
        month = translation.gettext(f"{clock.now():%B}").lower()
    text = str(sent.body)
    assert "El reporte fue recibido" in sent.subject
    assert f" de {month} de " in text
    links = re.findall(r"http://testserver(/\S*)", text)
    assert links
    assert all(link.startswith("/es/") for link in links)
    assert sent.extra_headers["List-Unsubscribe"].startswith("<http://testserver/es/unsubscribe/")
    assert '<html lang="es"' in str(sent.alternatives[0][0])


def test_the_links_of_a_spanish_mail_lead_to_spanish_pages(english: list[str]) -> None:
    for link in re.findall(r"http://testserver(/\S*)", str(mail_about(locale="es").body)):
        expect_spanish(Resident().open(link), english)


def test_an_english_mail_has_no_spanish_link_though_a_spanish_page_is_being_made() -> None:
    with translation.override("es"):
        sent = mail_about(locale="en")
    assert "/es/" not in str(sent.body)


# --- the city's own words -----------------------------------------------------------------------------------------


@pytest.fixture
def translated(service: Service) -> Service:
    words = {"es": {"service_name": "Bache", "notice": "Llame si es urgente."}}
    ServiceOverride.objects.create(
        service=service, service_name="Pot hole", notice="Call if urgent.", translations=words
    )
    return service


def test_a_citys_words_stay_as_they_are_and_are_marked(service: Service) -> None:
    resident = Resident().open("/es/report/").fill_in(lat=str(LAT), long=str(LONG))
    assert resident.page.xpath("//label/span[text()='Pothole']/@lang") == ["en"]
    resident.fill_in(service=str(service.pk))
    assert resident.page.xpath("//h1/span[text()='Pothole']/@lang") == ["en"]
    marked = resident.page.xpath("//*[contains(@class, 'field__label') or self::legend]/span/@lang")
    assert marked
    assert set(marked) == {"en"}


def test_on_a_page_in_the_citys_language_nothing_is_marked(service: Service) -> None:
    resident = Resident().open("/report/").fill_in(lat=str(LAT), long=str(LONG))
    assert resident.page.xpath("//main//*[@lang]") == []


def test_a_volunteers_translation_is_shown_unmarked(translated: Service) -> None:
    resident = Resident().open("/es/report/").fill_in(lat=str(LAT), long=str(LONG))
    assert "Bache" in resident.text
    assert "Pot hole" not in resident.text
    resident.fill_in(service=str(translated.pk))
    assert "Llame si es urgente." in resident.text
    assert resident.page.xpath("//*[@lang and contains(., 'Bache')]") == [resident.page]


def test_what_is_filed_keeps_the_name_that_is_the_same_in_every_language(translated: Service, client: Client) -> None:
    request = make_service_request(translated, service_name=translated.name_on_record)
    with translation.override("es"):
        assert (translated.shown_name, translated.name_on_record) == ("Bache", "Pot hole")
    assert "Bache" in client.get(f"/es/requests/{request.reference}/").content.decode()
    assert "Bache" in client.get("/es/requests/").content.decode()
    assert "Bache" in client.get("/es/requests/map.geojson").content.decode()
    assert "Pot hole" in client.get("/requests/").content.decode()


def test_a_draft_key_is_the_same_in_every_language(service: Service) -> None:
    Resident().open("/es/report/").fill_in(lat=str(LAT), long=str(LONG))
    key = draft_key(Draft.objects.get())
    assert Resident().open(f"/report/{key}/service/").heading == "What is the problem?"
