"""The page on which a body answers that was told by mail."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from reports import callers, clock
from reports.links import LinkForged, reply_link, submission_from_reply_key
from reports.models import PublicStatus, Submission, SubmissionState
from reports.views import protection
from tests.cities import history
from tests.factories import make_endpoint, make_service, make_service_request, make_status_update, make_submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission() -> Submission:
    callers.forget_limits()
    endpoint = make_endpoint(dialect="email", base_url="mailto:311@baltimore.example")
    secret = {"code": "TEL", "datatype": "string", "private": True, "values": [{"key": "410-555-0199"}]}
    shown = {"code": "K", "datatype": "string", "description": "Which side?", "values": [{"key": "n", "name": "North"}]}
    request = make_service_request(make_service(endpoint, service_name="Dirty alley"), attributes=[secret, shown])
    return make_submission(request, state=SubmissionState.DELIVERED, sent_at=clock.now(), due_at=None)


def path(submission: Submission) -> str:
    return reply_link(submission).removeprefix("http://testserver")


def answer(client: Client, submission: Submission, headers: dict[str, str] | None = None, **fields: str) -> Any:
    page = client.get(path(submission)).content.decode()
    found = re.search(r'name="form_key" value="([^"]+)"', page)
    data = {"form_key": found.group(1) if found else "", protection.HONEYPOT: "", "status": "closed", "note": ""}
    return client.post(path(submission), data | fields, headers=headers or {})


def said(submission: Submission) -> list[tuple[str, str]]:
    return history(submission.request)


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing(client: Client, submission: Submission, method: str) -> None:
    assert getattr(client, method)(path(submission)).status_code == 200
    submission.request.refresh_from_db()
    assert submission.request.status == PublicStatus.RECEIVED
    assert said(submission) == []


def test_the_page_shows_the_report_and_nothing_private(client: Client, submission: Submission) -> None:
    make_status_update(submission.request, status=PublicStatus.SENT, status_notes="sent on", by_body=False)
    make_status_update(submission.request, status_notes="for volunteers", private=True)
    make_status_update(submission.request, status_notes="a neighbour", is_comment=True)
    make_status_update(submission.request, status_notes="hidden by a volunteer", by_body=True, hidden=True)
    page = client.get(path(submission)).content.decode()
    for shown in ("Dirty alley", submission.request.reference, "A deep hole in the road.", "Which side?", "North",
                  "39.780000, -89.650000", "sent on"):  # fmt: skip
        assert shown in page
    for kept in ("410-555-0199", "for volunteers", "a neighbour"):
        assert kept not in page
    assert not client.cookies


def test_an_answer_is_kept_and_the_page_says_so(submission: Submission) -> None:
    client = Client(enforce_csrf_checks=True)
    response = answer(client, submission, status="in_progress", number="B-77", note="Crew on Friday.\r\nEarly.")
    assert response.status_code == 302
    assert said(submission) == [("in_progress", "Crew on Friday.\nEarly.")]
    page = client.get(response["Location"]).content.decode()
    assert "Your answer is kept and stands beside the report" in page
    assert "B-77" in page
    assert 'name="number"' not in page
    assert not client.cookies
    submission.refresh_from_db()
    assert submission.service_request_id == "B-77"


def test_the_same_post_twice_is_one_answer(client: Client, submission: Submission) -> None:
    for _time in range(2):
        assert answer(client, submission, note="Done.").status_code == 302
    assert said(submission) == [("closed", "Done.")]


def test_the_public_page_shows_it(client: Client, submission: Submission) -> None:
    answer(client, submission, status="rejected", note="Private ground.")
    page = client.get(submission.request.get_absolute_url()).content.decode()
    assert "Private ground." in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": ""}, "Choose what becomes of this report."),
        ({"status": "received"}, "Select a valid choice"),
        ({"note": "x" * 2001}, "Shorten this to 2000 characters."),
        ({"number": "x" * 101}, "at most 100 characters"),
        ({"number": "a\nb"}, "in one line"),
        ({"number": "a\x00b"}, "Null characters are not allowed"),
        ({"form_key": "forged"}, "did not arrive whole"),
        ({"form_key": ""}, "did not arrive whole"),
        ({protection.HONEYPOT: "buy"}, "A field that has to stay empty was filled in."),
    ],
    ids=str,
)
def test_what_cannot_be_taken_is_shown_again_as_typed(
    client: Client, submission: Submission, fields: dict[str, str], words: str
) -> None:
    response = answer(client, submission, **({"note": "We come on Friday."} | fields))
    page = response.content.decode()
    assert response.status_code in {200, 400}
    assert words in page
    assert "Your answer is kept" not in page
    if "note" not in fields:
        assert "We come on Friday." in page
    assert said(submission) == []


def test_a_form_key_is_good_for_one_report_only(client: Client, submission: Submission) -> None:
    other = make_submission(make_service_request(make_service(submission.endpoint)), state=SubmissionState.DELIVERED)
    key = protection.form_key(f"reply-{other.pk}")
    assert answer(client, submission, form_key=key).status_code == 400
    assert said(submission) == []


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}], ids=str)
def test_a_post_from_another_site_is_refused(client: Client, submission: Submission, headers: dict[str, str]) -> None:
    response = answer(client, submission, headers=headers)
    assert response.status_code == 403
    assert "came from another page" in response.content.decode()
    assert said(submission) == []


def test_too_much_at_once_and_too_large(client: Client, submission: Submission, settings: Any) -> None:
    settings.STEPS_PER_MINUTE = 1
    assert answer(client, submission).status_code == 302
    response = answer(client, submission, note="again")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert client.post(path(submission), {"note": "x" * 200}).status_code == 413
    assert said(submission) == [("closed", "")]
    callers.forget_limits()


@pytest.mark.parametrize("key", ["1.forged", "x", "1.", "%00", "..%2f", "-1.abc", "9" * 500])
def test_a_forged_or_shortened_link_is_not_found(client: Client, submission: Submission, key: str) -> None:
    for response in (client.get(f"/reply/{key}/"), client.post(f"/reply/{key}/", {"status": "closed"})):
        assert response.status_code == 404
    assert "Copy the whole link from the mail" in client.get("/reply/1.forged/").content.decode()
    assert said(submission) == []


def test_another_purpose_s_signature_does_not_fit(submission: Submission) -> None:
    from reports.links import subscription_key
    from reports.models import Subscription

    follower = Subscription.objects.create(service_request=submission.request, email="ana@example.org")
    with pytest.raises(LinkForged):
        submission_from_reply_key(subscription_key(follower))


@pytest.mark.parametrize("why", ["hidden", "withdrawn", "cancelled", "deleted"])
def test_a_report_that_is_not_there_any_more_takes_no_answer(client: Client, submission: Submission, why: str) -> None:
    link, request = path(submission), submission.request
    key = protection.form_key(f"reply-{submission.pk}")
    if why == "hidden":
        type(request).objects.update(hidden=True)
    elif why == "withdrawn":
        type(request).objects.update(status=PublicStatus.CANCELLED)
    elif why == "cancelled":
        Submission.objects.update(state=SubmissionState.CANCELLED)
    else:
        submission.delete()
    answers: list[HttpResponse] = [client.get(link), client.post(link, {"form_key": key, "status": "closed"})]  # type: ignore[list-item]
    for response in answers:
        assert response.status_code == 410
        assert "not open any more" in response.content.decode()
        assert "A deep hole" not in response.content.decode()
    assert history(request) == []


def test_the_address_goes_nowhere_else(client: Client, submission: Submission) -> None:
    for response in (client.get(path(submission)), answer(client, submission), client.get("/reply/1.forged/")):
        assert response["Referrer-Policy"] == "same-origin"
        assert response["X-Robots-Tag"] == "noindex"
        assert "no-store" in response["Cache-Control"]


def test_no_other_method_is_taken(client: Client, submission: Submission) -> None:
    assert client.delete(path(submission)).status_code == 405
