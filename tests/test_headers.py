"""What every page says to the browser, and that the public ones set no cookie."""

import re
from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from reports import links
from reports.models import AbuseReport, Comment, Confirmation, Draft, Subscription
from tests.factories import make_service_request, make_submission, make_user
from tests.watched import make_area, make_watch

pytestmark = pytest.mark.django_db
REFERRER_POLICIES = ("strict-origin-when-cross-origin", "same-origin")
NO_AREA = "00000000-0000-4000-8000-000000000000"
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
    *(f"/requests/feed.{kind}" for kind in ("atom", "rss", "geojson", "kml", "csv", "ics", "nonsense")),
    "/requests/feed.csv?page=all",
    "/watch/",
    "/watch/stop/forged/",
    *(f"/watch/{NO_AREA}/{page}" for page in ("", "sheet/", "feed.atom")),
    "/confirm/forged/",
    "/fixed/forged/",
    "/bodies/",
    "/bodies/no-such/",
    "/coverage/",
    "/what-happens/",
    "/offline/",
    "/manifest.webmanifest",
    "/sw.js",
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


def test_pages_of_what_is_there_set_no_cookie(client: Client) -> None:
    request = make_submission(make_service_request()).request
    watch = make_watch()
    follower = Subscription.objects.create(service_request=request, email="ada@example.org")
    asked = Confirmation.objects.create(watch=watch, kind="watch", email="ada@example.org")
    page, area = request.get_absolute_url(), reverse("watch:area", args=[watch.area.key])
    paths = [
        *(f"{page}{part}" for part in ("", "?fragment=1", "sheet/", "fixed/", "reopen/", "follow/", "still-there/")),
        *(f"{area}{part}" for part in ("", "sheet/", "feed.csv", "feed.csv?page=all")),
        reverse("watch:stop", args=[links.watch_stop_key(watch)]),
        reverse("unsubscribe", args=[links.subscription_key(follower)]),
        reverse("verdict", args=[links.verdict_key(follower)]),
        reverse("confirm", args=[links.confirmation_key(asked)]),
        reverse("take_away", args=[links.owner_key(request)]),
        reverse("body", args=[request.jurisdiction.slug]),
    ]
    for path in paths:
        response = client.get(path)
        assert response.status_code in (200, 302, 405), path
        assert not response.cookies, path
        assert "cookie" not in response.headers.get("Vary", "").lower(), path


def test_keyed_pages_of_what_is_there_are_in_no_search_engine_and_no_shared_cache(client: Client) -> None:
    request = make_submission(make_service_request()).request
    watch = make_watch()
    follower = Subscription.objects.create(service_request=request, email="ada@example.org")
    asked = Confirmation.objects.create(watch=watch, kind="watch", email="ada@example.org")
    area = reverse("watch:area", args=[watch.area.key])
    paths = [
        *(f"{area}{part}" for part in ("", "sheet/", "?page=99", "feed.atom", "feed.csv")),
        reverse("watch:stop", args=[links.watch_stop_key(watch)]),
        reverse("unsubscribe", args=[links.subscription_key(follower)]),
        reverse("verdict", args=[links.verdict_key(follower)]),
        reverse("confirm", args=[links.confirmation_key(asked)]),
        reverse("take_away", args=[links.owner_key(request)]),
    ]
    for path in paths:
        response = client.get(path)
        assert response.headers["X-Robots-Tag"] == "noindex", path
        assert response.headers["Referrer-Policy"] == "same-origin", path
        if response.status_code == 200:
            assert "private" in response.headers["Cache-Control"], path
            assert "public" not in response.headers["Cache-Control"], path


def test_a_key_for_one_purpose_opens_nothing_else(client: Client) -> None:
    """All rows but the draft have the same number, so that only the purpose tells them apart."""
    same = {"pk": 3_110_311}
    submission = make_submission(make_service_request(**same), **same)
    request = submission.request
    watch = make_watch(make_area(**same), **same)
    follower = Subscription.objects.create(service_request=request, email="ada@example.org", **same)
    asked = Confirmation.objects.create(watch=watch, kind="watch", email="ada@example.org", **same)
    draft = Draft.objects.create()
    keys = {
        "watch:stop": links.watch_stop_key(watch),
        "unsubscribe": links.subscription_key(follower),
        "verdict": links.verdict_key(follower),
        "confirm": links.confirmation_key(asked),
        "take_away": links.owner_key(request),
        "reply": links.reply_key(submission),
        "report:check": links.draft_key(draft),
    }
    for page in keys:
        for purpose, key in keys.items():
            if page != purpose:
                assert client.post(reverse(page, args=[key]), {"answer": "no"}).status_code == 404, (page, purpose)
    watch.refresh_from_db()
    follower.refresh_from_db()
    assert watch.ended_at is None
    assert follower.ended_at is None


def test_what_a_session_was_looked_at_for_is_kept_by_no_cache(client: Client) -> None:
    """Recovery codes and addresses among it: allauth leaves them to whatever cache there is."""
    account = make_user("ada@example.org")
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    client.force_login(account)
    client.post(reverse("account_reauthenticate"), {"password": "correct horse"})
    names = [
        "account_email", "account_change_password", "account_logout", "account_reauthenticate", "mfa_index",
        "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "account", "account_following",
        "account_drafts", "account_contact", "account_mails", "account_copy", "account_download", "account_delete",
    ]  # fmt: skip
    for name in names:
        response = client.get(reverse(name))
        assert response.status_code == 200, name
        assert "no-store" in response.headers["Cache-Control"], name
    TOTP.activate(account, generate_totp_secret())
    RecoveryCodes.activate(account)
    response = client.get(reverse("mfa_view_recovery_codes"))
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


def test_a_session_changes_nothing_in_what_caches_share(client: Client) -> None:
    make_submission(make_service_request())
    paths = ["/requests/feed.atom", "/requests/map.geojson", "/places/outlines.geojson", "/sw.js"]
    without = {path: client.get(path) for path in paths}
    client.force_login(make_user("ada@example.org"))
    for path in paths:
        response = client.get(path)
        assert response.content == without[path].content, path
        assert response.headers.get("Cache-Control") == without[path].headers.get("Cache-Control"), path
        assert "cookie" not in response.headers.get("Vary", "").lower(), path


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
    watch = make_watch()
    others = ["/watch/", reverse("watch:join", args=[watch.area.key]), "/report/", "/places/missing/"]
    for path in (*others, *(f"{request.get_absolute_url()}{page}/" for page in pages)):
        assert client.post(path, {"text": "x"}).status_code == 403, path


def test_keyed_pages_tell_no_other_site_their_address(client: Client) -> None:
    keyed = ("/reply/forged/", "/request/forged/take-away/", "/unsubscribe/forged/", "/confirm/forged/")
    for path in (*keyed, "/fixed/forged/", "/watch/stop/forged/", f"/watch/{NO_AREA}/", f"/watch/{NO_AREA}/sheet/"):
        assert client.get(path).headers["Referrer-Policy"] == "same-origin", path
    assert client.get("/report/forged/check/").headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
