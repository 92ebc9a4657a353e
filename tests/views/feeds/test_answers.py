"""Filters, pages, caches and refusals: the same for every kind of file."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from reports import clock
from reports.models import ServiceRequest
from reports.views.feeds import answers, kinds
from tests.factories import (
    LAT,
    LONG,
    make_endpoint,
    make_jurisdiction,
    make_service,
    make_service_request,
    make_status_update,
    make_submission,
)
from tests.views.feeds import reading
from tests.views.feeds.reading import ATOM, READ, get, references

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = datetime(2027, 1, 1, 12, 30, tzinfo=UTC)
KINDS = list(READ)
STREAMED = ["csv", "geojson"]


def make_many(count: int) -> list[str]:
    """References of that many awaited reports of one body, the newest first."""
    service = make_service(make_endpoint(make_jurisdiction("Springfield")))
    fields = {"expected_datetime": NOON + timedelta(days=30)}
    made = [make_service_request(service, requested_datetime=NOON + timedelta(hours=n), **fields) for n in range(count)]
    return [each.reference for each in reversed(made)]


@pytest.fixture(autouse=True)
def _stands_still() -> Iterator[None]:
    """Tags last for an hour or a day, which may end between two lines of a test."""
    with clock.at(LATER):
        yield


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two reports on a page, and in a chunk of a whole list."""
    small = {
        name: kinds.Kind(kind.media_type, 2, kind.write, kind.stream, kind.attached, kind.narrow)
        for name, kind in kinds.KINDS.items()
    }
    monkeypatch.setattr(answers, "KINDS", small)
    monkeypatch.setattr(answers, "CHUNK", 2)
    return


@pytest.mark.parametrize("kind", KINDS)
def test_every_filter_narrows_every_kind(client: Client, kind: str) -> None:
    body = make_jurisdiction("Springfield", slug="springfield")
    awaited = {"expected_datetime": NOON + timedelta(days=99)}
    wanted = make_service_request(
        make_service(make_endpoint(body), group="Streets"), requested_datetime=NOON, status="sent", **awaited
    )
    make_service_request(
        make_service(service_name="Lamp"), requested_datetime=NOON + timedelta(days=9), status="accepted", lat=LAT + 1,
        description="dark", **awaited,
    )  # fmt: skip
    for query in (
        {"q": "deep hole"},
        {"body": "springfield"},
        {"service": "Pothole"},
        {"group": "Streets"},
        {"status": "sent"},
        {"until": "2026-05-02"},
        {"bbox": f"{LONG - 0.1},{LAT - 0.1},{LONG + 0.1},{LAT + 0.1}"},
        {"body": "springfield", "status": "open", "since": "2026-05-01", "until": "2026-05-01"},
    ):
        assert references(kind, get(client, kind, **query).content) == [wanted.reference], query
    assert references(kind, get(client, kind, status="ended").content) == []
    assert len(references(kind, get(client, kind, status="open", since="2026-05-01").content)) == 2


def test_the_filters_are_the_title_and_lead_to_the_page_for_people(client: Client) -> None:
    make_service_request(make_service(make_endpoint(make_jurisdiction("Springfield", slug="springfield"))))
    feed = reading.atom(get(client, "atom", body="springfield", status="open").content)
    assert feed.find(f"{ATOM}title").text == "Springfield, open"
    links = {each.get("rel"): each.get("href") for each in feed.findall(f"{ATOM}link")}
    assert links["alternate"] == "http://testserver/requests/?body=springfield&status=open"
    assert links["self"] == "http://testserver/requests/feed.atom?body=springfield&status=open"


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("kind", KINDS)
def test_pages_hold_each_report_once_and_lead_to_each_other(client: Client, kind: str) -> None:
    wanted = make_many(5)
    found: list[str] = []
    address = f"/requests/feed.{kind}?service=Pothole"
    for number in (1, 2, 3):
        response = client.get(address)
        found += references(kind, response.content)
        ways = re.findall(r'<http://testserver([^>]+)>; rel="(\w+)"', response["Link"])
        links = {relation: target for target, relation in ways}
        assert set(links) == {"first", "last", *{1: ("next",), 2: ("prev", "next"), 3: ("prev",)}[number]}
        assert links["first"] == f"/requests/feed.{kind}?service=Pothole"
        assert links["last"] == f"/requests/feed.{kind}?service=Pothole&page=3"
        address = links.get("next", "")
    assert found == wanted


@pytest.mark.usefixtures("small_pages")
def test_links_stand_in_atom_rss_and_geojson_too(client: Client) -> None:
    make_many(5)
    feed = reading.atom(get(client, "atom", page=2).content)
    links = {each.get("rel"): each.get("href").partition("?")[2] for each in feed.findall(f"{ATOM}link")}
    assert links == {"alternate": "", "self": "page=2", "first": "", "previous": "", "next": "page=3", "last": "page=3"}
    assert feed.find(f"{ATOM}id").text == "http://testserver/requests/feed.atom"
    channel = reading.rss(get(client, "rss", page=2).content).find("channel")
    assert {each.get("rel") for each in channel.findall(f"{ATOM}link")} == {"self", "first", "previous", "next", "last"}
    found = reading.geojson(get(client, "geojson", page=2).content)
    assert {each["rel"] for each in found["links"]} == {"self", "first", "prev", "next", "last", "alternate"}
    assert (found["numberMatched"], found["numberReturned"]) == (5, 2)


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("0", 400), ("-1", 400), ("x", 400), ("", 400), ("1.5", 400), ("²", 400), ("٣", 400), ("9" * 10_000, 400),
        ("\0", 400), ("2", 404), ("999999999", 404),
    ],
)  # fmt: skip
def test_no_such_page(client: Client, page: str, status: int) -> None:
    make_many(1)
    for kind in KINDS:
        response = get(client, kind, page=page)
        assert response.status_code == status
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert response["Cache-Control"] == "no-store"
        assert b"page" in response.content
        assert len(response.content) < 200


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"q": "x" * 10_000}, "q:"),
        ({"q": "a\0b"}, "q:"),
        ({"body": "nobody"}, "body:"),
        ({"body": "\0"}, "body:"),
        ({"service": "x" * 10_000}, "service:"),
        ({"status": "gone"}, "status:"),
        ({"since": "2026-05-02", "until": "2026-05-01"}, "since:"),
        ({"since": "yesterday", "bbox": "1,2,3"}, "bbox:"),
        ({"bbox": "1,9,3,2"}, "bbox:"),
    ],
)
def test_a_filter_that_cannot_be_understood_is_named(client: Client, query: dict[str, str], named: str) -> None:
    for kind in KINDS:
        response = get(client, kind, **query)
        assert response.status_code == 400
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert response["Access-Control-Allow-Origin"] == "*"
        assert named in response.content.decode()


@pytest.mark.parametrize("words", ["\u202eevil", "‘’ …", "%", "_", "';--", "\ud83d\ude00", "x" * 100])
def test_odd_words_are_words(client: Client, words: str) -> None:
    make_many(1)
    for kind in KINDS:
        response = get(client, kind, q=words.encode("utf-8", "replace").decode())
        assert response.status_code == 200
        assert references(kind, response.content) == []


@pytest.mark.parametrize(
    "path", ["/requests/feed.exe", "/requests/feed.ATOM", "/requests/feed.%00", "/requests/feed.atom2"]
)
def test_another_kind_is_not_there(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "atom, rss, geojson, kml, csv, ics" in response.content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_everybody_may_have_it_and_keep_it_for_a_minute(client: Client, kind: str) -> None:
    make_many(1)
    client.cookies["sessionid"] = "whatever"
    response = get(client, kind)
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert response["X-Robots-Tag"] == "noindex"
    assert "Last-Modified" in response
    assert not response.cookies
    assert "cookie" not in response.get("Vary", "").lower()


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_caller_has_is_not_sent_again(client: Client, kind: str) -> None:
    make_many(3)
    first = get(client, kind)
    with CaptureQueriesContext(connection) as queries:
        again = client.get(f"/requests/feed.{kind}", headers={"If-None-Match": first["ETag"]})
    assert first["ETag"].startswith('W/"')
    assert again.status_code == 304
    assert again.content == b""
    assert (again["ETag"], again["Cache-Control"]) == (first["ETag"], first["Cache-Control"])
    assert not [each for each in queries if "place_meant" in each["sql"]]  # no row is read


def test_a_date_alone_never_keeps_a_list_from_which_something_was_hidden(client: Client) -> None:
    wanted = make_many(2)
    first = get(client, "atom")
    ServiceRequest.objects.filter(reference=wanted[0]).update(hidden=True)
    again = client.get("/requests/feed.atom", headers={"If-Modified-Since": first["Last-Modified"]})
    assert again.status_code == 200
    assert references("atom", again.content) == wanted[1:]


@pytest.mark.parametrize("kind", KINDS)
def test_head_says_the_same_without_a_body(client: Client, kind: str) -> None:
    make_many(2)
    asked, answered = client.get(f"/requests/feed.{kind}"), client.head(f"/requests/feed.{kind}")
    assert answered.content == b""
    for name in ("Content-Type", "ETag", "Last-Modified", "Content-Length", "Cache-Control"):
        assert asked[name] == answered[name], name
    assert client.post(f"/requests/feed.{kind}").status_code == 405


@pytest.mark.parametrize("kind", KINDS)
def test_as_many_queries_for_many_as_for_one(client: Client, kind: str) -> None:
    def queries() -> int:
        get(client, kind)
        with CaptureQueriesContext(connection) as counted:
            get(client, kind)
        return len(counted)

    make_many(1)
    before = queries()
    for reference in make_many(12):
        row = ServiceRequest.objects.get(reference=reference)
        make_submission(row, state="delivered", service_request_id=reference)
        make_status_update(row, by_body=True, status_notes="Looked at")
    assert queries() == before <= 11


@pytest.mark.parametrize(
    ("kind", "saved"),
    [("csv", True), ("kml", True), ("ics", True), ("atom", False), ("rss", False), ("geojson", False)],
)
def test_what_is_saved_has_a_name(client: Client, kind: str, saved: bool) -> None:
    make_jurisdiction("Springfield", slug="springfield")
    given = get(client, kind, body="springfield", status="open").get("Content-Disposition", "")
    named = re.fullmatch(rf'attachment; filename="springfield-open-\d{{4}}-\d\d-\d\d\.{kind}"', given)
    assert bool(named) == saved
    assert get(client, "csv", q="‮…").get("Content-Disposition", "").startswith('attachment; filename="reports-')


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("kind", STREAMED)
def test_a_whole_list_comes_chunk_by_chunk(client: Client, kind: str) -> None:
    wanted = make_many(5)
    response = get(client, kind, page="all")
    assert response.streaming
    pieces = list(response.streaming_content)
    assert len(pieces) >= 4
    assert references(kind, b"".join(pieces)) == wanted
    again = client.get(f"/requests/feed.{kind}?page=all", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    head = client.head(f"/requests/feed.{kind}?page=all")
    assert (head.getvalue(), head["ETag"]) == (b"", response["ETag"])


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("kind", STREAMED)
def test_what_is_hidden_midway_is_left_out(client: Client, kind: str) -> None:
    wanted = make_many(5)
    response = client.get(f"/es/requests/feed.{kind}?page=all")
    pieces = iter(response.streaming_content)
    begun = [next(pieces), next(pieces)]
    ServiceRequest.objects.filter(reference=wanted[3]).update(hidden=True)
    ServiceRequest.objects.filter(reference=wanted[4]).delete()
    content = b"".join([*begun, *pieces])
    assert references(kind, content) == wanted[:3]
    assert "Recibido" in content.decode()


@pytest.mark.parametrize("kind", ["atom", "rss", "kml", "ics"])
def test_other_kinds_come_page_by_page_alone(client: Client, kind: str) -> None:
    assert get(client, kind, page="all").status_code == 400


@pytest.mark.parametrize("kind", STREAMED)
def test_a_whole_list_of_nothing_is_valid(client: Client, kind: str) -> None:
    assert references(kind, get(client, kind, page="all").getvalue()) == []


def test_a_whole_list_has_an_end(client: Client) -> None:
    make_many(3)
    with override_settings(DOWNLOAD_MOST=2):
        response = get(client, "csv", page="all")
        assert response.status_code == 400
        assert "3 reports, and one file holds 2" in response.content.decode()
        assert get(client, "csv").status_code == 200
        assert get(client, "csv", page="all", since="2030-01-01").status_code == 200


def test_whole_lists_are_counted_and_pages_are_not(client: Client) -> None:
    make_many(1)
    with override_settings(DOWNLOADS_PER_HOUR=2):
        caller = {"REMOTE_ADDR": "198.51.100.77"}
        answered = [client.get("/requests/feed.csv?page=all", **caller) for _each in range(3)]
        assert [each.status_code for each in answered] == [200, 200, 429]
        assert int(answered[2]["Retry-After"]) > 0
        assert client.get("/requests/feed.csv", **caller).status_code == 200
        had = {"If-None-Match": answered[0]["ETag"]}
        assert client.get("/requests/feed.csv?page=all", headers=had, **caller).status_code == 304
