"""While a report is held its words are on no public page; its own says how far it has got; the body gets it all."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from reports import clock, holding, media
from reports.delivery import comments, filing
from reports.links import draft_key
from reports.models import (
    Comment,
    CommentState,
    Draft,
    HoldRule,
    Media,
    ServiceRequest,
    Submission,
    SubmissionState,
)
from reports.views import protection
from reports.views.service_requests import conversation
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
from tests.pictures import picture
from tests.resident import Resident

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]
WORD = "grimble"  # stands in every text of the report
ACCOUNTS = ("admin", "accounts", "account")


@pytest.fixture
def held() -> ServiceRequest:
    """A report that is held, with all that it can have: answers, a photo, a comment, the body's notes, an original."""
    service = make_service(make_endpoint(make_jurisdiction("Springfield")))
    answer = {"code": "Q", "datatype": "string", "description": "What?", "values": [{"key": "k", "name": WORD}]}
    texts = {"description": f"A {WORD} in the road.", "address_string": f"12 {WORD} Street"}
    texts |= {
        "place_detail": f"at the {WORD}",
        "status_notes": f"The {WORD} is gone.",
        "held_because": f"words: {WORD}",
    }
    request = make_service_request(service, attributes=[answer], held_at=clock.now(), status="closed", **texts)
    make_submission(request, state=SubmissionState.DELIVERED, service_request_id="24-001")
    make_status_update(request, status="closed", by_body=True, status_notes=f"The {WORD} is gone.", status_word=WORD)
    make_status_update(request, status="closed", by_body=True, is_comment=True, status_notes=f"I saw the {WORD}.")
    comment = Comment.objects.create(service_request=request, text=f"Still a {WORD} there.", state="kept", due_at=None)
    for belongs in ({"service_request": request}, {"comment": comment}):
        Media.objects.create(sha256="0" * 64, file=ContentFile(picture(), "x.jpg"), **belongs)
    return request


@pytest.fixture
def like_it(held: ServiceRequest) -> ServiceRequest:
    """A public report of the same thing at the same place, which the body says is a duplicate of the held one."""
    other = make_service_request(held.service, description="A hole.", duplicate_of="24-001", status="duplicate")
    make_submission(other, state=SubmissionState.DELIVERED, service_request_id="24-002")
    return other


def addresses(held: ServiceRequest, other: ServiceRequest) -> Iterator[str]:
    """Every address of the project with whatever its arguments can stand for, in both languages."""
    place = {"lat": LAT, "long": LONG, "address_string": "12 Main Street", "place_meant": "point", "place_detail": ""}
    service = {"service": held.service_id, "definition_hash": "", "endpoint": held.endpoint_id}
    answers = {"location": place, "service": service}
    draft = Draft.objects.create(answers=answers)
    done = Draft.objects.create(answers={}, service_request=other)
    values: dict[str, list[Any]] = {
        "reference": [held.reference, other.reference],
        "key": [draft_key(draft), draft_key(done), *Media.objects.values_list("key", flat=True)],
        "seal": ["forged"],
        "kind": ["atom", "rss", "geojson", "kml", "csv", "ics"],
        "slug": [other.jurisdiction.slug],
    }
    for route, names in routes(get_resolver().url_patterns):
        for value in values.get(names[0], [""]) if names else [""]:
            filled = route
            for name in names:
                filled = filled.replace(f"<{name}>", str(value if name == names[0] else values[name][0]))
            yield f"/{filled}"
            yield f"/es/{filled}"


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, list[str]]]:
    for pattern in patterns:
        route = str(pattern.pattern)
        if route.startswith(ACCOUNTS) or "(" in route:
            continue
        whole = before + route
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, whole)
            continue
        names = []
        for part in [piece.partition(">")[0] for piece in whole.split("<")[1:]]:
            whole = whole.replace(f"<{part}>", f"<{part.rpartition(':')[2]}>")
            names.append(part.rpartition(":")[2])
        yield whole, names


def test_its_words_are_on_no_page(client: Client, held: ServiceRequest, like_it: ServiceRequest) -> None:
    walked = 0
    for address in addresses(held, like_it):
        response = client.get(address, follow=True)
        content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
        assert WORD.encode() not in content.lower(), address
        walked += response.status_code == 200
    assert walked > 35
    page = client.get(held.get_absolute_url()).content.decode()
    assert held.reference in page


@pytest.mark.parametrize(
    "address",
    [
        "/requests/", f"/requests/?q={WORD}", "/requests/map/", "/requests/map.geojson", "/",
        f"/requests/map.geojson?bbox={LONG - 1},{LAT - 1},{LONG + 1},{LAT + 1}", "/requests/find/?number=24-001",
    ],
)  # fmt: skip
def test_it_is_in_no_list(client: Client, held: ServiceRequest, address: str) -> None:
    page = client.get(address, follow=True).content.decode()
    assert held.reference not in page
    held_at, held.held_at = held.held_at, None
    held.save()
    assert held_at
    if address not in ("/", f"/requests/?q={WORD}"):
        assert held.reference in client.get(address, follow=True).content.decode()


def test_its_own_page_says_how_far_it_has_got(held: ServiceRequest) -> None:
    rosa = Resident().open(held.get_absolute_url())
    assert "A volunteer looks at this report before its words and photos are shown" in rosa.text
    assert "24-001" in rosa.text
    assert "Done, says the city" in rosa.text
    assert not rosa.page.xpath("//form[contains(@action, 'comments')]")
    assert 'name="robots" content="noindex"' in rosa.client.get(held.get_absolute_url()).content.decode()
    assert rosa.client.get(held.get_absolute_url()).headers["X-Robots-Tag"] == "noindex"
    assert WORD not in rosa.client.get(f"{held.get_absolute_url()}?fragment=1").content.decode()
    rosa.open(f"/requests/find/?number={held.reference}")
    assert rosa.url == held.get_absolute_url()


def test_once_published_it_is_all_there(held: ServiceRequest) -> None:
    assert holding.publish(held)
    rosa = Resident().open(held.get_absolute_url())
    assert f"A {WORD} in the road." in rosa.text
    assert f"Still a {WORD} there." in rosa.text
    assert rosa.page.xpath("//ul[contains(@class, 'photos')]")
    assert "A volunteer looks at" not in rosa.text


def test_photos_are_there_for_the_body_alone(client: Client, held: ServiceRequest) -> None:
    for photo in Media.objects.all():
        assert client.get(reverse("photo", args=[photo.key])).status_code == 404
        response = client.get(media.sealed_path(photo))
        assert (response.status_code, response.headers["X-Robots-Tag"]) == (200, "noindex")
        assert "public" not in response.headers["Cache-Control"]
        b"".join(response.streaming_content)
    holding.publish(held)
    for photo in Media.objects.all():
        response = client.get(reverse("photo", args=[photo.key]))
        assert response.status_code == 200
        b"".join(response.streaming_content)


def test_the_body_gets_every_word(held: ServiceRequest) -> None:
    sent = filing.described(held)
    assert sent.startswith(f"A {WORD} in the road.")


def test_it_is_nobodys_original(held: ServiceRequest, like_it: ServiceRequest) -> None:
    assert like_it.original() is None
    holding.publish(held)
    assert like_it.original() == held


# --- comments -----------------------------------------------------------------------------------------------------


def comment_on(request: ServiceRequest, text: str, address: str = "192.0.2.1", key: uuid.UUID | None = None) -> Any:
    key = key or uuid.uuid4()
    made = protection.form_key(conversation.form_purpose(request, key))
    fields = {"form_key": made, protection.HONEYPOT: "", "key": str(key), "text": text}
    path = reverse("service_requests:comment", args=[request.reference])
    return Client(headers={"sec-fetch-site": "same-origin"}).post(path, fields, follow=True, REMOTE_ADDR=address)


@pytest.fixture
def talkative() -> ServiceRequest:
    """A report that is public, to a body that takes comments."""
    service = make_service(make_endpoint(dialect="seeclickfix_v2", base_url="https://seeclickfix.com/api/v2/"))
    request = make_service_request(service)
    make_submission(request, state=SubmissionState.DELIVERED, service_request_id="24-001")
    return request


@pytest.mark.parametrize(
    ("rule", "text", "address"),
    [
        ({"pattern": WORD}, f"What a {WORD}.", "192.0.2.1"),
        ({"pattern": "192.0.2.0/24", "kind": "network"}, "Still there.", "192.0.2.1"),
    ],
)
def test_a_comment_that_is_held_is_neither_shown_nor_sent(
    talkative: ServiceRequest, rule: dict[str, str], text: str, address: str
) -> None:
    HoldRule.objects.create(**rule)
    answer = comment_on(talkative, text, address).content.decode()
    kept = Comment.objects.get()
    assert kept.held_at is not None
    assert "192" not in kept.held_because
    assert "A volunteer looks at it before it is shown" in answer
    assert text not in answer
    assert text not in Resident().open(talkative.get_absolute_url()).text
    assert kept.state == CommentState.PENDING
    assert kept not in comments.due(clock.now())
    comments.send(kept.pk)
    kept.refresh_from_db()
    assert (kept.state, kept.tries) == (CommentState.PENDING, 0)

    assert holding.publish(kept)
    assert kept in comments.due(clock.now())
    assert text in Resident().open(talkative.get_absolute_url()).text


def test_the_same_comment_twice_is_held_once(talkative: ServiceRequest) -> None:
    HoldRule.objects.create(pattern=WORD)
    key = uuid.uuid4()
    for _turn in range(2):
        assert "A volunteer looks at it" in comment_on(talkative, WORD, key=key).content.decode()
    kept = Comment.objects.get()
    holding.publish(kept)
    assert WORD in comment_on(talkative, WORD, key=key).content.decode()
    assert Comment.objects.get().held_at is None


def test_a_held_report_takes_no_comments(held: ServiceRequest) -> None:
    assert comment_on(held, "Still there.").status_code == 403
    assert Comment.objects.count() == 1


def test_other_comments_are_not_held(talkative: ServiceRequest) -> None:
    HoldRule.objects.create(pattern=WORD)
    HoldRule.objects.create(pattern="198.51.100.0/24", kind="network")
    comment_on(talkative, "Still there.")
    assert Comment.objects.get().held_at is None
    assert Submission.objects.get().state == SubmissionState.DELIVERED
