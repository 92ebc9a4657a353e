"""Updates that bodies send: taken over once, in any order, whatever is in them, and from nobody without the key."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client

from reports import callers, clock
from reports.delivery import push_keys, refresh
from reports.dialects import pushed_updates as wire
from reports.models import PublicStatus, PushedUpdate, ServiceRequest, StatusUpdate, Submission, SubmissionState
from tests.factories import make_endpoint, make_jurisdiction, make_service, make_service_request, make_submission

pytestmark = pytest.mark.django_db
JSON, XML = "/open311/v2/servicerequestupdates.json", "/open311/v2/servicerequestupdates.xml"
NUMBER = "23-00004711"


@pytest.fixture(autouse=True)
def _fresh_limits():
    callers.forget_limits()
    yield
    callers.forget_limits()


@pytest.fixture
def submission() -> Submission:
    filed = clock.now() - timedelta(days=2)
    request = make_service_request(requested_datetime=filed, status=PublicStatus.SENT)
    return make_submission(request, state=SubmissionState.DELIVERED, service_request_id=NUMBER, sent_at=filed)


@pytest.fixture
def key(submission: Submission) -> str:
    return push_keys.make(submission.endpoint)


def form(key: str, **fields: Any) -> dict[str, Any]:
    known = {
        "api_key": key, "service_request_id": NUMBER, "update_id": "u1", "status": "IN_PROGRESS",
        "updated_datetime": (clock.now() - timedelta(hours=3)).isoformat(), "description": "A crew is on its way.",
    }  # fmt: skip
    return known | fields


def send(key: str, at: str = JSON, **fields: Any) -> Any:
    answer = Client(enforce_csrf_checks=True).post(at, form(key, **fields))
    assert not answer.cookies
    return answer


def said(submission: Submission) -> list[tuple[str, str]]:
    return [
        (line.status, line.status_notes) for line in StatusUpdate.objects.filter(service_request=submission.request)
    ]


def status(submission: Submission) -> str:
    return ServiceRequest.objects.get(pk=submission.request_id).status


def test_an_update_is_taken_over_as_if_it_had_been_fetched(submission: Submission, key: str) -> None:
    answer = send(key)
    assert (answer.status_code, answer.json()) == (200, [{"update_id": "u1"}])
    assert said(submission) == [("in_progress", "A crew is on its way.")]
    assert status(submission) == PublicStatus.IN_PROGRESS
    line = StatusUpdate.objects.get()
    assert line.by_body
    assert abs(clock.now() - timedelta(hours=3) - line.datetime) < timedelta(minutes=1)


def test_both_formats_say_the_same(submission: Submission, key: str) -> None:
    words = "ünsafe & <b>"
    as_json, as_xml = send(key, JSON, update_id=words), send(key, XML, update_id=words)
    assert as_json["Content-Type"] == "application/json; charset=utf-8"
    assert as_xml["Content-Type"] == "text/xml; charset=utf-8"
    assert as_xml.content.startswith(b"<?xml")
    root = ElementTree.fromstring(as_xml.content)
    assert root.tag == "service_request_updates"
    assert [child.tag for child in root] == ["request_update"]
    assert [{"update_id": root.findtext("request_update/update_id")}] == as_json.json() == [{"update_id": words}]


def test_the_same_update_twice_is_one_line_and_the_same_answer(submission: Submission, key: str) -> None:
    first, again = send(key), send(key, description="Said otherwise the second time.", status="CLOSED")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert said(submission) == [("in_progress", "A crew is on its way.")]
    assert status(submission) == PublicStatus.IN_PROGRESS


def test_an_update_without_words_that_comes_again_moves_nothing_back(submission: Submission, key: str) -> None:
    when = clock.now().isoformat()
    send(key, update_id="a", status="CLOSED", description="", updated_datetime=when)
    send(key, update_id="b", status="REOPEN", description="It was not.", updated_datetime=when)
    reopened = status(submission)
    assert reopened != PublicStatus.CLOSED
    send(key, update_id="a", status="CLOSED", description="", updated_datetime=when)
    assert status(submission) == reopened


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("CLOSED", "closed"), ("fixed", "closed"), ("NOT_COUNCILS_RESPONSIBILITY", "not_responsible"),
        ("DUPLICATE", "duplicate"), ("ACTION_SCHEDULED", "in_progress"), ("OPEN", "in_progress"),
        ("FOR_TRIAGE", "in_progress"), ("\u202egnisolc", "in_progress"), ("UNCHANGED", "sent"),
    ],
)  # fmt: skip
def test_words_for_the_status(submission: Submission, key: str, word: str, expected: str) -> None:
    assert send(key, status=word).status_code == 200
    assert status(submission) == expected
    assert [words for _status, words in said(submission)] == ["A crew is on its way."]


def test_a_bare_open_keeps_what_is_known_better(submission: Submission, key: str) -> None:
    send(key)
    send(key, update_id="u2", status="OPEN", description="", updated_datetime=clock.now().isoformat())
    assert status(submission) == PublicStatus.IN_PROGRESS


@pytest.mark.parametrize("days", [-4000, -10, 10, 4000])
def test_dates_are_clamped_to_sense(submission: Submission, key: str, days: int) -> None:
    send(key, updated_datetime=(clock.now() + timedelta(days=days)).isoformat())
    assert submission.sent_at
    assert submission.sent_at <= StatusUpdate.objects.get().datetime <= clock.now()


def test_a_date_without_an_offset_is_the_bodys_own() -> None:
    body = make_jurisdiction(time_zone="America/Chicago")
    filed = clock.now() - timedelta(days=900)
    request = make_service_request(make_service(make_endpoint(body)), requested_datetime=filed)
    submission = make_submission(request, state=SubmissionState.DELIVERED, service_request_id=NUMBER, sent_at=filed)
    send(push_keys.make(submission.endpoint), updated_datetime="2025-07-01 12:00:00")
    assert StatusUpdate.objects.get().datetime.isoformat() == "2025-07-01T17:00:00+00:00"


@pytest.mark.parametrize("name", ["service_request_id", "update_id", "status", "updated_datetime"])
@pytest.mark.parametrize("value", ["", "  ", "\0", None])
def test_what_is_missing_is_named(submission: Submission, key: str, name: str, value: str | None) -> None:
    fields = form(key, **{name: value or ""})
    if value is None:
        del fields[name]
    answer = Client().post(JSON, fields)
    assert answer.status_code == 400
    (error,) = answer.json()
    assert error["code"] == 400
    assert error["description"].startswith(f"{name}:")
    assert not said(submission)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("updated_datetime", "yesterday"), ("updated_datetime", "9999-99-99"), ("updated_datetime", "0001-01-01"),
        ("update_id", "null"), ("service_request_id", "None"), ("update_id", "x" * 201),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(submission: Submission, key: str, name: str, value: str) -> None:
    answer = send(key, XML, **{name: value})
    assert answer.status_code == 400
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, root.findtext("error/code")) == ("errors", "400")
    assert (root.findtext("error/description") or "").startswith(f"{name}:")
    assert not PushedUpdate.objects.exists()


def test_nasty_words_are_words(submission: Submission, key: str) -> None:
    words = "<script>alert(1)</script> \u202etxet\u202c half \0 end"
    assert send(key, description=words).status_code == 200
    (kept,) = [text for _status, text in said(submission)]
    assert kept == words.replace("\0", "")
    page = Client().get(submission.request.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in page


def test_a_megabyte_of_words_is_cut_and_still_taken_once(submission: Submission, key: str) -> None:
    for _turn in range(2):
        assert send(key, description="long " * 200_000).status_code == 200
    (kept,) = [text for _status, text in said(submission)]
    assert 5_000 < len(kept) <= 10_000


@pytest.mark.parametrize("wrong", ["", "x", "1-", "-", "1-x", "9" * 40 + "-x", "٣-x", "\0", "é-\ud83d", "0-0"])
def test_without_the_key_nothing_is_taken(submission: Submission, key: str, wrong: str) -> None:
    given = wrong.encode("utf-8", "replace").decode()
    answer = send(given)
    assert answer.status_code == 403
    assert answer.json()[0]["code"] == 403
    assert not said(submission)


def test_a_key_that_was_replaced_or_removed_is_worth_nothing(submission: Submission, key: str) -> None:
    fresh = push_keys.make(submission.endpoint)
    assert send(key).status_code == 403
    assert send(fresh).status_code == 200
    push_keys.remove(submission.endpoint)
    assert send(fresh, update_id="u2").status_code == 403


def test_only_a_digest_of_the_key_is_kept(submission: Submission, key: str) -> None:
    submission.endpoint.refresh_from_db()
    assert key.partition("-")[2] not in str(vars(submission.endpoint))
    assert len(submission.endpoint.push_key_digest) == 64


def test_a_key_opens_the_requests_of_its_own_endpoint_only(submission: Submission, key: str) -> None:
    other = push_keys.make(make_endpoint())
    answer = send(other)
    assert answer.status_code == 404
    assert int(answer["Retry-After"]) > 0
    assert "again later" in answer.json()[0]["description"]
    assert not said(submission)


def test_an_update_that_comes_before_the_number_is_taken_when_it_comes_again(submission: Submission, key: str) -> None:
    Submission.objects.update(state=SubmissionState.ACCEPTED, token="t1", service_request_id="")
    assert send(key).status_code == 404
    assert not PushedUpdate.objects.exists()
    Submission.objects.update(state=SubmissionState.DELIVERED, service_request_id=NUMBER)
    assert send(key).status_code == 200
    assert len(said(submission)) == 1


@pytest.mark.parametrize("over", ["submission", "request", "taken away"])
def test_what_is_over_is_told_no_more_of(submission: Submission, key: str, over: str) -> None:
    if over == "submission":
        Submission.objects.update(state=SubmissionState.CANCELLED)
    elif over == "request":
        ServiceRequest.objects.update(status=PublicStatus.CANCELLED)
    else:
        ServiceRequest.objects.update(taken_away_at=clock.now())
    before = status(submission)
    assert send(key).status_code == 410
    assert not said(submission)
    assert status(submission) == before


def test_reports_under_one_number_are_all_told(submission: Submission, key: str) -> None:
    other = make_submission(
        make_service_request(submission.request.service), state=SubmissionState.DELIVERED, service_request_id=NUMBER
    )
    send(key)
    send(key)
    assert len(said(submission)) == len(said(other)) == 1


def test_an_update_does_not_make_public_what_may_be_private(submission: Submission, key: str) -> None:
    ServiceRequest.objects.update(private=True, private_presumed=True)
    send(key)
    request = ServiceRequest.objects.get()
    assert (request.private, request.private_presumed) == (True, True)
    assert len(said(submission)) == 1


def test_nothing_of_the_writer_is_kept(submission: Submission, key: str) -> None:
    send(key, first_name="Rosamunde", email="rosa@example.org", phone="555-0100", title="Mrs", media_url="data:x")
    kept = str([list(StatusUpdate.objects.values()), list(ServiceRequest.objects.values())])
    assert not [word for word in ("Rosamunde", "rosa@", "555-0100", "data:x") if word in kept]


@pytest.mark.parametrize(("given", "expected"), [("", 200), ("Springfield.gov", 200), ("shelbyville.gov", 404)])
def test_a_jurisdiction_that_is_named_has_to_be_the_keys(given: str, expected: int) -> None:
    endpoint = make_endpoint(make_jurisdiction(jurisdiction_id="springfield.gov"))
    request = make_service_request(make_service(endpoint))
    make_submission(request, state=SubmissionState.DELIVERED, service_request_id=NUMBER)
    assert send(push_keys.make(endpoint), jurisdiction_id=given).status_code == expected


def test_other_methods(key: str) -> None:
    for method in ("get", "head", "put", "delete", "patch"):
        answer = getattr(Client(), method)(XML)
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert Client().get(JSON).json()[0]["code"] == 405


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("application/json", b'{"api_key": "x"}', 415),
        ("text/plain", b"api_key=x", 415),
        ("", b"api_key=x", 415),
        ("application/x-www-form-urlencoded; charset=iso-8859-1", b"api_key=x", 415),
        ("application/x-www-form-urlencoded", b"\xff\xfe=\xff&api_key=%00%ff", 403),
        ("application/x-www-form-urlencoded", b"&", 403),
        ("application/x-www-form-urlencoded", b"a=1&" * 1001, 400),
        ("multipart/form-data", b"no boundary", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=", 403),
        ("application/x-www-form-urlencoded", b"d=" + b"x" * (2 * 1024 * 1024 + 1), 413),
    ],
)
def test_bodies_that_are_no_update(key: str, content_type: str, body: bytes, expected: int) -> None:
    answer = Client().generic("POST", JSON, body, content_type=content_type)
    assert answer.status_code == expected
    assert json.loads(answer.content)[0]["code"] == expected


def test_many_at_once_are_slowed_down(settings, submission: Submission, key: str) -> None:
    settings.PUSHED_UPDATES_PER_MINUTE = 2
    assert [send(key, update_id=str(turn)).status_code for turn in range(3)] == [200, 200, 429]
    answer = send(key, XML, update_id="3")
    assert 0 < int(answer["Retry-After"]) <= 60
    assert ElementTree.fromstring(answer.content).findtext("error/code") == "429"


def test_a_body_that_calls_from_many_addresses_is_one_body(settings, submission: Submission, key: str) -> None:
    settings.PUSHED_UPDATES_PER_MINUTE = 2
    found = [
        Client(REMOTE_ADDR=f"192.0.2.{turn}").post(JSON, form(key, update_id=str(turn))).status_code
        for turn in range(1, 4)
    ]
    assert found == [200, 200, 429]


@pytest.mark.django_db(transaction=True)
def test_the_same_update_several_times_at_once_is_one_line(submission: Submission, key: str) -> None:
    def post(_turn: int) -> int:
        try:
            return int(send(key).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(post, range(8))) == [200] * 8
    assert said(submission) == [("in_progress", "A crew is on its way.")]
    assert PushedUpdate.objects.count() == 1


@pytest.mark.parametrize("sent_first", [True, False])
def test_an_update_that_is_fetched_as_well_is_one_line(submission: Submission, key: str, sent_first: bool) -> None:
    fields = form(key)
    fetched = wire.read({name: value for name, value in fields.items() if name != "api_key"}, UTC)
    if sent_first:
        send(key, **fields)
    assert refresh.try_to_apply(submission, fetched) is not sent_first
    if not sent_first:
        assert send(key, **fields).status_code == 200
    assert said(submission) == [("in_progress", "A crew is on its way.")]
