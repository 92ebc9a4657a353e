"""Who may post, how fast, and from where; and that the counters count the right person."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import signing
from django.test import RequestFactory

from reports import callers, clock
from reports.models import Draft
from reports.views import protection

posts = RequestFactory()


@pytest.fixture(autouse=True)
def _fresh_limits():
    callers.forget_limits()
    yield
    callers.forget_limits()


def post(address: str = "192.0.2.1", data: dict[str, str] | None = None, **headers: str):
    fields = {"form_key": protection.form_key("place"), **(data or {})}
    return posts.post("/report/", fields, headers=headers, REMOTE_ADDR=address)


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, False),
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, True),
        ({"origin": "http://testserver"}, False),
        ({"origin": "https://public.example.org"}, False),
        ({"origin": "https://partner.example.org"}, False),
        ({"origin": "https://evil.example"}, True),
        ({"origin": "https://testserver.evil.example"}, True),
        ({"origin": "null"}, True),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, False),
    ],
)
def test_posts_from_other_sites_are_told_apart(settings, headers: dict[str, str], refused: bool) -> None:
    settings.SITE_URL = "https://public.example.org"
    settings.CSRF_TRUSTED_ORIGINS = ["https://partner.example.org"]
    assert protection.cross_site(post(**headers)) is refused


@pytest.mark.parametrize(
    ("headers", "proven"),
    [
        ({}, False),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "same-site", "origin": "http://testserver"}, False),
        ({"origin": "http://testserver"}, True),
        ({"origin": "https://testserver"}, False),
        ({"origin": "http://testserver.evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
    ],
)
def test_our_own_page_has_to_be_proven(headers: dict[str, str], proven: bool) -> None:
    assert protection.same_origin(post(**headers)) is proven


def test_a_fresh_form_passes() -> None:
    assert protection.refuse_step(post(), "place") is None


@pytest.mark.parametrize("key", ["", "form", "form:x:y", "x" * 5000])
def test_a_form_without_its_key_does_not(key: str) -> None:
    refusal = protection.refuse_step(post(data={"form_key": key}), "place")
    assert refusal is not None
    assert (refusal.status, "did not arrive whole" in refusal.sentence) == (400, True)


def test_a_key_is_good_for_one_form_only() -> None:
    assert protection.refuse_step(post(), "contact") is not None


def test_a_form_may_be_a_day_old_and_not_older(monkeypatch) -> None:
    request = post()
    day = protection.FORM_LIFE.total_seconds()
    now = signing.time.time()
    monkeypatch.setattr(signing, "time", SimpleNamespace(time=lambda: now + day - 60))
    assert protection.refuse_step(request, "place") is None
    monkeypatch.setattr(signing, "time", SimpleNamespace(time=lambda: now + day + 60))
    refusal = protection.refuse_step(request, "place")
    assert refusal is not None
    assert "over a day" in refusal.sentence


def test_the_field_that_people_do_not_see_has_to_stay_empty() -> None:
    assert protection.refuse_step(post(data={protection.HONEYPOT: "https://buy.example"}), "place") is not None
    assert protection.refuse_step(post(data={protection.HONEYPOT: ""}), "place") is None


def test_steps_are_limited_by_the_minute_and_by_address(settings) -> None:
    settings.STEPS_PER_MINUTE = 3
    assert [protection.refuse_step(post(), "place") for _turn in range(3)] == [None] * 3
    refusal = protection.refuse_step(post(), "place")
    assert refusal is not None
    assert refusal.status == 429
    assert 0 < refusal.retry_after <= 60
    assert protection.refuse_step(post("192.0.2.2"), "place") is None


def test_look_ups_have_their_own_count(settings) -> None:
    settings.STEPS_PER_MINUTE = 1
    assert protection.refuse_step(post(), "place") is None
    assert protection.refuse_lookup(post()) is None
    refusal = protection.refuse_lookup(post())
    assert refusal is not None
    assert refusal.status == 429


def test_reports_are_limited_by_the_hour(settings) -> None:
    settings.FILINGS_PER_HOUR = 2
    draft = Draft(created_at=clock.now() - timedelta(minutes=5))
    assert [protection.refuse_filing(post(), draft) for _turn in range(2)] == [None, None]
    refusal = protection.refuse_filing(post(), draft)
    assert refusal is not None
    assert (refusal.status, 60 < refusal.retry_after <= 3600) == (429, True)


def test_a_report_that_was_written_faster_than_people_write_is_held(settings) -> None:
    settings.FORM_MINIMUM_SECONDS = 2
    assert protection.refuse_filing(post(), Draft(created_at=clock.now())) is not None
    assert protection.refuse_filing(post(), Draft(created_at=clock.now() - timedelta(seconds=3))) is None


def test_a_counter_that_cannot_be_reached_keeps_nobody_from_reporting(settings, caplog) -> None:
    settings.RATE_LIMIT_STORAGE = "redis://127.0.0.1:1/0"
    assert protection.refuse_step(post(), "place") is None
    assert "does not answer" in caplog.text
    settings.RATE_LIMIT_STORAGE = "memory://"


@pytest.mark.parametrize("bucket", sorted(protection.BUCKETS))
def test_every_bucket_has_a_limit_by_address_and_a_wider_one_by_network(settings, bucket: str) -> None:
    setattr(settings, protection.BUCKETS[bucket].setting, 2)
    settings.NETWORK_FACTOR = 2
    taken = [protection.refuse_rate(post(f"192.0.2.{number}"), bucket) is None for number in (1, 1, 1, 2, 2, 3, 4)]
    assert taken == [True, True, False, True, True, False, False]
    assert protection.refuse_rate(post("198.51.100.1"), bucket) is None
    refusal = protection.refuse_rate(post("192.0.2.9"), bucket)
    assert refusal is not None
    assert (refusal.status, refusal.retry_after > 0, "Try again in" in refusal.sentence) == (429, True, True)


def test_one_who_moves_about_in_a_network_of_their_own_is_counted_once(settings) -> None:
    settings.STEPS_PER_MINUTE, settings.NETWORK_FACTOR = 1, 3
    households = [f"2001:db8:1:{number:x}::1" for number in range(5)]
    assert [protection.refuse_rate(post(address), "step") is None for address in households] == [True] * 3 + [False] * 2


def test_who_is_over_their_own_limit_takes_nothing_from_the_neighbours(settings) -> None:
    settings.STEPS_PER_MINUTE, settings.NETWORK_FACTOR = 1, 2
    for _turn in range(10):
        protection.refuse_rate(post("192.0.2.1"), "step")
    assert protection.refuse_rate(post("192.0.2.2"), "step") is None


@pytest.mark.parametrize(
    ("wait", "words"), [(1, "a minute"), (60, "a minute"), (61, "2 minutes"), (3600, "60 minutes")]
)
def test_it_is_said_when_to_come_back(wait: int, words: str) -> None:
    assert words in protection._come_back(wait)
