"""What rules of volunteers hold back, what they do not, and what is kept of a hit."""

import ipaddress
from typing import Any

import pytest

from reports import clock, holding, intake
from reports.models import Comment, Contact, Draft, HoldKind, HoldRule, Service, ServiceRequest, Submission
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, make_service_request

pytestmark = pytest.mark.django_db
ANSWER = {"code": "Q", "datatype": "string", "description": "What?", "values": [{"key": "k", "name": "a grimble"}]}


def rule(pattern: str, kind: HoldKind = HoldKind.WORDS, **fields: Any) -> HoldRule:
    return HoldRule.objects.create(kind=kind, pattern=pattern, **fields)


def written(*texts: str, jurisdiction: int = 0, email: str = "", address: str = "") -> holding.Written:
    parsed = ipaddress.ip_address(address) if address else None
    return holding.Written(texts, jurisdiction, email, parsed)


def file(service: Service | None = None, address: str = "192.0.2.7", **answers: Any) -> ServiceRequest:
    service = service or make_service()
    place = {"lat": LAT, "long": LONG, "address_string": answers.pop("address_string", "12 Main Street"),
             "place_meant": "point", "place_detail": answers.pop("place_detail", "")}  # fmt: skip
    contact = answers.pop("contact", {})
    details = {"description": "A hole.", "attributes": []} | answers
    chosen = {"service": service.pk, "definition_hash": service.definition_hash}
    draft = Draft.objects.create(
        answers={"location": place, "service": chosen, "attributes": details, "contact": contact}
    )
    return intake.file_service_request(draft, address=ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("pattern", "text", "held"),
    [
        ("grimble", "What a Grimble!", True),
        ("grimble", "grimbles", False),  # whole words
        ("grimble*", "grimbles", True),
        ("grimble*", "a-grim-ble", False),
        ("GRÍMBLE", "grimble", True),
        ("grimble", "grímble", True),
        ("grimble", "ｇｒｉｍｂｌｅ", True),  # full-width letters are the same letters
        ("grimble", "grim\u00adble", True),  # a soft hyphen is not seen
        ("grimble", "grim\u200bble", True),
        ("straße", "STRASSE", True),
        ("very bad word", "a Very,  bad\nWORD.", True),
        ("very bad word", "very worse word", False),
        ("snake_case", "snake case", True),
        (".*", "anything", False),  # no regular expression
        ("a.*b", "axxb", False),
        ("(grimble", "grimble", True),  # signs are no part of words
        ("слово", "Плохое СЛОВО", True),
        ("grimble", "", False),
    ],
)
def test_words(pattern: str, text: str, held: bool) -> None:
    rule(pattern)
    assert bool(holding.hit(written("Before", text))) is held


def test_a_phrase_does_not_run_from_one_text_into_the_next() -> None:
    rule("main street")
    assert holding.hit(written("water main", "street lamp")) is None


@pytest.mark.parametrize(
    ("pattern", "email", "held"),
    [
        ("rosa@example.org", "Rosa@Example.org", True),
        ("@example.org", "anybody@EXAMPLE.ORG", True),
        ("@example.org", "anybody@sub.example.org", False),
        ("@example.org", "anybody@notexample.org", False),
        ("rosa@example.org", "tarosa@example.org", False),
        ("rosa@example.org", "", False),
    ],
)
def test_senders(pattern: str, email: str, held: bool) -> None:
    rule(pattern, HoldKind.SENDER)
    assert bool(holding.hit(written("A hole.", email=email))) is held


@pytest.mark.parametrize(
    ("pattern", "address", "held"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7/24", "203.0.113.200", True),
        ("2001:db8::/32", "2001:db8:1:2:3:4:5:6", True),
        ("2001:db8::/32", "203.0.113.7", False),
        ("203.0.113.0/24", "", False),
    ],
)
def test_networks(pattern: str, address: str, held: bool) -> None:
    rule(pattern, HoldKind.NETWORK)
    assert bool(holding.hit(written("A hole.", address=address))) is held


def test_a_rule_holds_for_its_body_only_while_it_is_active_and_everywhere_where_it_names_none() -> None:
    here, elsewhere = make_jurisdiction(), make_jurisdiction()
    own = rule("grimble", jurisdiction=here)
    assert holding.hit(written("grimble", jurisdiction=here.pk)) == own
    assert holding.hit(written("grimble", jurisdiction=elsewhere.pk)) is None
    rule("frabble", active=False)
    assert holding.hit(written("frabble", jurisdiction=here.pk)) is None


def test_a_rule_of_a_body_that_is_deleted_is_gone_with_it() -> None:
    body = make_jurisdiction()
    rule("grimble", jurisdiction=body)
    body.delete()
    assert not HoldRule.objects.exists()
    assert holding.hit(written("grimble", jurisdiction=body.pk or 0)) is None


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        (HoldKind.NETWORK, "203.0.113.0/99"),
        (HoldKind.NETWORK, "not a network"),
        (HoldKind.NETWORK, ""),
        (HoldKind.SENDER, "nobody"),
        (HoldKind.SENDER, "@"),
        (HoldKind.SENDER, "a b@example.org"),
        (HoldKind.SENDER, "rosa@example.org\nx@example.org"),
        (HoldKind.WORDS, ""),
        (HoldKind.WORDS, "  "),
        (HoldKind.WORDS, "of"),
        (HoldKind.WORDS, "*"),
        (HoldKind.WORDS, "😀😀😀"),
        (HoldKind.WORDS, "a\0bcd"),
        (HoldKind.WORDS, "x" * 10_000),
    ],
)
def test_what_can_hold_nothing_is_a_problem_and_stops_no_filing(kind: HoldKind, pattern: str, caplog) -> None:
    assert holding.problem(kind, pattern)
    broken = HoldRule(kind=kind, pattern=pattern.replace("\0", "")[:200])
    if not holding.problem(kind, broken.pattern):
        return  # what is left of it is sound
    broken.save()
    assert file(description=pattern.replace("\0", "")[:4000]).held_at is None
    assert "can hold nothing" in caplog.text


@pytest.mark.parametrize(
    "answers",
    [
        {"description": "Grimble!"},
        {"place_detail": "behind the grimble"},
        {"address_string": "12 Grimble Street"},
        {"attributes": [ANSWER]},
        {"contact": {"email": "rosa@example.org", "tell_me": True}},
        {"address": "203.0.113.9"},
    ],
)
def test_a_report_that_is_held_is_sent_all_the_same(answers: dict[str, Any]) -> None:
    rule("grimble")
    rule("@example.org", HoldKind.SENDER)
    rule("203.0.113.0/24", HoldKind.NETWORK)
    request = file(**answers)
    assert request.held_at is not None
    assert request.held_because in ("words: grimble", "sender", "network")
    assert Submission.objects.get(request=request).state == "pending"
    assert request.subscriptions.exists() is ("contact" in answers)


def test_what_is_not_public_is_not_looked_at() -> None:
    rule("grimble")
    secret = ANSWER | {"private": True}
    request = file(attributes=[secret], contact={"first_name": "Grimble", "email": "g@example.org"})
    assert (request.held_at, request.held_because) == (None, "")
    assert Contact.objects.get().first_name == "Grimble"


def test_nothing_of_a_sender_is_kept_of_a_hit() -> None:
    rule("203.0.113.9", HoldKind.NETWORK)
    request = file(address="203.0.113.9")
    assert "203.0" not in str(ServiceRequest.objects.filter(pk=request.pk).values().get())


def test_a_report_is_published_once_and_stays_published() -> None:
    rule("grimble")
    request = file(description="grimble")
    assert holding.publish(request)
    assert not holding.publish(request)
    request.refresh_from_db()
    assert (request.held_at, request.held_because) == (None, "words: grimble")
    same = intake.file_service_request(Draft.objects.get(service_request=request))
    assert same.held_at is None


def test_what_was_deleted_meanwhile_is_not_published() -> None:
    request = make_service_request(held_at=clock.now())
    comment = Comment.objects.create(service_request=request, text="x", held_at=clock.now())
    Comment.objects.all().delete()
    assert not holding.publish(comment)


def test_trying_a_rule_counts_what_it_would_have_held() -> None:
    body = make_jurisdiction()
    make_service_request(make_service(make_endpoint(body)), description="grimble")
    rosa = make_service_request(description="A hole.")
    Contact.objects.create(service_request=rosa, email="rosa@example.org")
    rows = ServiceRequest.objects.all()
    assert holding.would_hold(rule("grimble"), rows) == 1
    assert holding.would_hold(rule("grimble", jurisdiction=make_jurisdiction()), rows) == 0
    assert holding.would_hold(rule("hole"), rows) == 1
    assert holding.would_hold(rule("@example.org", HoldKind.SENDER), rows) == 1
    assert holding.would_hold(rule("0.0.0.0/0", HoldKind.NETWORK), rows) == 0
