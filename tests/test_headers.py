"""What every page says to the browser, and that the public ones set no cookie."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import make_service_request, make_submission

pytestmark = pytest.mark.django_db
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
        assert response.headers["Referrer-Policy"] in ("strict-origin-when-cross-origin", "no-referrer"), path
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
