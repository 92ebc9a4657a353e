"""What every page says to the browser, and that the public ones set no cookie."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from reports.models import AbuseReport, Comment, Draft
from tests.factories import make_service_request, make_submission

pytestmark = pytest.mark.django_db
REFERRER_POLICIES = ("strict-origin-when-cross-origin", "same-origin", "no-referrer")
PUBLIC = [
    "/",
    "/report/",
    "/requests/",
    "/requests/map/",
    "/requests/map.geojson",
    "/requests/find/",
    "/places/outlines.geojson",
    "/places/search?q=x",
    "/places/here?lat=1&long=2",
    "/healthz",
    "/no-such-page",
    "/requests/ZZZ-ZZZ-ZZZZ/",
    "/report/forged/check/",
    "/unsubscribe/forged/",
    "/reply/forged/",
    "/request/forged/take-away/",
    "/photos/00000000-0000-4000-8000-000000000000.jpg",
    "/.well-known/security.txt",
    "/requests/mirrored/",
    "/privacy/",
    "/es/report/",
]


def plain_paths(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    """Every address of the project that takes no argument."""
    for pattern in patterns:
        route = str(pattern.pattern)
        if "<" in route or "(" in route:
            continue
        path = prefix + route.removeprefix("^").removesuffix("$").replace("\\", "")
        if isinstance(pattern, URLResolver):
            yield from plain_paths(pattern.url_patterns, path)
        else:
            yield path


def test_every_address_forbids_framing_and_names_its_policy(client: Client) -> None:
    paths = set(plain_paths(get_resolver().url_patterns))
    assert len(paths) > 40
    for path in sorted(paths | set(PUBLIC)):
        response = client.get(path)
        assert response.headers["X-Frame-Options"] == "DENY", path
        assert response.headers["Referrer-Policy"] in REFERRER_POLICIES, path
        assert response.headers["X-Content-Type-Options"] == "nosniff", path
        policy = response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, path
        assert "default-src 'none'" in policy, path
        script = next(part for part in policy.split(";") if part.strip().startswith("script-src "))
        assert "unsafe" not in script, path


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_set_no_cookie_and_vary_by_none(client: Client, path: str) -> None:
    response = client.get(path)
    assert not response.cookies
    assert "cookie" not in response.headers.get("Vary", "").lower()


def test_a_reports_page_sets_no_cookie(client: Client) -> None:
    submission = make_submission(make_service_request())
    response = client.get(submission.request.get_absolute_url())
    assert response.status_code == 200
    assert not response.cookies
    assert "cookie" not in response.headers.get("Vary", "").lower()


def filled_paths(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    """Every address of the site that takes arguments, filled with what names nothing."""
    for pattern in patterns:
        route = str(pattern.pattern)
        if "(" in route or route.startswith(("admin", "accounts")):
            continue
        if isinstance(pattern, URLResolver):
            yield from filled_paths(pattern.url_patterns, prefix + route)
        elif "<" in prefix + route:
            path = re.sub(r"<uuid:\w+>", "00000000-0000-4000-8000-000000000000", prefix + route)
            yield re.sub(r"<\w+:\w+>|<\w+>", "forged", path)


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete", "patch", "options", "trace"])
def test_no_method_on_any_address_with_an_argument_gets_past_the_headers(method: str) -> None:
    """Forged keys, and a post without a form: answered with a refusal, no cookie, and the same headers."""
    client = Client(raise_request_exception=True)
    paths = sorted(set(filled_paths(get_resolver().url_patterns)))
    assert len(paths) > 20
    for path in paths:
        response = getattr(client, method)(path, headers={"x-http-method-override": "POST"})
        assert response.status_code < 500, path
        assert response.headers["X-Frame-Options"] == "DENY", path
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"], path
        assert response.headers["X-Content-Type-Options"] == "nosniff", path
        assert not response.cookies, path


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"a=%00&form_key=%ff%fe", "application/x-www-form-urlencoded"),
        (b"no boundary", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n', "multipart/form-data; boundary=x"),
        (b"&".join(b"a%d=1" % number for number in range(1001)), "application/x-www-form-urlencoded"),
        (b"x" * 3_000_000, "application/x-www-form-urlencoded"),
    ],
)
def test_a_post_that_is_no_form_is_refused_and_nothing_breaks(body: bytes, content_type: str) -> None:
    request = make_submission(make_service_request()).request
    client = Client(headers={"sec-fetch-site": "same-origin"})
    before = [Comment.objects.count(), Draft.objects.count(), AbuseReport.objects.count()]
    for path in ("/report/", *(f"{request.get_absolute_url()}{page}/" for page in ("comments", "report-abuse"))):
        response = client.generic("POST", path, body, content_type=content_type)
        assert response.status_code in (200, 400, 413), path
        assert not response.cookies, path
    assert before == [Comment.objects.count(), Draft.objects.count(), AbuseReport.objects.count()]


@pytest.mark.parametrize("header", ["cross-site", "same-site"])
def test_no_post_of_another_site_is_taken(header: str) -> None:
    request = make_submission(make_service_request()).request
    client = Client(headers={"sec-fetch-site": header})
    pages = ("comments", "report-abuse", "fixed", "reopen", "follow", "still-there")
    for path in ("/report/", "/places/missing/", *(f"{request.get_absolute_url()}{page}/" for page in pages)):
        assert client.post(path, {"text": "x"}).status_code == 403, path


def test_keyed_pages_tell_no_other_site_their_address(client: Client) -> None:
    for path in ("/reply/forged/", "/request/forged/take-away/", "/unsubscribe/forged/"):
        assert client.get(path).headers["Referrer-Policy"] in ("same-origin", "no-referrer"), path
    assert client.get("/report/forged/check/").headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
