"""Telling the volunteers that something should not be public: guarded, anonymous, and about what is shown."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from reports import callers, clock
from reports.models import AbuseReport, Comment, Media, ServiceRequest
from tests.factories import make_service_request

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits():
    callers.forget_limits()
    yield
    callers.forget_limits()


@pytest.fixture
def request_() -> ServiceRequest:
    return make_service_request()


def path_of(request: ServiceRequest) -> str:
    return f"/requests/{request.reference}/report-abuse/"


def tell(client: Client, request: ServiceRequest, **fields: str) -> Any:
    page = client.get(path_of(request)).content.decode()
    found = re.findall(r'type="hidden" name="(\w+)"(?: value="([^"]*)")?', page)
    form = {name: unescape(value) for name, value in found}
    return client.post(path_of(request), {"about": "report", **form, "reason": "personal", "text": ""} | fields)


def test_it_is_one_row_and_nothing_of_who_says_it(client: Client, request_: ServiceRequest) -> None:
    page = tell(client, request_, text="A number plate.\x07")
    assert "The volunteers have been told" in page.content.decode()
    row = AbuseReport.objects.get()
    assert (row.service_request, row.comment, row.photo) == (request_, None, None)
    assert (row.reason, row.text, row.handled_at) == ("personal", "A number plate.", None)
    assert not client.cookies


def test_it_may_be_about_a_comment_or_a_photo(client: Client, request_: ServiceRequest) -> None:
    comment = Comment.objects.create(service_request=request_, text="<i>Rude</i> words")
    photo = Media.objects.create(service_request=request_, file="photos/x.jpg", width=1, height=1)
    page = client.get(path_of(request_)).content.decode()
    assert "&lt;i&gt;Rude&lt;/i&gt; words" in page
    tell(client, request_, about=f"comment-{comment.pk}")
    tell(client, request_, about=f"photo-{photo.pk}")
    assert set(AbuseReport.objects.values_list("comment", "photo")) == {(comment.pk, None), (None, photo.pk)}


def test_the_same_said_again_is_one_until_it_is_handled(client: Client, request_: ServiceRequest) -> None:
    for words in ("A number plate.", "A number plate.", "And a face."):
        assert "The volunteers have been told" in tell(client, request_, text=words).content.decode()
    assert AbuseReport.objects.count() == 2
    AbuseReport.objects.update(handled_at=clock.now())
    tell(client, request_, text="A number plate.")
    assert AbuseReport.objects.count() == 3


@pytest.mark.parametrize("fields", [{"hidden": True}, {"held_at": clock.now()}])
def test_what_is_not_shown_is_not_named(client: Client, request_: ServiceRequest, fields: dict[str, Any]) -> None:
    comment = Comment.objects.create(service_request=request_, text="Rude words", **fields)
    assert "Rude words" not in client.get(path_of(request_)).content.decode()
    assert "error-summary" in tell(client, request_, about=f"comment-{comment.pk}").content.decode()
    assert not AbuseReport.objects.exists()


def test_of_a_held_report_only_the_whole_is_named(client: Client) -> None:
    request = make_service_request(held_at=clock.now())
    Comment.objects.create(service_request=request, text="Rude words")
    page = client.get(path_of(request)).content.decode()
    assert "Rude words" not in page
    assert "deep hole" not in page
    assert "have been told" in tell(client, request).content.decode()


def test_a_comment_on_another_report_cannot_be_named(client: Client, request_: ServiceRequest) -> None:
    other = Comment.objects.create(service_request=make_service_request(), text="Elsewhere")
    assert "error-summary" in tell(client, request_, about=f"comment-{other.pk}").content.decode()
    assert not AbuseReport.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"reason": ""},
        {"reason": "revenge"},
        {"text": "x" * 10_000},
        {"about": ""},
        {"about": "comment-x"},
        {"about": "\x00"},
    ],
)
def test_bad_fields_are_named_and_nothing_is_kept(
    client: Client, request_: ServiceRequest, fields: dict[str, str]
) -> None:
    page = tell(client, request_, **fields)
    assert page.status_code == 200
    assert "error-summary" in page.content.decode()
    assert not AbuseReport.objects.exists()


@pytest.mark.parametrize("fields", [{"form_key": ""}, {"form_key": "forged:1:2"}, {"leave_this_empty": "spam"}])
def test_the_form_is_guarded(client: Client, request_: ServiceRequest, fields: dict[str, str]) -> None:
    assert tell(client, request_, **fields).status_code == 400
    assert not AbuseReport.objects.exists()


def test_another_site_and_too_much(client: Client, request_: ServiceRequest) -> None:
    assert client.post(path_of(request_), {}, HTTP_SEC_FETCH_SITE="cross-site").status_code == 403
    assert client.post(path_of(request_), {}, HTTP_ORIGIN="https://evil.example").status_code == 403
    assert client.post(path_of(request_), {"text": "x" * 70_000}).status_code == 413


def test_too_many_from_one_network_are_refused(client: Client, request_: ServiceRequest, settings: Any) -> None:
    settings.NOTES_PER_HOUR = 2
    answers = [tell(client, request_, text=f"words {number}").status_code for number in range(3)]
    assert (answers, AbuseReport.objects.count()) == ([200, 200, 429], 2)


@pytest.mark.parametrize("fields", [{"hidden": True}, {"taken_away_at": clock.now()}])
def test_what_is_gone_has_no_form(client: Client, fields: dict[str, Any]) -> None:
    request = make_service_request(**fields)
    for call in (client.get, client.post):
        page = call(path_of(request))
        assert page.status_code == 410
        assert "deep hole" not in page.content.decode()


@pytest.mark.parametrize("bad", ["777-777-7777", "%00", "x" * 300])
def test_an_unknown_reference(client: Client, bad: str) -> None:
    assert client.get(f"/requests/{bad}/report-abuse/").status_code == 404
    assert client.post(f"/requests/{bad}/report-abuse/").status_code == 404
