"""What every dialect keeps, whatever it speaks. A dialect's test class inherits `DialectContract` and says which it is.

Here each promise about failure is tried, against answers in a can; those about success are in `sandbox_contract`.
"""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from reports import http
from reports.dialects import capabilities, registry
from reports.dialects.base import REPLAYABLE, Connection, Dialect
from reports.dialects.errors import (
    BadRequest,
    ConfigurationError,
    DialectError,
    Duplicate,
    KeyRejected,
    NoAnswer,
    NotFound,
    PerhapsSent,
    RateLimited,
    Unavailable,
    Unreachable,
    Unreadable,
    Unsupported,
)
from reports.dialects.messages import Receipt
from tests.dialects.canned import BASE, canned
from tests.dialects.filing import COMMENT, FILING, KEY, PLACE, WINDOW
from tests.dialects.not_answers import NOT_ANSWERS
from tests.dialects.plain import assert_plain, assert_plain_or_rows


class AnyDialectContract:
    """What a dialect keeps that may have no HTTP at all. Name the dialect's `key`."""

    key: str
    base_url: str = BASE
    options: dict[str, Any] = {}

    @pytest.fixture
    def seen(self) -> list[http.Exchange]:
        return []

    @pytest.fixture
    def dialect(self, seen: list[http.Exchange]) -> Dialect:
        return self.open(seen)

    def open(self, seen: list[http.Exchange], **changes: Any) -> Dialect:
        client = http.Client("contract", on_exchange=seen.append, secrets=(KEY,), read_timeout=0.5)
        connection = Connection(self.base_url, client, api_key=KEY, jurisdiction_id="example.org", options=self.options)
        return registry.open_dialect(self.key, dataclasses.replace(connection, **changes))

    def reading(self, dialect: Dialect) -> dict[str, Callable[[], object]]:
        """Every reading call that the dialect's flags promise."""
        promised: dict[str, tuple[bool, Callable[[], object]]] = {
            "services": (dialect.has_services, lambda: dialect.services(PLACE)),
            "service_definition": (dialect.has_definitions, lambda: dialect.service_definition("POTH")),
            "service_requests": (dialect.follows_by_id, lambda: dialect.service_requests(["1", "2"])),
            "service_requests_updated": (dialect.follows_by_window, lambda: dialect.service_requests_updated(WINDOW)),
            "discovery": (dialect.has_discovery, dialect.discovery),
            "service_request_ids": (dialect.gives_tokens, lambda: dialect.service_request_ids(["t1", "t2"])),
            "feed": (dialect.has_feed, dialect.feed),
            "comments": (dialect.gives_comments, lambda: dialect.comments("1")),
            "find": (dialect.searchable, lambda: dialect.find(FILING, WINDOW)),
        }
        return {name: call for name, (able, call) in promised.items() if able}

    # --- the class ---

    def test_it_is_in_the_registry(self):
        assert self.key in dict(registry.choices())
        assert dict(registry.choices())[self.key]
        assert issubclass(registry.get(self.key), Dialect)

    def test_its_flags_are_of_the_known_kinds(self):
        found = registry.get(self.key)
        assert found.takes_photos in {"URL", "UPLOAD", "NO"}
        assert (found.takes_photos == "NO") == (found.photo_limit == 0)
        assert len(capabilities.row(found)) == len(capabilities.COLUMNS)

    def test_what_the_flags_deny_is_unsupported(self, dialect):
        denied: list[tuple[bool, Callable[[], object]]] = [
            (dialect.has_services, lambda: dialect.services(PLACE)),
            (dialect.files, lambda: dialect.post_service_request(FILING)),
            (dialect.gives_tokens, lambda: dialect.service_request_ids(["t"])),
            (dialect.follows_by_id, lambda: dialect.service_requests(["1"])),
            (dialect.follows_by_window, lambda: dialect.service_requests_updated(WINDOW)),
            (dialect.has_feed, dialect.feed),
            (dialect.takes_comments, lambda: dialect.comment("1", COMMENT)),
            (dialect.reopens, lambda: dialect.reopen("1", COMMENT)),
            (dialect.gives_comments, lambda: dialect.comments("1")),
            (dialect.has_discovery, dialect.discovery),
            (dialect.searchable, lambda: dialect.find(FILING, WINDOW)),
        ]
        for call in (call for able, call in denied if not able):
            with pytest.raises(Unsupported):
                call()
        with pytest.raises(Unsupported), canned(b"[]"):
            dialect.replay("no such operation", http.Response(200, {}, b"[]", BASE))

    def test_options_are_checked_in_plain_words(self, seen):
        found = registry.get(self.key)
        assert found.check_options({}) == []
        assert found.check_options(self.options) == []
        assert "no_such_option" in found.check_options({"no_such_option": 1})[0]
        with pytest.raises(ConfigurationError, match="no_such_option"):
            self.open(seen, options={"no_such_option": 1})

    # --- recorded answers ---

    @pytest.mark.parametrize("operation", REPLAYABLE)
    @pytest.mark.parametrize("body", NOT_ANSWERS.values(), ids=NOT_ANSWERS.keys())
    def test_replaying_nonsense_gives_messages_or_a_dialect_error(self, dialect, operation, body):
        try:
            for message in dialect.replay(operation, http.Response(200, {}, body, BASE)):
                assert_plain(message)
        except DialectError:
            return


class DialectContract(AnyDialectContract):
    """Inherit it, name the dialect's `key`, and give a Receipt-worthy answer of the city as `taken`."""

    taken: bytes  # what the city answers when it took a filing
    files_by: str = "POST"  # GeoReport v1 files by GET
    sends_email: bool = True  # False where a filing never holds the resident's address, so that no answer can quote it

    # --- filing ---

    @pytest.fixture
    def files_something(self, dialect: Dialect) -> None:
        if not dialect.files:
            pytest.skip("this dialect files nothing: see test_what_the_flags_deny_is_unsupported")

    @pytest.mark.usefixtures("files_something")
    def test_a_filing_is_one_call(self, dialect, seen):
        with canned((201, self.taken)) as city:
            receipt = dialect.post_service_request(FILING)
        assert [call.method for call in city.calls] == [self.files_by]
        assert [exchange.method for exchange in seen] == [self.files_by]
        assert isinstance(receipt, Receipt)
        assert receipt.service_request_id or receipt.token
        assert_plain(receipt)

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (400, BadRequest), (401, KeyRejected), (403, KeyRejected), (404, NotFound), (410, NotFound),
            (413, BadRequest), (422, BadRequest), (408, PerhapsSent), (409, Duplicate), (429, RateLimited),
            (500, PerhapsSent), (501, PerhapsSent), (502, PerhapsSent), (503, PerhapsSent), (504, PerhapsSent),
            (520, PerhapsSent), (303, PerhapsSent), (302, PerhapsSent), (200, PerhapsSent),
            (201, PerhapsSent),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("body", [b"", b"<html><body>gateway</body></html>"], ids=["empty", "page"])
    @pytest.mark.usefixtures("files_something")
    def test_a_status_says_whether_to_file_again(self, dialect, status, expected, body):
        with canned((status, body, {"Location": "/thanks"})) as city, pytest.raises(expected) as caught:
            dialect.post_service_request(FILING)
        assert len(city.calls) == 1
        assert caught.value.status_code == status
        assert caught.value.operation == "post_service_request"

    @pytest.mark.parametrize("body", NOT_ANSWERS.values(), ids=NOT_ANSWERS.keys())
    @pytest.mark.usefixtures("files_something")
    def test_an_unclear_answer_to_a_filing_is_perhaps_sent(self, dialect, body):
        with canned((200, body)) as city, pytest.raises(Unreadable):
            dialect.post_service_request(FILING)
        assert len(city.calls) == 1

    @pytest.mark.parametrize(
        ("problem", "expected"),
        [
            (requests.ConnectTimeout("slow"), Unreachable),
            (requests.exceptions.SSLError("bad certificate"), Unreachable),
            (requests.ReadTimeout("silence"), NoAnswer),
            (requests.ConnectionError("reset"), NoAnswer),
            (requests.exceptions.ChunkedEncodingError("cut"), NoAnswer),
        ],
    )
    @pytest.mark.usefixtures("files_something")
    def test_a_broken_connection_says_whether_to_file_again(self, dialect, problem, expected):
        with canned(problem) as city, pytest.raises(expected):
            dialect.post_service_request(FILING)
        assert len(city.calls) == 1

    @pytest.mark.parametrize(("header", "seconds"), [("120", 120), ("-5", None), ("soon", None), ("9" * 9, 86400)])
    @pytest.mark.usefixtures("files_something")
    def test_the_city_s_patience_is_passed_on(self, dialect, header, seconds):
        with canned((429, b"", {"Retry-After": header})), pytest.raises(RateLimited) as caught:
            dialect.post_service_request(FILING)
        assert caught.value.retry_after == seconds

    # --- reading ---

    def test_reading_never_posts_and_never_repeats(self, dialect):
        for name, call in self.reading(dialect).items():
            with canned((503, b"")) as city, pytest.raises(Unavailable) as caught:
                call()
            assert [each.method for each in city.calls] == ["GET"], name
            assert caught.value.status_code == 503

    @pytest.mark.parametrize("body", NOT_ANSWERS.values(), ids=NOT_ANSWERS.keys())
    @pytest.mark.parametrize("status", [200, 404, 500])
    def test_reading_nonsense_gives_a_message_or_a_dialect_error(self, dialect, body, status):
        for call in self.reading(dialect).values():
            with canned((status, body)):
                try:
                    assert_plain_or_rows(call())
                except Unsupported:
                    pytest.fail("the flags promised this call")
                except DialectError:
                    continue

    @pytest.mark.usefixtures("files_something")
    def test_nothing_is_remembered(self, dialect, seen):
        with canned((201, self.taken)):
            first = dialect.post_service_request(FILING)
            assert first == dialect.post_service_request(FILING) == self.open(seen).post_service_request(FILING)

    # --- privacy ---

    def test_the_key_and_the_resident_are_in_no_exchange_and_no_error(self, dialect, seen):
        echo = json.dumps([{"code": 400, "description": f"{KEY} resident@example.org"}]).encode()
        errors = []
        for call in (lambda: dialect.post_service_request(FILING), *self.reading(dialect).values()):
            with canned((400, echo)):
                try:
                    call()
                except DialectError as error:
                    errors.append((str(error), error.messages, error.excerpt))
        assert errors
        assert seen
        told = json.dumps([each.as_dict() for each in seen])
        assert KEY not in told + str(errors)
        if dialect.files:
            assert seen[0].method == self.files_by  # the filing came first
            if self.sends_email:
                assert "resident@example.org" not in json.dumps(seen[0].as_dict())
            else:
                with canned((400, echo)) as city, pytest.raises(DialectError):
                    dialect.post_service_request(FILING)
                assert "resident" not in str(city.calls[0])
