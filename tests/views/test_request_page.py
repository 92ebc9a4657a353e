"""The page of a report: one timeline, news by fragment, what is passed on of it, and what must not be."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from reports import clock
from reports.models import Comment, Media, ServiceRequest
from tests.factories import make_service_request, make_status_update, make_submission
from tests.views.test_service_requests import text

pytestmark = pytest.mark.django_db
HIDING = [{"private": True}, {"held_at": clock.now(), "held_because": "words"}]


def talked_about(number: int = 3, **fields: Any) -> ServiceRequest:
    """A report of which the body said something so often, and people too."""
    filed = clock.now() - timedelta(days=20)
    request = make_service_request(status="in_progress", requested_datetime=filed, **fields)
    make_submission(request, state="delivered", service_request_id="24-001", sent_at=filed, delivered_at=filed)
    for day in range(1, number + 1):
        at = filed + timedelta(days=day)
        make_status_update(request, status="in_progress", by_body=True, datetime=at, status_notes=f"Said {day}.")
        Comment.objects.create(service_request=request, text=f"Seen {day}.", created_at=at + timedelta(hours=1))
    return request


def test_all_that_was_said_is_one_timeline_newest_first(client: Client) -> None:
    page = client.get(talked_about().get_absolute_url()).content.decode()
    assert page.count('<ol class="timeline">') == 1
    said = re.findall(r"(Said \d|Seen \d)\.", page[page.index('class="timeline"') :])
    assert said == ["Seen 3", "Said 3", "Seen 2", "Said 2", "Seen 1", "Said 1"]


def test_times_are_exact_and_say_how_long_ago(client: Client) -> None:
    page = client.get(talked_about(1).get_absolute_url()).content.decode()
    assert re.search(r'<time datetime="[^"]+">[^<]+</time> <span data-ago="[^"]+">\(2\sweeks ago\)</span>', page)


@pytest.mark.parametrize(("verdict", "word"), [("confirmed", "Confirmed fixed"), ("disputed", "Disputed")])
def test_what_people_say_of_a_closing_is_the_status(client: Client, verdict: str, word: str) -> None:
    request = make_service_request(status="closed", verdict=verdict)
    for path in (request.get_absolute_url(), "/requests/", f"/requests/?status={verdict}"):
        assert f"tag--{verdict}" in client.get(path).content.decode()
        assert word in text(client.get(path))
    other = "disputed" if verdict == "confirmed" else "confirmed"
    assert request.reference not in client.get(f"/requests/?status={other}").content.decode()
    assert request.reference in client.get("/requests/?status=closed").content.decode()
    [feature] = client.get("/requests/map.geojson").json()["features"]
    assert (feature["properties"]["status"], feature["properties"]["status_label"]) == (verdict, word)


class TestFragment:
    def test_the_same_version_is_answered_with_304(self, client: Client) -> None:
        path = f"{talked_about().get_absolute_url()}?fragment=1"
        first = client.get(path)
        version = first["ETag"]
        assert f'data-version="{version[1:-1]}"' in client.get(path.partition("?")[0]).content.decode()
        again = client.get(path, HTTP_IF_NONE_MATCH=version)
        assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", "no-store")
        assert client.get(path, HTTP_IF_NONE_MATCH='"another"').status_code == 200

    def test_news_is_another_version_and_time_that_goes_by_is_not(self, client: Client) -> None:
        request = talked_about()
        path = f"{request.get_absolute_url()}?fragment=1"
        version = client.get(path)["ETag"]
        with clock.at(clock.now() + timedelta(hours=3)):
            assert client.get(path, HTTP_IF_NONE_MATCH=version).status_code == 304
        make_status_update(request, status="in_progress", by_body=True, status_notes="More.", datetime=clock.now())
        assert client.get(path, HTTP_IF_NONE_MATCH=version).status_code == 200

    @pytest.mark.parametrize("fields", HIDING)
    def test_it_has_no_words_of_what_is_not_public(self, client: Client, fields: dict[str, Any]) -> None:
        request = talked_about(**fields)
        page = client.get(f"{request.get_absolute_url()}?fragment=1").content.decode()
        assert "Said 1" not in page
        assert request.description not in page

    @pytest.mark.parametrize("known", ['W/"{}"', '"other", "{}"', '"other",W/"{}"'])
    def test_a_version_is_known_however_a_proxy_writes_it(self, client: Client, known: str) -> None:
        """One that compresses makes a tag weak (RFC 9110, 8.8.1), and then every look would bring the whole."""
        path = f"{talked_about().get_absolute_url()}?fragment=1"
        version = client.get(path)["X-Version"]
        assert client.get(path, HTTP_IF_NONE_MATCH=known.format(version)).status_code == 304
        assert client.get(path, HTTP_IF_NONE_MATCH='"other"').status_code == 200

    @pytest.mark.parametrize("query", ["", "?fragment=1"])
    def test_queries_do_not_grow_with_what_was_said(
        self, client: Client, query: str, django_assert_max_num_queries: Any
    ) -> None:
        path = f"{talked_about(15).get_absolute_url()}{query}"
        client.get(path)  # what is read once a process
        with django_assert_max_num_queries(16):
            client.get(path)


class TestShare:
    def test_other_sites_are_told_title_description_and_photo(self, client: Client) -> None:
        request = make_service_request(description='Deep "hole" <b>')
        photo = Media.objects.create(service_request=request, file="photos/x.jpg", width=1, height=1)
        page = client.get(request.get_absolute_url()).content.decode()
        assert f'<link rel="canonical" href="http://testserver{request.get_absolute_url()}">' in page
        assert '<meta property="og:title" content="Pothole, 12 Main Street">' in page
        assert "Deep &quot;hole&quot; &lt;b&gt;" in page
        assert f'<meta property="og:image" content="http://testserver/photos/{photo.key}.jpg">' in page

    @pytest.mark.parametrize("fields", HIDING)
    def test_nothing_is_told_of_what_is_not_public(self, client: Client, fields: dict[str, Any]) -> None:
        page = client.get(talked_about(**fields).get_absolute_url())
        assert "og:" not in page.content.decode()
        assert 'name="description"' not in page.content.decode()
        assert page["X-Robots-Tag"] == "noindex"
        assert "12%20Main" not in page.content.decode()  # in the mail to pass on

    def test_without_scripts_there_is_the_address_and_a_mail(self, client: Client) -> None:
        request = make_service_request()
        page = client.get(request.get_absolute_url()).content.decode()
        assert f'value="http://testserver{request.get_absolute_url()}" readonly' in page
        assert "mailto:?subject=Pothole%2C%2012%20Main%20Street&amp;body=http%3A%2F%2Ftestserver" in page

    def test_every_way_on_is_there(self, client: Client) -> None:
        request = make_service_request()
        page = client.get(request.get_absolute_url()).content.decode()
        for way in ("sheet/", "report-abuse/"):
            assert f'href="{request.get_absolute_url()}{way}"' in page
        assert "Did you file this? Take it away" in page
        assert not client.cookies
