"""Telling a body that what it calls done is not: who may, once for each closing, and what its system makes of it."""

import contextlib
import re
import threading
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from reports import callers, clock, holding
from reports.delivery import comments
from reports.dialects.errors import NoAnswer, Unsupported
from reports.dialects.messages import Comment as Message
from reports.dialects.messages import CommentReceipt
from reports.models import Comment, CommentState, HoldRule, PlaceMeant, ServiceRequest, person_mark
from reports.participation import verdicts
from reports.views import protection
from tests.delivery.conftest import script
from tests.delivery.talkative import Script, Talkative, make_delivered
from tests.factories import make_status_update
from tests.together import at_once

__all__ = ["script"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits(monkeypatch: pytest.MonkeyPatch, settings: Any):
    settings.FORM_MINIMUM_SECONDS = 0
    callers.forget_limits()
    yield
    callers.forget_limits()


@pytest.fixture
def request_(script: Script) -> ServiceRequest:
    """Closed yesterday, and somebody has said since that it is not fixed."""
    return not_fixed(closed(make_delivered().request))


def closed(request: ServiceRequest) -> ServiceRequest:
    ServiceRequest.objects.filter(pk=request.pk).update(status="closed")
    make_status_update(request, status="closed", by_body=True, datetime=clock.now() - timedelta(days=1))
    request.refresh_from_db()
    return request


def not_fixed(request: ServiceRequest) -> ServiceRequest:
    assert verdicts.record(request, person_mark("email", "a@example.org"), "no")
    return request


def reopens(monkeypatch: pytest.MonkeyPatch, answer: Exception | None = None) -> list[Message]:
    """Let the body's system open requests again, or say that it cannot; what it was asked."""
    asked: list[Message] = []

    def reopen(_self: Talkative, _number: str, comment: Message) -> CommentReceipt:
        asked.append(comment)
        if answer:
            raise answer
        return CommentReceipt(id="R-1")

    monkeypatch.setattr(Talkative, "reopens", True)
    monkeypatch.setattr(Talkative, "reopen", reopen)
    return asked


def tell(client: Client, request: ServiceRequest, words: str = "Still a hole.", **fields: str) -> Any:
    path = f"/requests/{request.reference}/reopen/"
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', client.get(path).content.decode())
    form = {name: unescape(value) for name, value in found}
    return client.post(path, {**form, "text": words, protection.HONEYPOT: ""} | fields)


def test_the_body_is_asked_to_open_it_again_once(
    client: Client, script: Script, request_: ServiceRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = reopens(monkeypatch)
    assert "can then open the same report again" in client.get(request_.get_absolute_url()).content.decode()
    response = tell(client, request_)
    comment = Comment.objects.get()
    assert response["Location"] == f"{request_.get_absolute_url()}#comment-{comment.pk}"
    comments.send(comment.pk)
    comments.send(comment.pk)
    comment.refresh_from_db()
    assert (comment.reopens, comment.state, comment.comment_id) == (True, CommentState.SENT, "R-1")
    assert ([message.text for message in asked], script.sent) == (["Still a hole."], [])
    page = client.get(request_.get_absolute_url()).content.decode()
    assert "Says to Springfield that it is not fixed" in page
    assert "Tell Springfield that it is not fixed" not in page
    assert tell(client, request_).status_code == 302
    assert Comment.objects.count() == 1
    assert not client.cookies


def test_what_cannot_be_opened_any_more_is_said_as_a_comment(
    client: Client, script: Script, request_: ServiceRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = reopens(monkeypatch, Unsupported("archived"))
    tell(client, request_)
    comments.send(Comment.objects.get().pk)
    assert (len(asked), [sent.text for _number, sent in script.sent]) == (1, ["Still a hole."])
    assert Comment.objects.get().state == CommentState.SENT


def test_a_system_that_opens_nothing_gets_words_and_the_page_says_so(
    client: Client, script: Script, request_: ServiceRequest
) -> None:
    page = client.get(request_.get_absolute_url()).content.decode()
    assert "Its system does not open a report again" in page
    assert f"?lat={request_.lat:.6f}&amp;long={request_.long:.6f}&amp;service={request_.service_code}" in page
    tell(client, request_)
    comments.send(Comment.objects.get().pk)
    assert [sent.text for _number, sent in script.sent] == ["Still a hole."]


def test_where_nothing_reaches_the_body_it_is_filed_again(client: Client, script: Script) -> None:
    request = not_fixed(closed(make_delivered(dialect="reticent", place_meant=PlaceMeant.WORDS).request))
    page = client.get(request.get_absolute_url()).content.decode()
    assert "takes no comments" in page
    assert "lat=" not in page[page.index("takes no comments") :].partition("</section>")[0]


def test_nobody_may_before_somebody_who_counts_says_no(client: Client, script: Script) -> None:
    request = closed(make_delivered().request)
    assert "Tell Springfield" not in client.get(request.get_absolute_url()).content.decode()
    for call in (client.get, client.post):
        assert call(f"/requests/{request.reference}/reopen/", {"text": "x"})["Location"] == request.get_absolute_url()
    assert verdicts.record(request, person_mark("email", "a@example.org"), "yes")
    assert client.get(f"/requests/{request.reference}/reopen/").status_code == 302
    assert not Comment.objects.exists()


def test_a_new_closing_may_be_told_of_again(client: Client, request_: ServiceRequest) -> None:
    tell(client, request_)
    later = clock.now() + timedelta(days=1)
    make_status_update(request_, status="accepted", by_body=True, datetime=later, recorded_at=later)
    again = later + timedelta(days=1)
    make_status_update(request_, status="closed", by_body=True, datetime=again, recorded_at=again)
    assert client.get(f"/requests/{request_.reference}/reopen/").status_code == 302
    not_fixed(request_)
    assert client.get(f"/requests/{request_.reference}/reopen/").status_code == 200


@pytest.mark.parametrize("words", ["", "   ", "\x07", "x" * 10_000])
def test_words_are_needed_and_not_too_many(client: Client, request_: ServiceRequest, words: str) -> None:
    assert "error-summary" in tell(client, request_, words).content.decode()
    assert not Comment.objects.exists()


@pytest.mark.parametrize(("fields", "status"), [({"form_key": "x"}, 400), ({"leave_this_empty": "x"}, 400)])
def test_the_form_is_guarded(client: Client, request_: ServiceRequest, fields: dict[str, str], status: int) -> None:
    assert tell(client, request_, **fields).status_code == status
    assert not Comment.objects.exists()


def test_a_key_that_is_none_and_another_site(client: Client, request_: ServiceRequest) -> None:
    assert tell(client, request_, key="x").status_code == 200
    path = f"/requests/{request_.reference}/reopen/"
    assert client.post(path, {}, HTTP_SEC_FETCH_SITE="cross-site").status_code == 403
    assert client.post(path, {"text": "x" * 70_000}).status_code == 413
    assert client.get("/requests/777-777-7777/reopen/").status_code == 404
    assert not Comment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_ask_once(request_: ServiceRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have found that nobody has asked yet, and both have a form of their own."""
    both = threading.Barrier(2, timeout=5)
    judge = protection.refuse_comment

    def together(*given: Any) -> Any:
        both.wait()
        return judge(*given)

    monkeypatch.setattr(protection, "refuse_comment", together)
    monkeypatch.setattr("reports.tasks.send_comment.delay", lambda _pk: None)
    statuses: list[int] = []
    at_once(lambda: statuses.append(tell(Client(), request_).status_code), 2)
    assert statuses == [302, 302]
    assert Comment.objects.filter(reopens=True).count() == 1


def test_what_the_body_has_opened_meanwhile_is_not_asked_for(
    client: Client, script: Script, request_: ServiceRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words waited; to ask now would set back what the body has made of it since."""
    asked = reopens(monkeypatch)
    tell(client, request_)
    ServiceRequest.objects.update(status="in_progress")
    comments.send(Comment.objects.get().pk)
    assert (asked, [sent.text for _number, sent in script.sent]) == ([], ["Still a hole."])


@pytest.mark.parametrize("error", [NoAnswer("lost"), RuntimeError("killed")])
def test_an_asking_whose_answer_was_lost_is_looked_for_and_never_sent_again(
    client: Client, script: Script, request_: ServiceRequest, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    asked = reopens(monkeypatch, error)
    tell(client, request_)
    pk = Comment.objects.get().pk
    with contextlib.suppress(RuntimeError):
        comments.send(pk)
    for hours in range(1, 4):
        with clock.at(clock.now() + timedelta(hours=hours)):
            comments.send(pk)
    comment = Comment.objects.get()
    assert (len(asked), script.sent) == (1, [])
    assert (comment.state, comment.due_at) == (CommentState.UNCERTAIN, None)


def test_one_that_is_held_asks_for_nothing_before_a_volunteer_has_looked(
    client: Client, request_: ServiceRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    HoldRule.objects.create(pattern="grimble")
    asked = reopens(monkeypatch)
    assert "comment-waits" in tell(client, request_, "Still a grimble.")["Location"]
    comment = Comment.objects.get()
    comments.send(comment.pk)
    assert asked == []
    assert "grimble" not in client.get(request_.get_absolute_url()).content.decode()
    assert holding.publish(comment)
    comments.send(comment.pk)
    assert len(asked) == 1
