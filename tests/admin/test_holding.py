"""Rules for holding in the admin, and the two decisions about what is held."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from reports import clock
from reports.models import AbuseReport, Comment, HoldRule, MissingPlace, ServiceRequest
from tests.admin.conftest import volunteer
from tests.factories import make_jurisdiction, make_service_request

pytestmark = pytest.mark.django_db
RULES = "/admin/reports/holdrule/"
MANY = f"{RULES}many/"
REQUESTS = "/admin/reports/servicerequest/"
COMMENTS = "/admin/reports/comment/"


@pytest.fixture
def held() -> ServiceRequest:
    return make_service_request(held_at=clock.now(), held_because="words: grimble", description="A grimble.")


def rule(**fields: Any) -> dict[str, Any]:
    return {"kind": "words", "pattern": "grimble", "jurisdiction": "", "note": "", "active": "on"} | fields


def decide(client: Client, path: str, action: str, *pks: int) -> str:
    fields = {"action": action, "_selected_action": [str(pk) for pk in pks]}
    return client.post(path, fields, follow=True).content.decode()


def test_a_rule_is_added_and_says_what_it_would_have_held(staff: Client) -> None:
    make_service_request(description="One grimble.")
    page = staff.post(f"{RULES}add/", rule(), follow=True).content.decode()
    assert HoldRule.objects.get().pattern == "grimble"
    assert "would have held 1 of the last 1000 reports" in page
    page = decide(staff, RULES, "try_out", HoldRule.objects.get().pk)
    assert "would have held 1 of the last 1000 reports" in page
    network = HoldRule.objects.create(kind="network", pattern="203.0.113.0/24")
    assert "network addresses are not kept" in decide(staff, RULES, "try_out", network.pk)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"pattern": ""}, "required"),
        ({"pattern": "of"}, "at least three letters"),
        ({"pattern": "😀😀😀"}, "at least three letters"),
        ({"pattern": "x" * 10_000}, "200"),
        ({"pattern": "a\0bcd"}, "Null characters"),
        ({"kind": "network", "pattern": "203.0.113.0/99"}, "Write a network address"),
        ({"kind": "sender", "pattern": "nobody"}, "Write an e-mail address"),
        ({"kind": "moon", "pattern": "grimble"}, "not one of the available choices"),
        ({"jurisdiction": "99999"}, "not one of the available choices"),
    ],
)
def test_a_rule_that_can_hold_nothing_is_refused(staff: Client, fields: dict[str, str], words: str) -> None:
    page = staff.post(f"{RULES}add/", rule(**fields)).content.decode()
    assert words in page
    assert not HoldRule.objects.exists()


def test_what_looks_like_a_regular_expression_is_taken_for_words(staff: Client) -> None:
    make_service_request(description="anything")
    page = staff.post(f"{RULES}add/", rule(pattern="any.*(thing"), follow=True).content.decode()
    assert "would have held 0 of" in page


def test_many_are_added_one_a_line_and_none_twice(staff: Client) -> None:
    HoldRule.objects.create(pattern="frabble")
    lines = "grimble\r\n\r\n  frabble \ngrimble\nvery bad word*\n"
    page = staff.post(MANY, {"kind": "words", "jurisdiction": "", "lines": lines}, follow=True).content.decode()
    assert "2 rules were added." in page
    assert "1 was there already." in page
    assert set(HoldRule.objects.values_list("pattern", flat=True)) == {"grimble", "frabble", "very bad word*"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"lines": "grimble\nof\n"}, "Line 2: Write words of at least three letters"),
        ({"lines": "203.0.113.0/24\nx", "kind": "network"}, "Line 2: Write a network address"),
        ({"lines": "\n".join(f"word{number}" for number in range(1001))}, "At most 1000 lines"),
        ({"lines": "x" * 100_001}, "at most 100000 characters"),
        ({"lines": ""}, "required"),
        ({"lines": "grimble", "jurisdiction": "99999"}, "not one of the available choices"),
        ({"lines": "grimble", "kind": "moon"}, "not one of the available choices"),
    ],
)
def test_of_many_none_is_added_while_one_cannot_be(staff: Client, fields: dict[str, str], words: str) -> None:
    response = staff.post(MANY, {"kind": "words", "jurisdiction": ""} | fields)
    assert words in response.content.decode()
    assert not HoldRule.objects.exists()


def test_many_of_one_body(staff: Client) -> None:
    body = make_jurisdiction("Springfield")
    staff.post(MANY, {"kind": "sender", "jurisdiction": str(body.pk), "lines": "@example.org"})
    assert HoldRule.objects.get().jurisdiction == body
    assert "Springfield" in staff.get(RULES).content.decode()


def test_who_may_not_add_rules_adds_none() -> None:
    reader = volunteer("view_holdrule")
    assert reader.get(RULES).status_code == 200
    assert reader.get(MANY).status_code == 403
    assert reader.post(MANY, {"kind": "words", "lines": "grimble"}).status_code == 403
    assert Client().get(MANY).status_code == 302
    assert not HoldRule.objects.exists()


def test_what_is_held_is_listed_and_published_once(staff: Client, held: ServiceRequest) -> None:
    other = make_service_request()
    page = staff.get(f"{REQUESTS}?held=yes").content.decode()
    assert held.reference in page
    assert other.reference not in page
    assert "words: grimble" in staff.get(f"{REQUESTS}{held.pk}/change/").content.decode()

    assert "Done for 1 of them." in decide(staff, REQUESTS, "publish", held.pk, other.pk)
    held.refresh_from_db()
    assert (held.held_at, held.held_because, held.hidden) == (None, "words: grimble", False)
    assert LogEntry.objects.get(object_id=str(held.pk)).change_message == "Held, and published."
    assert "1 of them is not held" in decide(staff, REQUESTS, "publish", held.pk)
    assert LogEntry.objects.count() == 1
    assert held.reference in staff.get(f"{REQUESTS}?held=published").content.decode()
    assert held.reference not in staff.get(f"{REQUESTS}?held=yes").content.decode()
    assert held.reference in Client().get("/requests/").content.decode()


def test_what_is_hidden_waits_no_more_and_is_never_shown(staff: Client, held: ServiceRequest) -> None:
    decide(staff, REQUESTS, "hide", held.pk)
    held.refresh_from_db()
    assert held.hidden
    assert held.reference not in staff.get(f"{REQUESTS}?held=yes").content.decode()
    assert Client().get(held.get_absolute_url()).status_code == 410
    assert "1 of them is not held" in decide(staff, REQUESTS, "hide", held.pk)


def test_a_comment_that_is_published_is_sent_then(
    staff: Client, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr("reports.tasks.send_comment.delay", sent.append)
    request = make_service_request()
    held = Comment.objects.create(service_request=request, text="grimble", held_at=clock.now(), held_because="words")
    kept = Comment.objects.create(service_request=request, text="here", held_at=clock.now(), state="kept", due_at=None)
    with django_capture_on_commit_callbacks(execute=True):
        decide(staff, COMMENTS, "publish", held.pk, kept.pk)
    assert sent == [held.pk]
    assert not Comment.objects.filter(held_at__isnull=False).exists()


def test_who_may_only_read_decides_nothing(held: ServiceRequest) -> None:
    reader = volunteer("view_servicerequest")
    decide(reader, REQUESTS, "publish", held.pk)
    held.refresh_from_db()
    assert held.held_at is not None


def test_the_first_page_says_what_waits(staff: Client, held: ServiceRequest) -> None:
    empty = volunteer("view_submission").get("/admin/").content.decode()
    assert "is held" not in empty
    Comment.objects.create(service_request=held, text="x", held_at=clock.now())
    AbuseReport.objects.create(service_request=held, reason="spam")
    MissingPlace.objects.create(lat=1, long=2)
    MissingPlace.objects.create(lat=1, long=2, handled_at=clock.now())
    page = staff.get("/admin/").content.decode()
    for sentence, name in [
        ("1 report is held", "servicerequest"),
        ("1 comment is held", "comment"),
        ("1 time somebody said", "abusereport"),
        ("1 place is missing", "missingplace"),
    ]:
        assert sentence in page
        listed = staff.get(page[: page.index(sentence)].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&"))
        assert listed.status_code == 200
        assert reverse(f"admin:reports_{name}_changelist") in listed.request["PATH_INFO"]
