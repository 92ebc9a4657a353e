"""What every dialect keeps, whatever it speaks. A dialect's test class inherits `DialectContract` and says which it is.

Against answers in a can each promise about failure is tried; against the sandbox's cities, those about success.
"""

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import pytest
import requests

from reports import http
from reports.dialects import registry
from reports.dialects.base import REPLAYABLE, Connection, Dialect
from reports.dialects.errors import (
    BadRequest,
    ConfigurationError,
    DialectError,
    Duplicate,
    KeyRejected,
    NoAnswer,
    NotFound,
    NotSent,
    PerhapsSent,
    RateLimited,
    Refused,
    Unavailable,
    Unreachable,
    Unreadable,
    Unsupported,
)
from reports.dialects.messages import Filing, Receipt, RequestStatuses, Service, Window
from tests.dialects.canned import BASE, canned

KEY = "contract-key-9271"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=7), NOW)
FILING = Filing(
    reference="RF-2K7Q",
    service_code="POTH",
    description="A hole as deep as a hand.\n\n[RF-2K7Q]",
    requested_datetime=NOW,
    lat=41.8837,
    long=-87.632,
    address_string="121 N La Salle St",
    email="resident@example.org",
)

DEEP = b"[" * 100_000
BILLION_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>
<services><service>&d;</service></services>"""
NOT_ANSWERS = {
    "empty": b"",
    "spaces": b" \r\n\0",
    "a web page": b"<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>",
    "a page that says it is XML": b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><p>x</p></html>',
    "words": b"Service temporarily away",
    "cut XML": b"<service_requests><request><service_request_id>1</serv",
    "cut JSON": b'[{"service_request_id": "1',
    "billion laughs": BILLION_LAUGHS,
    "an entity from outside": b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><services>&x;</services>',
    "deep JSON": DEEP,
    "deep XML": b"<a>" * 5000 + b"</a>" * 5000,
    "binary": bytes(range(256)),
    "a foreign object": b'{"hello": "world"}',
    "a number": b"42",
}


def assert_plain(message: object, *, inside_raw: bool = False) -> None:
    """Frozen all the way down, text that a database can hold, aware datetimes, ids as text."""
    if dataclasses.is_dataclass(message):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(message, dataclasses.fields(message)[0].name, None)
        for each in dataclasses.fields(message):
            value = getattr(message, each.name)
            if each.name.endswith(("_id", "_code", "token")):
                assert value is None or isinstance(value, str)
            if each.name != "raw":
                assert_plain(value)
    elif isinstance(message, tuple):
        for each in message:
            assert_plain(each)
    elif isinstance(message, datetime):
        assert message.tzinfo is not None
    elif isinstance(message, str):
        assert "\0" not in message
        message.encode()
    else:
        assert message is None or isinstance(message, bool | int | float | Enum)


class DialectContract:
    """Inherit it, name the dialect's `key`, and give a Receipt-worthy answer of the city as `taken`."""

    key: str
    taken: bytes  # what the city answers when it took a filing
    options: dict[str, Any] = {}

    @pytest.fixture
    def seen(self) -> list[http.Exchange]:
        return []

    @pytest.fixture
    def dialect(self, seen: list[http.Exchange]) -> Dialect:
        return self.open(seen)

    def open(self, seen: list[http.Exchange], **changes: Any) -> Dialect:
        client = http.Client("contract", on_exchange=seen.append, secrets=(KEY,), read_timeout=0.5)
        connection = Connection(BASE, client, api_key=KEY, jurisdiction_id="example.org", options=self.options)
        return registry.open_dialect(self.key, dataclasses.replace(connection, **changes))

    def reading(self, dialect: Dialect) -> dict[str, Callable[[], object]]:
        """Every reading call that the dialect's flags promise."""
        calls: dict[str, Callable[[], object]] = {
            "services": dialect.services,
            "service_definition": lambda: dialect.service_definition("POTH"),
            "service_requests": lambda: dialect.service_requests(["1", "2"]),
            "service_requests_updated": lambda: dialect.service_requests_updated(WINDOW),
            "service_requests_by_query": lambda: dialect.service_requests_by_query(WINDOW),
            "discovery": dialect.discovery,
        }
        if dialect.gives_tokens:
            calls["service_request_ids"] = lambda: dialect.service_request_ids(["t1", "t2"])
        if dialect.searchable:
            calls["find"] = lambda: dialect.find(FILING, WINDOW)
        return calls

    # --- the class ---

    def test_it_is_in_the_registry(self):
        assert self.key in dict(registry.choices())
        assert dict(registry.choices())[self.key]
        assert issubclass(registry.get(self.key), Dialect)

    def test_its_flags_are_of_the_known_kinds(self):
        found = registry.get(self.key)
        assert found.takes_photos in {"URL", "UPLOAD", "NO"}
        for flag in (found.gives_tokens, found.services_depend_on_place, found.searchable):
            assert isinstance(flag, bool)

    def test_what_the_flags_deny_is_unsupported(self, dialect):
        if not dialect.gives_tokens:
            with pytest.raises(Unsupported):
                dialect.service_request_ids(["t"])
        if not dialect.searchable:
            with pytest.raises(Unsupported):
                dialect.find(FILING, WINDOW)
        with pytest.raises(Unsupported), canned(b"[]"):
            dialect.replay("no such operation", http.Response(200, {}, b"[]", BASE))

    def test_options_are_checked_in_plain_words(self, seen):
        found = registry.get(self.key)
        assert found.check_options({}) == []
        assert found.check_options(self.options) == []
        assert "no_such_option" in found.check_options({"no_such_option": 1})[0]
        with pytest.raises(ConfigurationError, match="no_such_option"):
            self.open(seen, options={"no_such_option": 1})

    # --- filing ---

    def test_a_filing_is_one_call(self, dialect, seen):
        with canned((201, self.taken)) as city:
            receipt = dialect.post_service_request(FILING)
        assert [call.method for call in city.calls] == ["POST"]
        assert [exchange.method for exchange in seen] == ["POST"]
        assert isinstance(receipt, Receipt)
        assert receipt.service_request_id or receipt.token
        assert_plain(receipt)

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (400, BadRequest), (401, KeyRejected), (403, KeyRejected), (404, NotFound), (410, NotFound),
            (413, BadRequest), (422, BadRequest), (408, PerhapsSent), (409, Duplicate), (429, RateLimited),
            (500, PerhapsSent), (501, PerhapsSent), (502, PerhapsSent), (503, Unavailable), (504, PerhapsSent),
            (520, PerhapsSent), (303, PerhapsSent), (302, PerhapsSent), (200, PerhapsSent),
            (201, PerhapsSent),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("body", [b"", b"<html><body>gateway</body></html>"], ids=["empty", "page"])
    def test_a_status_says_whether_to_file_again(self, dialect, status, expected, body):
        with canned((status, body, {"Location": "/thanks"})) as city, pytest.raises(expected) as caught:
            dialect.post_service_request(FILING)
        assert len(city.calls) == 1
        assert caught.value.status_code == status
        assert caught.value.operation == "post_service_request"

    @pytest.mark.parametrize("body", NOT_ANSWERS.values(), ids=NOT_ANSWERS.keys())
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
    def test_a_broken_connection_says_whether_to_file_again(self, dialect, problem, expected):
        with canned(problem) as city, pytest.raises(expected):
            dialect.post_service_request(FILING)
        assert len(city.calls) == 1

    @pytest.mark.parametrize(("header", "seconds"), [("120", 120), ("-5", None), ("soon", None), ("9" * 9, 86400)])
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
        assert "resident@example.org" not in json.dumps([each.as_dict() for each in seen if each.method == "POST"])

    # --- recorded answers ---

    @pytest.mark.parametrize("operation", REPLAYABLE)
    @pytest.mark.parametrize("body", NOT_ANSWERS.values(), ids=NOT_ANSWERS.keys())
    def test_replaying_nonsense_gives_messages_or_a_dialect_error(self, dialect, operation, body):
        try:
            for message in dialect.replay(operation, http.Response(200, {}, body, BASE)):
                assert_plain(message)
        except DialectError:
            return


def assert_plain_or_rows(found: object) -> None:
    for each in found.items() if isinstance(found, dict) else found if isinstance(found, tuple) else (found,):
        assert_plain(each)


class SandboxContract:
    """The same dialect against a city of the sandbox. Inherit it, and give the city's facts."""

    key: str
    base: str  # path of the city's base below the sandbox
    jurisdiction_id: str = ""
    options: dict[str, Any] = {}
    answers_with: str = "id"  # "id", "token" or "nothing"
    listed: bool = True  # whether the city's own list shows what was filed

    @pytest.fixture
    def seen(self) -> list[http.Exchange]:
        return []

    @pytest.fixture
    def city(self, sandbox: Any) -> Any:
        return sandbox

    @pytest.fixture
    def dialect(self, city: Any, seen: list[http.Exchange]) -> Dialect:
        client = http.Client("sandbox", on_exchange=seen.append, secrets=("sandbox-key",))
        connection = Connection(
            f"http://sandbox.test/{self.base}",
            client,
            jurisdiction_id=self.jurisdiction_id,
            api_key="sandbox-key",
            options=self.options,
        )
        return registry.open_dialect(self.key, connection)

    def plain_service(self, dialect: Dialect) -> Service:
        return next(each for each in dialect.services() if not each.metadata)

    def filing(self, dialect: Dialect, description: str) -> Filing:
        code = self.plain_service(dialect).service_code
        return dataclasses.replace(FILING, service_code=code, description=description, requested_datetime=_now())

    def around_now(self) -> Window:
        return Window(_now() - timedelta(minutes=10), _now() + timedelta(minutes=10))

    def test_the_discovery_names_this_endpoint(self, dialect):
        found = dialect.discovery()
        assert_plain(found)
        assert any(each.url.rstrip("/").endswith(self.base.rstrip("/")) for each in found.endpoints)

    def test_services_and_all_their_definitions_are_read(self, dialect):
        services = dialect.services()
        assert len({each.service_code for each in services}) == len(services) > 1
        for service in services:
            assert_plain(service)
            if service.metadata:
                definition = dialect.service_definition(service.service_code)
                assert_plain(definition)
                assert definition.service_code == service.service_code
                orders = [each.order for each in definition.attributes]
                assert orders == sorted(orders)
                assert orders

    def test_an_unknown_service_is_not_found(self, dialect):
        with pytest.raises(NotFound) as caught:
            dialect.service_definition("no/such service:001")
        assert caught.value.messages

    def test_a_filing_is_taken_once_and_read_back(self, dialect, city, seen):
        filing = self.filing(dialect, "Ünïcode & <tags> 100 % “sure”\nline two [RF-2K7Q]")
        receipt = dialect.post_service_request(filing)
        assert [each.method for each in seen].count("POST") == 1
        if self.answers_with == "nothing":
            assert receipt == Receipt(raw=receipt.raw)
            return
        service_request_id = receipt.service_request_id
        if self.answers_with == "token":
            assert receipt.token
            assert dialect.service_request_ids([receipt.token]) == {receipt.token: None}
            city.clock.advance(3600)
            service_request_id = dialect.service_request_ids([receipt.token])[receipt.token]
        assert service_request_id
        row = dialect.service_request(service_request_id)
        assert_plain(row)
        assert row.service_request_id == service_request_id
        assert row.service_code == filing.service_code
        assert row.description == filing.description
        assert (row.lat, row.long) == (filing.lat, filing.long)
        assert row.requested_datetime is not None

    def test_several_requests_are_read_at_once(self, dialect, city):
        if self.answers_with == "nothing":
            return
        receipts = [dialect.post_service_request(self.filing(dialect, f"Number {number}")) for number in range(3)]
        city.clock.advance(3600)
        tokens = [receipt.token for receipt in receipts if receipt.token]
        ids = [*filter(None, (receipt.service_request_id for receipt in receipts))]
        ids += [*filter(None, dialect.service_request_ids(tokens).values())] if tokens else []
        answer = dialect.service_requests([*ids, "no-such-id"])
        assert isinstance(answer, RequestStatuses)
        assert {row.service_request_id for row in answer.rows} == set(ids)
        assert len(ids) == 3

    def test_an_unknown_request_is_not_found(self, dialect):
        assert dialect.service_requests(["no-such-id"]).rows == ()
        with pytest.raises(NotFound):
            dialect.service_request("no-such-id")

    @pytest.mark.parametrize(
        ("word", "expected"),
        [
            ("SANDBOX-429", RateLimited),
            ("SANDBOX-503", Unavailable),
            ("SANDBOX-RESET", NoAnswer),
            ("SANDBOX-HTML-200", Unreadable),
            ("SANDBOX-REFUSE", Refused),
            ("SANDBOX-DUPLICATE", Duplicate),
            ("SANDBOX-LOST-ANSWER", NoAnswer),
            ("SANDBOX-DROP-MIDWAY", PerhapsSent),
        ],
    )
    def test_each_way_of_failing_is_told_apart(self, dialect, word, expected):
        with pytest.raises(expected) as caught:
            dialect.post_service_request(self.filing(dialect, f"{word} here"))
        assert isinstance(caught.value, NotSent | PerhapsSent | Refused)

    def test_a_lost_filing_is_found_again(self, dialect, city):
        filing = self.filing(dialect, "SANDBOX-LOST-ANSWER at the corner of the yard [RF-2K7Q]")
        with pytest.raises(NoAnswer):
            dialect.post_service_request(filing)
        city.clock.advance(300)
        found = dialect.find(filing, self.around_now())
        assert_plain(found)
        assert not found.absence_certain
        assert len(found.candidates) == (1 if self.listed else 0)

    def test_a_filing_that_never_arrived_is_not_found(self, dialect):
        filing = self.filing(dialect, "SANDBOX-RESET at the corner of the yard [RF-2K7Q]")
        with pytest.raises(NoAnswer):
            dialect.post_service_request(filing)
        found = dialect.find(filing, self.around_now())
        assert found.candidates == ()
        assert found.absence_certain is self.listed

    def test_the_key_is_in_no_exchange(self, dialect, seen):
        dialect.post_service_request(self.filing(dialect, "Plain"))
        assert "sandbox-key" not in json.dumps([each.as_dict() for each in seen])


def _now() -> datetime:
    return datetime.now(UTC)
