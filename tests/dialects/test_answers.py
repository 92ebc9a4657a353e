"""HTTP statuses, codes in bodies and redirects to the one question: send again?"""

from datetime import UTC, datetime

import pytest

from reports import clock, http
from reports.dialects.answers import judge, speak
from reports.dialects.errors import (
    BadRequest,
    Duplicate,
    KeyRejected,
    NoAnswer,
    NotFound,
    PerhapsSent,
    RateLimited,
    Refused,
    Unavailable,
    Unchanged,
    Unreachable,
    Unreadable,
)

URL = "http://city.example/v2/requests.xml"
OK = b"[]"


def verdict(status: int, body: bytes, headers: dict[str, str] | None = None, *, writing: bool = True) -> Exception:
    with pytest.raises(Exception) as caught:
        judge("post_service_request", http.Response(status, headers or {}, body, URL), writing=writing)
    return caught.value


def coded(code: object, words: str = "words") -> bytes:
    return f'[{{"code": "{code}", "description": "{words}"}}]'.encode()


@pytest.mark.parametrize("status", [200, 201, 202])
def test_success(status):
    found = judge("services", http.Response(status, {}, OK, URL), writing=False)
    assert (found.status, found.document.data) == (status, [])


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (500, 400, BadRequest), (500, 401, KeyRejected), (500, 404, NotFound), (500, 500, Unreadable),
        (500, "", Unreadable), (500, 503, Unavailable), (502, "", NoAnswer), (400, 403, KeyRejected),
        (400, 404, NotFound), (400, 500, BadRequest), (404, 400, BadRequest), (200, 400, BadRequest),
        (200, 404, NotFound), (200, 500, Unreadable), (200, "", BadRequest), (429, 403, RateLimited),
        (400, 429, RateLimited), (503, 429, RateLimited), (400, "103 - service_code", BadRequest),
        (408, "", NoAnswer), (410, "", NotFound), (409, "", Duplicate), (504, "", NoAnswer), (501, "", Unreadable),
        (503, "", NoAnswer), (503, 503, Unavailable), (403, "", KeyRejected), (502, 503, NoAnswer),
        (504, 503, NoAnswer), (504, 429, NoAnswer), (500, 429, RateLimited), (502, 400, BadRequest),
    ],
)  # fmt: skip
def test_a_code_in_the_body_decides(status, code, expected):
    assert type(verdict(status, coded(code))) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Invalid service request: base is a duplicate.", Duplicate),
        ("Invalid api_key received", KeyRejected),
        ("api_key: is invalid", KeyRejected),
        ("api_key is missing", KeyRejected),
        ("Es wurde kein API-Key übergeben.", KeyRejected),
        ("Too Many Requests", RateLimited),
        ("HOWMANYD required", BadRequest),
        ("lat is not valid", BadRequest),
    ],
)
def test_words_decide_over_400(words, expected):
    assert type(verdict(400, coded(400, words))) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [(f"{each} API_key", KeyRejected) for each in ("Invalid", "missing", "unknown", "wrong", "bad", "no", "kein")]
    + [(f"The api key you sent is {each}.", KeyRejected) for each in ("invalid", "missing", "required", "not valid")]
    + [("An api-key was not provided", KeyRejected), ("Der apikey ist ungültig", KeyRejected)]
    + [("Duplicate request", Duplicate), ("this is a duplicate service request of 7", Duplicate)]
    + [("Request already exists", Duplicate), ("This has already been reported.", Duplicate)]
    + [("Rate limit exceeded", RateLimited), ("Rate limiting is on", RateLimited)]
    + [("The monkey is invalid", BadRequest), ("The keys are missing", BadRequest)],
)
def test_all_words_that_decide(words, expected):
    assert type(verdict(400, coded("", words))) is expected


@pytest.mark.parametrize("status", [200, 201, 203, 204, 205])
def test_no_answer_at_all_is_clear_only_with_202(status):
    assert type(verdict(status, b"")) is Unreadable
    found = judge("post_service_request", http.Response(202, {}, b" ", URL), writing=True)
    assert (found.status, found.document.data) == (202, None)


def test_the_header_s_charset_is_used_for_rows_and_for_words():
    headers = {"Content-Type": "application/json; charset=iso-8859-2"}
    row = '[{"description": "Łódź"}]'.encode("iso-8859-2")
    assert verdict(400, row, headers).messages == ("Łódź",)
    assert verdict(400, "ERROR: Łódź".encode("iso-8859-2"), headers).messages == ("ERROR: Łódź",)


def test_unchanged_is_told_with_its_status():
    with pytest.raises(Unchanged) as caught:
        speak("services", lambda: http.Response(304, {}, b"", URL), writing=False, redact=http.redact)
    assert (caught.value.status_code, caught.value.operation) == (304, "services")


@pytest.mark.parametrize("status", [500, 501, 502, 504, 520])
def test_a_server_s_failure_may_be_repeated_only_when_reading(status):
    assert isinstance(verdict(status, b""), PerhapsSent)
    assert type(verdict(status, b"", writing=False)) is Unavailable


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"<html><h1>503 Service Unavailable</h1>No server is available to handle this request.</html>", {}, NoAnswer),
        (b"upstream connect error or disconnect/reset before headers", {}, NoAnswer),
        (b'{"message": "Service Unavailable"}', {}, NoAnswer),
        (b"", {}, NoAnswer),
        (b"", {"Retry-After": "30"}, Unavailable),
        (b"<html>Down for maintenance</html>", {"retry-after": "Mon, 02 Mar 2026 15:02:00 GMT"}, Unavailable),
        (b"<html><h3>Guru Meditation:</h3></html>", {"Retry-After": "5"}, NoAnswer),
        (b"<html>Guru Mediation: Details: cache-ord</html>", {"Retry-After": "0"}, NoAnswer),
        (b"<html>Oops</html>", {"Retry-After": "5", "X-Varnish": "32770"}, NoAnswer),
        (b"<html>Oops</html>", {"Retry-After": "5", "Via": "1.1 varnish (Varnish/7.1)"}, NoAnswer),
        (coded(503, "closed for the night"), {}, Unavailable),
        (b"ERROR 503: closed for the night", {}, Unavailable),
    ],
)
def test_a_503_proves_that_a_filing_was_not_taken_only_where_the_system_itself_says_so(body, headers, expected):
    assert type(verdict(503, body, headers)) is expected
    assert type(verdict(503, body, headers, writing=False)) is Unavailable


@pytest.mark.parametrize(
    ("status", "location", "expected"),
    [
        (307, "https://city.example/v2/requests.xml", Refused),
        (308, "/elsewhere", Refused),
        (301, "https://city.example/v2/requests.xml", Refused),
        (302, "https://new.example/v2/requests.xml", Refused),
        (302, "/thanks", Unreadable),
        (301, "/", Unreadable),
        (302, "", Unreadable),
        (303, "https://city.example/v2/requests.xml", Unreadable),
        (300, "", Unreadable),
        (304, "", Unreadable),
    ],
)
def test_redirects(status, location, expected):
    error = verdict(status, b"", {"Location": location})
    assert type(error) is expected
    if expected is Refused:
        assert "base URL" in str(error)


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"<errors/>", b"<error/>", b"[{", b"\xff\xfe"])
def test_unclear_success_is_perhaps_sent(body):
    assert type(verdict(200, body)) is Unreadable


@pytest.mark.parametrize("status", [201, 202])
@pytest.mark.parametrize("body", [b'{"message": "Request created"}', b'[{"description": "Thank you"}]'])
def test_taken_with_words_that_are_no_code_is_perhaps_sent(status, body):
    error = verdict(status, body)
    assert type(error) is Unreadable
    assert error.messages in {("Request created",), ("Thank you",)}
    assert type(verdict(status, coded(400))) is BadRequest
    assert type(verdict(status, b'{"message": "base is a duplicate"}')) is Duplicate
    assert type(verdict(status, body, writing=False)) is BadRequest


def test_retry_after_in_both_forms():
    with clock.at(datetime(2026, 3, 2, 15, 0, tzinfo=UTC)):
        for written, seconds in (
            ("12", 12.0),
            ("1.5", 1.5),
            ("Mon, 02 Mar 2026 15:02:00 GMT", 120.0),
            ("Mon, 02 Mar 2026 14:00:00 GMT", 0.0),
            ("Mon, 02 Mar 2099 14:00:00 GMT", 86_400.0),
            ("Mon, 02 Mar 2026 15:02:00 -0000", None),
            ("later", None),
            ("", None),
        ):
            assert verdict(503, b"", {"Retry-After": written}, writing=False).retry_after == seconds, written
            assert verdict(429, b"", {"Retry-After": written}).retry_after == seconds, written


def test_the_city_s_words_are_plain_and_short():
    error = verdict(400, coded(400, "<b>Too</b>   long " + "x" * 900))
    assert error.messages[0].startswith("Too long x")
    assert len(error.messages[0]) <= 500
    assert len(verdict(400, b"<errors>" + b"<error>a</error>" * 50 + b"</errors>").messages) == 10


def test_excerpts_are_redacted():
    error = verdict(400, b'{"error": "no", "email": "jane@example.org", "api_key": "abc"}')
    assert "jane" not in error.excerpt
    assert "abc" not in error.excerpt
    assert len(verdict(500, b"x" * 10_000).excerpt) == 500


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (http.ConnectionFailed("x"), Unreachable),
        (http.AddressRefused("x"), Unreachable),
        (http.BadUrl("x"), Unreachable),
        (http.NoAnswer("x", sent=True), NoAnswer),
        (http.TooSlow("x", sent=True), NoAnswer),
        (http.BodyTooLarge("x", sent=True), Unreadable),
    ],
)
def test_the_network_s_failures(problem, expected):
    def call() -> http.Response:
        raise problem

    with pytest.raises(expected) as caught:
        speak("services", call, writing=False, redact=http.redact)
    assert type(caught.value) is expected
    assert caught.value.operation == "services"


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_failure_that_speaks_of_a_limit_may_have_come_after_the_filing_was_stored(status):
    words = b"Error: rate limit of the mail server reached"
    assert isinstance(verdict(status, words), PerhapsSent)
    assert isinstance(verdict(status, coded("", "Too many requests")), PerhapsSent)
    assert not isinstance(verdict(status, words, writing=False), PerhapsSent)
