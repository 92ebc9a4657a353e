"""What a body keeps private, told to nobody: every public address, every mail, against marks in private rows."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import get_resolver

from reports.delivery import refresh
from reports.dialects.messages import Note, RequestStatus, Stage, Status
from reports.models import Comment, MirroredRequest, ServiceRequest, Subscription
from reports.notifications import send
from tests.factories import (
    LAT,
    LONG,
    make_endpoint,
    make_jurisdiction,
    make_service,
    make_service_request,
    make_submission,
)
from tests.test_headers import PUBLIC, plain_paths

pytestmark = pytest.mark.django_db

MARK = "XPRIVATEX"
OURS = ("accounts/", "admin/", "account/")  # behind a login


@pytest.fixture(autouse=True)
def _mail_at_once(settings: Any) -> None:
    settings.MAIL_GATHER = 0


def make_request(**fields: Any) -> ServiceRequest:
    service = make_service(make_endpoint(make_jurisdiction("Springfield")))
    request = make_service_request(service, status="accepted", description="Words of the resident", **fields)
    make_submission(request, state="delivered", service_request_id="SPR-77")
    Subscription.objects.create(service_request=request, email="rosa@example.org", by_reporter=True)
    return request


def addresses(request: ServiceRequest) -> Iterator[str]:
    """Every public address without arguments, and those of this request."""
    found = {path for path in plain_paths(get_resolver().url_patterns) if not path.startswith(("/admin", "/account"))}
    yield from sorted(found | set(PUBLIC))
    page = request.get_absolute_url()
    yield from (page, f"{page}?fragment=1", "/requests/?q=Words", "/requests/map/?q=Words")
    yield from (f"/requests/map.geojson?bbox={LONG - 1},{LAT - 1},{LONG + 1},{LAT + 1}",)
    yield from (f"/requests/find/?number={number}" for number in ("SPR-77", request.reference))


def seen(client: Client, request: ServiceRequest) -> dict[str, str]:
    """What each address answers, redirects followed."""
    answers = {path: client.get(path, follow=True) for path in addresses(request)}
    return {
        path: b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode(errors="replace")
        for path, answer in answers.items()
    }


def mails() -> str:
    send.send_due()
    return "\n".join(str(message.message()) + message.body for message in mail.outbox)


def test_private_notes_are_on_no_page_and_in_no_mail(client: Client) -> None:
    request = make_request()
    notes = (
        Note(f"{MARK} complains often", private=True, id="1"),
        Note(f"{MARK} said so", private=True, by_body=False, id="2"),
        Note("A crew comes", id="3"),
    )
    refresh.apply(request, RequestStatus("SPR-77", Status.OPEN, notes=notes))
    pages = seen(client, request)
    assert len(pages) > 20
    assert not [path for path, page in pages.items() if MARK in page]
    assert "A crew comes" in pages[request.get_absolute_url()]
    assert MARK not in mails()
    assert "A crew comes" in mails()


def test_private_notes_alone_are_no_news(client: Client) -> None:
    request = make_request()
    before = client.get(request.get_absolute_url() + "?fragment=1")["X-Version"]
    refresh.apply(request, RequestStatus("SPR-77", Status.OPEN, notes=(Note(MARK, private=True),)))
    assert client.get(request.get_absolute_url() + "?fragment=1")["X-Version"] == before
    assert mails() == ""


def shows_the_date(text: str) -> bool:
    """The body's date, as people or machines write it; bare figures may stand in a key by chance."""
    return "May 6, 2031" in text or "2031-05-06" in text


class TestPrivateRequest:
    @pytest.fixture
    def request_(self) -> ServiceRequest:
        request = make_request()
        row = RequestStatus(
            "SPR-77", Status.OPEN, stage=Stage.IN_PROGRESS, status_word=f"{MARK} word", status_notes=f"{MARK} notes",
            agency_responsible=f"{MARK} agency", service_notice=f"{MARK} notice", private=True,
            expected_datetime=datetime(2031, 5, 6, 12, tzinfo=UTC),
            notes=(Note(f"{MARK} note", id="1"), Note(f"{MARK} comment", id="2", by_body=False)),
        )  # fmt: skip
        refresh.apply(request, row)
        request.refresh_from_db()
        return request

    def test_the_body_s_words_are_nowhere(self, client: Client, request_: ServiceRequest) -> None:
        assert request_.private
        pages = seen(client, request_)
        assert not [path for path, page in pages.items() if MARK in page or shows_the_date(page)]
        sent = mails()
        assert MARK not in sent
        assert not shows_the_date(sent)
        assert "is working on your report" in sent

    def test_it_is_in_no_list_and_found_by_our_reference_alone(self, client: Client, request_: ServiceRequest) -> None:
        own = (request_.get_absolute_url(), "/requests/find/?number=" + request_.reference)
        found = [path for path, page in seen(client, request_).items() if "Words of the resident" in page]
        assert {path.partition("?fragment")[0] for path in found} <= set(own)
        assert "No report here has the number" in client.get("/requests/find/?number=SPR-77").content.decode()

    def test_its_page_says_so_and_is_for_no_search_engine(self, client: Client, request_: ServiceRequest) -> None:
        response = client.get(request_.get_absolute_url())
        page = response.content.decode()
        assert "Springfield keeps this report private." in page
        assert "In progress" in page
        assert "Words of the resident" in page
        assert response["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in page

    def test_a_duplicate_of_it_does_not_lead_to_it(self, client: Client, request_: ServiceRequest) -> None:
        other = make_service_request(request_.service, status="duplicate", duplicate_of="SPR-77")
        page = client.get(other.get_absolute_url()).content.decode()
        assert request_.reference not in page
        ServiceRequest.objects.filter(pk=request_.pk).update(private=False)
        assert request_.reference in client.get(other.get_absolute_url()).content.decode()
        assert other.reference in client.get(request_.get_absolute_url()).content.decode()
        ServiceRequest.objects.filter(pk=other.pk).update(private=True)
        assert other.reference not in client.get(request_.get_absolute_url()).content.decode()


def test_a_comment_hidden_before_the_mail_leaves_is_not_mailed() -> None:
    request = make_request()
    refresh.apply(request, RequestStatus("SPR-77", Status.OPEN, notes=(Note("Libel", by_body=False),)))
    line = request.status_updates.get()
    line.hidden = True
    line.save(update_fields=["hidden"])
    assert mails() == ""


def test_residents_comments_are_in_no_list(client: Client) -> None:
    request = make_request()
    Comment.objects.create(service_request=request, text=MARK, hidden=True)
    assert not [path for path, page in seen(client, request).items() if MARK in page]


@pytest.mark.parametrize("flag", ["private", "hidden"])
def test_what_the_body_publishes_of_a_report_of_ours_is_not_shown_beside_it(client: Client, flag: str) -> None:
    request = make_request(**{flag: True})
    fields = {"endpoint": request.endpoint, "service_name": MARK, "address_string": MARK}
    MirroredRequest.objects.create(service_request_id="SPR-77", **fields)  # taken over before its number came
    assert not [path for path, page in seen(client, request).items() if MARK in page]
    MirroredRequest.objects.create(service_request_id="SPR-78", **fields)
    assert [path for path, page in seen(client, request).items() if MARK in page]
