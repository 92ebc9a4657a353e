"""The list of bodies and the page of each: who they are, what they take, and what becomes of reports to them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from reports import clock
from reports.models import Endpoint, Jurisdiction, ServiceRequest, Traffic
from tests.factories import make_endpoint, make_jurisdiction, make_service, make_service_request
from tests.views.test_take_away import words

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAYS = timedelta(days=1)


@pytest.fixture
def body() -> Jurisdiction:
    return make_jurisdiction("Springfield", slug="springfield", phone="217-555-0100", time_zone="America/Chicago")


@pytest.fixture
def endpoint(body: Jurisdiction) -> Endpoint:
    return make_endpoint(body, environment="live", licence="CC BY 4.0", attribution="City of Springfield")


def make_reports(endpoint: Endpoint, count: int, **fields: Any) -> None:
    """So many, filed ten days before NOON, answered after two days and closed after four."""
    filed = NOON - 10 * DAYS
    service = make_service(endpoint, service_name="Pothole", group="Streets")
    facts = {"requested_datetime": filed, "first_answer_at": filed + 2 * DAYS, "ended_at": filed + 4 * DAYS}
    for _each in range(count):
        make_service_request(service, **({"status": "closed"} | facts | fields))


def page(client: Client, query: str = "", slug: str = "springfield") -> str:
    with clock.at(NOON):
        return words(client.get(f"/bodies/{slug}/{query}"))


class TestPage:
    def test_figures_are_said_in_words_with_what_they_are_worked_out_of(
        self, client: Client, endpoint: Endpoint
    ) -> None:
        make_reports(endpoint, 5)
        make_reports(endpoint, 1, status="accepted", first_answer_at=None, ended_at=None)
        said = page(client)
        assert "Reports 6 1 open, 5 ended" in said
        assert "2 days within which half of the answers came" in said
        assert "4 days within which half of the closed ones were closed" in said
        assert "5 of 6 reports have an answer (83%)" in said
        assert "open ones are not in the times to closing" in said
        assert "People had a look at 0 closings: too few to say." in said

    def test_closed_is_held_against_really_fixed(self, client: Client, endpoint: Endpoint) -> None:
        make_reports(endpoint, 4, verdict="confirmed")
        make_reports(endpoint, 1, verdict="disputed")
        make_reports(endpoint, 2)
        said = page(client)
        assert "80% of the 5 closings that people had a look at" in said
        assert re.search(r"It is fixed\s+4\s+It is not fixed\s+1\s+Nobody has said yet\s+2", said)

    def test_few_reports_are_said_to_be_few(self, client: Client, endpoint: Endpoint) -> None:
        make_reports(endpoint, 4)
        said = page(client)
        assert "4 answers: too few to say how soon it answers." in said
        assert "4 are closed: too few to say how long it takes." in said

    def test_charts_have_names_and_tables_and_no_styles_of_their_own(self, client: Client, endpoint: Endpoint) -> None:
        make_reports(endpoint, 5)
        with clock.at(NOON):
            html = client.get("/bodies/springfield/").content.decode()
        assert html.count('role="img" aria-labelledby="chart-') == 2
        for name in ("filed", "ended"):
            assert f'<title id="chart-{name}-title">' in html
            assert f'<desc id="chart-{name}-desc">' in html
        assert 'style="' not in html
        assert '<th scope="row">November 2026</th><td>5</td><td>5</td>' in html
        drawings = re.findall(r"<svg class=\"bar[^>]*>", html)
        assert drawings
        assert all('aria-hidden="true"' in each for each in drawings)

    def test_a_time_can_be_chosen(self, client: Client, endpoint: Endpoint) -> None:
        make_reports(endpoint, 5)
        make_reports(endpoint, 1, requested_datetime=NOON - 500 * DAYS)
        assert "Reports 5 " in page(client)
        assert "Reports 6 " in page(client, "?span=all")
        assert "Reports 1 " in page(client, "?since=2025-01-01&until=2025-12-31")
        assert "No report was filed in this time" in page(client, "?since=2024-01-01&until=2024-12-31")
        with clock.at(NOON):
            html = client.get("/bodies/springfield/").content.decode()
        assert '<a href="/bodies/springfield/" aria-current="true">Last twelve months</a>' in html
        assert '<a href="/bodies/springfield/?since=2025-01-01&amp;until=2025-12-31">2025</a>' in html
        assert "2024</a>" not in html

    @pytest.mark.parametrize(
        "query",
        ["?since=nonsense", "?since=2026-05-01&until=2026-01-01", "?since=%00", f"?since={'9' * 10_000}", "?span=%00",
         "?until=2026-02-31", "?since=%E2%80%AE2026-01-01"],
    )  # fmt: skip
    def test_what_is_no_time_is_named_and_left_out(self, client: Client, endpoint: Endpoint, query: str) -> None:
        make_reports(endpoint, 5)
        with clock.at(NOON):
            response = client.get(f"/bodies/springfield/{query}")
        assert response.status_code == 200
        assert ('role="alert"' in response.content.decode()) == ("span" not in query)

    @pytest.mark.parametrize(
        "query", ["?since=0001-01-01", "?until=9999-12-31", "?since=9999-12-31", "?until=0001-01-01"]
    )
    def test_the_ends_of_the_calendar(self, client: Client, endpoint: Endpoint, query: str) -> None:
        make_reports(endpoint, 1)
        assert client.get(f"/bodies/springfield/{query}").status_code == 200

    def test_what_it_takes_leads_to_the_report(self, client: Client, endpoint: Endpoint) -> None:
        service = make_service(endpoint, service_name="Pothole", group="Streets")
        make_service(endpoint, service_name="Gone", suspended=True)
        html = client.get("/bodies/springfield/").content.decode()
        assert f'<a href="/report/?jurisdiction=springfield&amp;service={service.pk}">Pothole</a>' in html
        assert "<h3>Streets</h3>" in html
        assert "Gone" not in html

    def test_many_services_are_folded_by_group(self, client: Client, endpoint: Endpoint) -> None:
        for number in range(30):
            make_service(endpoint, service_name=f"Kind {number}", group=f"Group {number % 3}")
        html = client.get("/bodies/springfield/").content.decode()
        assert html.count("<summary>Group") == 3

    def test_who_it_is(self, client: Client, endpoint: Endpoint) -> None:
        Jurisdiction.objects.update(languages=["en", "es", "tlh"], website="https://springfield.example/")
        said = page(client)
        assert "217-555-0100" in said
        assert "https://springfield.example/" in said
        assert "English, Spanish, tlh" in said
        assert "City of Springfield, CC BY 4.0" in said
        assert "GeoReport v2" in said
        assert endpoint.base_url not in client.get("/bodies/springfield/").content.decode()

    def test_without_reports(self, client: Client, endpoint: Endpoint) -> None:
        assert "Nobody has reported anything to it here yet" in page(client)

    def test_a_body_that_is_only_read(self, client: Client, body: Jurisdiction) -> None:
        make_service(make_endpoint(body, dialect="zaragoza", environment="live"), service_name="Bache")
        said = page(client)
        assert "Its system takes no reports from others" in said
        assert "Report a problem to" not in said
        assert "Bache" not in said

    def test_a_body_that_is_written_to(self, client: Client, body: Jurisdiction) -> None:
        make_endpoint(body, dialect="email", base_url="mailto:secret-box@example.org", environment="live")
        assert "Reports go there as e-mails" in page(client)
        assert "secret-box" not in client.get("/bodies/springfield/").content.decode()

    def test_a_body_that_nothing_reaches(self, client: Client, body: Jurisdiction) -> None:
        make_endpoint(body, active=False)
        assert "It cannot be reached from here at present" in page(client)

    def test_a_test_system_is_called_one(self, client: Client, body: Jurisdiction) -> None:
        make_endpoint(body, environment="test")
        assert "Only a test system takes its reports so far" in page(client)
        make_endpoint(body, environment="live")
        assert "Only a test system" not in page(client)

    def test_a_test_system_beside_one_that_is_only_read_is_called_one(self, client: Client, body: Jurisdiction) -> None:
        make_endpoint(body, dialect="zaragoza", environment="live")
        make_endpoint(body, environment="test")
        assert "Only a test system takes its reports so far" in page(client)
        assert "Its own system, GeoReport v2 (test system)" in words(client.get("/bodies/"))

    def test_a_test_system_that_is_only_read(self, client: Client, body: Jurisdiction) -> None:
        make_endpoint(body, dialect="zaragoza", environment="test")
        said = page(client)
        assert "Only a test system is connected so far." in said
        assert "Nobody mends" not in said

    def test_nothing_to_choose_is_said_as_it_is(self, client: Client, body: Jurisdiction) -> None:
        endpoint = make_endpoint(body, environment="live")
        assert "Its list of services has not been fetched yet." in page(client)
        make_service(endpoint, suspended=True)
        Endpoint.objects.update(services_synced_at=NOON)
        assert "Nothing can be chosen here yet." in page(client)
        Endpoint.objects.all().delete()
        make_endpoint(body, dialect="email", base_url="mailto:311@example.org", environment="live")
        said = page(client)
        assert "Nothing can be chosen here yet." in said
        assert "has not been fetched" not in said

    def test_when_it_worked_last(self, client: Client, endpoint: Endpoint) -> None:
        Endpoint.objects.update(last_success_at=NOON - timedelta(hours=2))
        assert re.search(r"GeoReport v2 Last success: .*2 hours ago", page(client))

    def test_a_system_that_is_away_is_named(self, client: Client, endpoint: Endpoint) -> None:
        Traffic.objects.create(endpoint=endpoint, breaker="open", trouble_since=NOON - timedelta(hours=5))
        assert "does not answer, since" in page(client)

    def test_no_such_body_and_one_that_is_gone(self, client: Client, body: Jurisdiction) -> None:
        assert client.get("/bodies/nowhere/").status_code == 404
        assert client.get("/bodies/%00/").status_code == 404
        Jurisdiction.objects.update(active=False)
        gone = client.get("/bodies/springfield/")
        assert gone.status_code == 410
        assert "Springfield takes no part here any more" in words(gone)

    def test_words_of_others_stay_words(self, client: Client, body: Jurisdiction) -> None:
        endpoint = make_endpoint(body, licence="<script>1</script>", environment="live")
        make_service_request(make_service(endpoint, service_name="<b>&=1"), requested_datetime=clock.now())
        make_service_request(make_service(endpoint, service_name="Lamp"), requested_datetime=clock.now())
        html = client.get("/bodies/springfield/").content.decode()
        assert "<script>1" not in html
        assert "<b>&=1" not in html
        assert "service=%3Cb%3E%26%3D1" in html

    def test_hidden_reports_are_in_no_figure(self, client: Client, endpoint: Endpoint) -> None:
        make_reports(endpoint, 2, hidden=True)
        assert "Nobody has reported anything to it here yet" in page(client)

    def test_queries_do_not_grow_with_reports(
        self, client: Client, endpoint: Endpoint, django_assert_max_num_queries: Any
    ) -> None:
        make_reports(endpoint, 6)
        page(client)
        with django_assert_max_num_queries(12) as queries:
            page(client)
            few = len(queries)
        make_reports(endpoint, 30)
        page(client)
        with django_assert_max_num_queries(few):
            page(client)

    def test_it_sets_no_cookie_and_takes_no_posts(self, client: Client, endpoint: Endpoint) -> None:
        page(client)
        assert not client.cookies
        assert client.post("/bodies/springfield/").status_code == 405

    def test_in_spanish(self, client: Client, endpoint: Endpoint) -> None:
        make_reports(endpoint, 5)
        with clock.at(NOON):
            answer = client.get("/es/bodies/springfield/")
        assert ' lang="es" dir="ltr">' in answer.content.decode()
        assert "Qué pasa con los reportes" in words(answer)


class TestList:
    def test_each_body_with_how_it_is_reached_and_how_soon_it_answers(self, client: Client, endpoint: Endpoint) -> None:
        make_reports(endpoint, 5)
        make_endpoint(make_jurisdiction("Aston"), dialect="email", base_url="mailto:311@example.org")
        make_jurisdiction("Gone", active=False)
        said = words(client.get("/bodies/"))
        assert "2 bodies" in said
        assert re.search(r"Aston\s+E-mail\s+\(test system\)\s+0\s+–", said)
        assert re.search(r"Springfield\s+Its own system, GeoReport v2\s+5\s+2 days", said)
        assert "Gone" not in said

    def test_by_name_and_in_pages(self, client: Client, django_assert_max_num_queries: Any) -> None:
        for number in range(55):
            make_endpoint(make_jurisdiction(f"Town {number:02}"))
        client.get("/bodies/")
        with django_assert_max_num_queries(6):
            first = words(client.get("/bodies/"))
        assert "Page 1 of 2" in first
        assert "Town 54" not in first
        assert "Town 54" in words(client.get("/bodies/?page=2"))
        found = words(client.get("/bodies/?q=town+07"))
        assert "1 body" in found
        assert "Town 07" in found

    @pytest.mark.parametrize("query", ["page=99", "page=0", "page=abc", "page=%00", "page=" + "9" * 5000])
    def test_pages_that_are_not_there(self, client: Client, query: str) -> None:
        make_jurisdiction()
        assert client.get(f"/bodies/?{query}").status_code == 404

    @pytest.mark.parametrize("query", ["q=%00", "q=" + "x" * 10_000, "q=%E2%80%AEabc", "q=%25_'\""])
    def test_any_words(self, client: Client, query: str) -> None:
        make_jurisdiction("Springfield")
        assert client.get(f"/bodies/?{query}").status_code == 200

    def test_nobody_yet(self, client: Client) -> None:
        assert "No body is set up yet" in words(client.get("/bodies/"))
        assert "No body has that name" in words(client.get("/bodies/?q=nowhere"))


def test_the_page_of_a_report_leads_there(client: Client, endpoint: Endpoint) -> None:
    make_reports(endpoint, 1)
    html = client.get(ServiceRequest.objects.get().get_absolute_url()).content.decode()
    assert '<a href="/bodies/springfield/">Springfield</a>' in html
    assert 'href="/what-happens/"' in html
