"""A comment from the page of a report: no account, no cookie, guarded as the flow is, and said before where it goes."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from reports import callers, clock
from reports.models import Comment, CommentState, ServiceRequest, Submission
from reports.views import protection
from tests.delivery.conftest import script
from tests.delivery.talkative import Script, make_delivered
from tests.factories import make_service_request, make_status_update, make_submission
from tests.views.test_service_requests import text

__all__ = ["script"]
pytestmark = pytest.mark.django_db
State = CommentState


@pytest.fixture(autouse=True)
def _fresh_limits():
    callers.forget_limits()
    yield
    callers.forget_limits()


@pytest.fixture
def submission(script: Script) -> Submission:
    return make_delivered()


def form_of(client: Client, request: ServiceRequest) -> dict[str, str]:
    """The hidden fields of the comment form, as the page gives them."""
    return _hidden(client.get(request.get_absolute_url()))


def _hidden(response: Any) -> dict[str, str]:
    page = response.content.decode()
    assert 'name="text"' in page
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}


def post(client: Client, request: ServiceRequest, words: str = "Twice as large now.", **fields: str) -> Any:
    data = {**form_of(client, request), "text": words, protection.HONEYPOT: ""} | fields
    return client.post(f"/requests/{request.reference}/comments/", data)


def test_a_comment_is_kept_shown_and_sent(client: Client, submission: Submission) -> None:
    request = submission.request
    response = post(client, request, "Twice as large now.\r\n<b>Really</b>")
    comment = Comment.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"{request.get_absolute_url()}#comment-{comment.pk}"
    assert (comment.text, comment.state) == ("Twice as large now.\n<b>Really</b>", State.PENDING)
    page = client.get(request.get_absolute_url()).content.decode()
    assert f'id="comment-{comment.pk}"' in page
    assert "Twice as large now.\n&lt;b&gt;Really&lt;/b&gt;" in page
    assert "On its way to Springfield." in page
    assert not client.cookies


@pytest.mark.parametrize(
    ("dialect", "fields", "words"),
    [
        ("talkative", {}, "Springfield gets it, and it is shown here."),
        ("talkative", {"state": "accepted", "service_request_id": ""}, "as soon as it has given the report a number"),
        ("talkative", {"service_request_id": ""}, "takes no comments through its system: yours is kept here"),
        ("reticent", {}, "takes no comments through its system: yours is kept here"),
    ],
)
def test_where_it_goes_is_said_before(
    client: Client, script: Script, dialect: str, fields: dict[str, str], words: str
) -> None:
    submission = make_delivered(dialect=dialect)
    Submission.objects.update(**fields)
    assert words in text(client.get(submission.request.get_absolute_url()))
    assert post(client, submission.request).status_code == 302
    assert Comment.objects.get().state == (State.KEPT if "kept" in words else State.PENDING)


@pytest.mark.parametrize(
    ("state", "due", "words"),
    [
        ("pending", True, "On its way to Springfield."),
        ("pending", False, "It could not be sent to Springfield yet. A volunteer sees to it."),
        ("sending", True, "Being sent to Springfield."),
        ("sent", False, "Springfield has it."),
        ("held", False, "Springfield has it and looks at it before it shows it."),
        ("kept", False, "Kept here. Springfield does not get it."),
        ("uncertain", False, "its answer was lost"),
        ("refused", False, "Springfield did not take it."),
    ],
)
def test_every_state_is_said_in_words(
    client: Client, submission: Submission, state: str, due: bool, words: str
) -> None:
    due_at = clock.now() if due else None
    Comment.objects.create(
        service_request=submission.request, text="Hello", state=state, due_at=due_at, reason="<HTTP 500>"
    )
    seen = text(client.get(submission.request.get_absolute_url()))
    assert words in seen
    assert "HTTP 500" not in seen


def test_a_double_post_is_one_comment(client: Client, submission: Submission) -> None:
    data = {**form_of(client, submission.request), "text": "Still there", protection.HONEYPOT: ""}
    path = f"/requests/{submission.request.reference}/comments/"
    answers = {client.post(path, data)["Location"] for _time in range(3)}
    assert len(answers) == Comment.objects.count() == 1


def test_other_words_in_a_used_form_are_not_lost(client: Client, submission: Submission) -> None:
    data = {**form_of(client, submission.request), "text": "Still there", protection.HONEYPOT: ""}
    path = f"/requests/{submission.request.reference}/comments/"
    client.post(path, data)
    again = client.post(path, data | {"text": "And it smells"})
    assert again.status_code == 409
    assert "And it smells</textarea>" in again.content.decode()
    fresh = _hidden(again) | {"text": "And it smells", protection.HONEYPOT: ""}
    assert fresh["key"] != data["key"]
    assert client.post(path, fresh).status_code == 302
    assert Comment.objects.count() == 2


@pytest.mark.parametrize(
    ("words", "complaint"),
    [("", "Write your comment first,"), ("  \r\n ", "Write your comment first,"), ("\u202e\x07", "Write your comment"),
     ("x" * 2001, "2000"), ("\0", "Null characters")],
)  # fmt: skip
def test_a_comment_that_is_none_is_named_and_kept_as_typed(
    client: Client, submission: Submission, words: str, complaint: str
) -> None:
    response = post(client, submission.request, words)
    assert response.status_code == 200
    page = response.content.decode()
    assert complaint in page
    assert 'href="#id_text"' in page
    assert '<details class="details" open' in page
    assert not Comment.objects.exists()


def test_two_thousand_characters_with_line_ends_are_taken(client: Client, submission: Submission) -> None:
    words = ("x" * 99 + "\r\n") * 19 + "x" * 100
    assert post(client, submission.request, words).status_code == 302
    assert len(Comment.objects.get().text) == 2000


def test_a_post_from_another_site_is_refused(client: Client, submission: Submission) -> None:
    path = f"/requests/{submission.request.reference}/comments/"
    data = {**form_of(client, submission.request), "text": "Hello", protection.HONEYPOT: ""}
    assert client.post(path, data, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post(path, data, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post(path, data, headers={"sec-fetch-site": "same-origin"}).status_code == 302


@pytest.mark.parametrize(
    "fields",
    [{protection.HONEYPOT: "buy"}, {"form_key": "forged"}, {"form_key": ""}, {"key": "nonsense"}, {"key": ""}],
)
def test_a_form_that_is_not_ours_is_shown_again_with_its_words(
    client: Client, submission: Submission, fields: dict[str, str]
) -> None:
    response = post(client, submission.request, "Words to keep", **fields)
    assert response.status_code == 400
    assert "Words to keep</textarea>" in response.content.decode()
    assert 'role="alert"' in response.content.decode()
    assert not Comment.objects.exists()


def test_a_form_key_is_for_one_report_and_one_form(client: Client, submission: Submission) -> None:
    mine, other = form_of(client, submission.request), make_delivered("T-2").request
    assert post(client, other, form_key=mine["form_key"]).status_code == 400
    assert post(client, other, **mine).status_code == 400
    assert post(client, submission.request, form_key=form_of(client, submission.request)["form_key"]).status_code == 400


def test_a_form_filled_in_no_time_is_shown_again(client: Client, submission: Submission, settings: Any) -> None:
    settings.FORM_MINIMUM_SECONDS = 5
    response = post(client, submission.request)
    assert response.status_code == 400
    assert "very quick" in text(response)


def test_many_comments_from_one_address_have_to_wait(client: Client, submission: Submission, settings: Any) -> None:
    settings.COMMENTS_PER_HOUR = 2
    assert [post(client, submission.request).status_code for _time in range(3)] == [302, 302, 429]
    response = post(client, submission.request, "Kept words")
    assert int(response["Retry-After"]) > 0
    assert "Kept words</textarea>" in response.content.decode()


def test_only_young_reports_that_stand_are_commented_on(client: Client, submission: Submission) -> None:
    form = form_of(client, submission.request) | {"text": "Hello", protection.HONEYPOT: ""}
    path = f"/requests/{submission.request.reference}/comments/"
    for change, status in [
        ({"requested_datetime": clock.now() - timedelta(days=366)}, 403),
        ({"requested_datetime": clock.now(), "status": "cancelled"}, 403),
        ({"status": "accepted", "hidden": True}, 410),
    ]:
        ServiceRequest.objects.update(**change)
        assert client.post(path, form).status_code == status
        assert 'name="text"' not in client.get(submission.request.get_absolute_url()).content.decode()
    assert not Comment.objects.exists()


def test_addresses_that_lead_nowhere(client: Client, submission: Submission, settings: Any) -> None:
    assert client.get(f"/requests/{submission.request.reference}/comments/").status_code == 405
    for reference in ("ZZZ-ZZZ-ZZZZ", "nope", "\0", "<b>"):
        assert client.post(f"/requests/{reference}/comments/", {"text": "x"}).status_code == 404
    lower = submission.request.reference.lower()
    assert client.post(f"/requests/{lower}/comments/", {"text": "x"}).status_code in (301, 308)
    path = f"/requests/{submission.request.reference}/comments/"
    assert client.post(path, {"text": "x" * 2**21}).status_code == 413
    most = settings.PHOTOS_MAX * settings.PHOTO_MAX_BYTES
    assert client.post(path, {"text": "x"}, CONTENT_LENGTH=str(most + 70_000)).status_code == 413


def test_hidden_comments_are_shown_to_nobody(client: Client, submission: Submission) -> None:
    Comment.objects.create(service_request=submission.request, text="Slander", hidden=True)
    make_status_update(submission.request, by_body=True, is_comment=True, status_notes="Libel", hidden=True)
    for suffix in ("", "?fragment=1"):
        page = client.get(submission.request.get_absolute_url() + suffix).content.decode()
        assert "Slander" not in page
        assert "Libel" not in page


def test_comments_in_the_body_s_system_are_text_without_a_name(client: Client, submission: Submission) -> None:
    make_status_update(
        submission.request, by_body=True, is_comment=True, status="accepted",
        status_notes="<p>Still <b>there</b></p><script>alert(1)</script>",
    )  # fmt: skip
    page = client.get(submission.request.get_absolute_url())
    assert "Somebody, to Springfield Still there" in text(page)
    assert "alert(1)" not in page.content.decode()
    assert 'timeline__who">Springfield' not in page.content.decode()  # a comment is no news of the body's


def test_no_cache_shares_one_readers_form(client: Client) -> None:
    request = make_service_request()
    make_submission(request)
    response = client.get(request.get_absolute_url())
    assert "private" in response["Cache-Control"]
    assert form_of(client, request)["key"] != form_of(client, request)["key"]
