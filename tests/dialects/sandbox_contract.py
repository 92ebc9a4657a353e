"""What every dialect keeps when a city answers: the promises about success, against the cities of the sandbox."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest

from reports import http
from reports.dialects import registry
from reports.dialects.base import Connection, Dialect
from reports.dialects.errors import (
    Duplicate,
    NoAnswer,
    NotFound,
    NotSent,
    PerhapsSent,
    RateLimited,
    Refused,
    Unreadable,
)
from reports.dialects.messages import Filing, Place, Receipt, RequestStatuses, Service, Window
from tests.dialects.filing import FILING
from tests.dialects.plain import assert_plain


class SandboxContract:
    """The same dialect against a city of the sandbox. Inherit it, and give the city's facts."""

    key: str
    base: str  # path of the city's base below the sandbox
    jurisdiction_id: str = ""
    api_key: str = "sandbox-key"
    options: dict[str, Any] = {}
    time_zone: tzinfo = UTC  # the city's own, which matters where it reads or writes dates without one
    answers_with: str = "id"  # "id", "token" or "nothing"
    listed: bool = True  # whether the city's own list shows what was filed
    lists_at_once: bool = True  # whether it does so from the start, so that what is not there was not filed
    place: Place | None = None  # where services are asked for and filings are made, for cities that go by place
    every_definition_asks: bool = True  # False where a service is said to have questions that a filing answers itself
    rows_name_services: bool = True  # False where a request does not say what kind it is of
    says_what_is_unknown: bool = True  # False where "not found" comes without a word

    refuses_clearly: bool = True  # False where a refusal has the same code as a failure (GeoReport v1)

    @pytest.fixture
    def seen(self) -> list[http.Exchange]:
        return []

    @pytest.fixture
    def files_something(self, dialect: Dialect) -> None:
        if not dialect.files:
            pytest.skip("this dialect files nothing, and the contract says that it is denied")

    @pytest.fixture
    def searchable(self, dialect: Dialect) -> None:
        if not dialect.searchable:
            pytest.skip("nothing can be searched for here, and the contract says that it is denied")

    @pytest.fixture
    def city(self, sandbox: Any) -> Any:
        return sandbox

    @pytest.fixture
    def dialect(self, city: Any, seen: list[http.Exchange]) -> Dialect:
        client = http.Client("sandbox", on_exchange=seen.append, secrets=("sandbox-key", self.api_key))
        connection = Connection(
            f"http://sandbox.test/{self.base}",
            client,
            jurisdiction_id=self.jurisdiction_id,
            api_key=self.api_key,
            options=self.options,
            time_zone=self.time_zone,
        )
        return registry.open_dialect(self.key, connection)

    def plain_service(self, dialect: Dialect) -> Service:
        """A service that takes a filing without answers."""
        listed = dialect.services(self.place)
        without = (each for each in listed if not each.metadata)
        return next(without, None) or next(
            each
            for each in listed
            if not any(asked.required for asked in dialect.service_definition(each.service_code).attributes)
        )

    def filing(self, dialect: Dialect, description: str) -> Filing:
        code = self.plain_service(dialect).service_code
        filing = dataclasses.replace(FILING, service_code=code, description=description, requested_datetime=_now())
        return dataclasses.replace(filing, lat=self.place.lat, long=self.place.long) if self.place else filing

    def around_now(self) -> Window:
        return Window(_now() - timedelta(minutes=10), _now() + timedelta(minutes=10))

    def test_the_discovery_names_this_endpoint(self, dialect):
        if not dialect.has_discovery:
            pytest.skip("this kind of system has none, and the contract says that it is denied")
        found = dialect.discovery()
        assert_plain(found)
        assert any(each.url.rstrip("/").endswith(self.base.rstrip("/")) for each in found.endpoints)

    def test_services_and_all_their_definitions_are_read(self, dialect):
        services = dialect.services(self.place)
        assert len({each.service_code for each in services}) == len(services) > 1
        for service in services:
            assert_plain(service)
            if service.metadata:
                definition = dialect.service_definition(service.service_code)
                assert_plain(definition)
                assert definition.service_code == service.service_code
                orders = [each.order for each in definition.attributes]
                assert orders == sorted(orders)
                assert orders or not self.every_definition_asks

    def test_an_unknown_service_is_not_found(self, dialect):
        if not dialect.has_definitions:
            pytest.skip("no definition is asked for here")
        with pytest.raises(NotFound) as caught:
            dialect.service_definition("no/such service:001")
        assert caught.value.messages or not self.says_what_is_unknown

    @pytest.mark.usefixtures("files_something")
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
        assert row.service_code == (filing.service_code if self.rows_name_services else "")
        assert row.description == filing.description
        assert (row.lat, row.long) == (filing.lat, filing.long)
        assert row.requested_datetime is not None

    @pytest.mark.usefixtures("files_something")
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
            ("SANDBOX-503", NoAnswer),
            ("SANDBOX-RESET", NoAnswer),
            ("SANDBOX-HTML-200", Unreadable),
            ("SANDBOX-REFUSE", Refused),
            ("SANDBOX-DUPLICATE", Duplicate),
            ("SANDBOX-LOST-ANSWER", NoAnswer),
            ("SANDBOX-DROP-MIDWAY", PerhapsSent),
        ],
    )
    @pytest.mark.usefixtures("files_something")
    def test_each_way_of_failing_is_told_apart(self, dialect, word, expected):
        if word == "SANDBOX-REFUSE" and not self.refuses_clearly:
            expected = PerhapsSent
        with pytest.raises(expected) as caught:
            dialect.post_service_request(self.filing(dialect, f"{word} here"))
        assert isinstance(caught.value, NotSent | PerhapsSent | Refused)

    @pytest.mark.usefixtures("searchable")
    def test_a_lost_filing_is_found_again(self, dialect, city):
        filing = self.filing(dialect, "SANDBOX-LOST-ANSWER at the corner of the yard [RF-2K7Q]")
        with pytest.raises(NoAnswer):
            dialect.post_service_request(filing)
        city.clock.advance(300)
        found = dialect.find(filing, self.around_now())
        assert_plain(found)
        assert not found.absence_certain
        assert len(found.candidates) == (1 if self.listed else 0)

    @pytest.mark.usefixtures("searchable")
    def test_a_filing_that_never_arrived_is_not_found(self, dialect):
        filing = self.filing(dialect, "SANDBOX-RESET at the corner of the yard [RF-2K7Q]")
        with pytest.raises(NoAnswer):
            dialect.post_service_request(filing)
        found = dialect.find(filing, self.around_now())
        assert found.candidates == ()
        assert found.absence_certain is (self.listed and self.lists_at_once)

    @pytest.mark.usefixtures("files_something")
    def test_the_key_is_in_no_exchange(self, dialect, seen):
        dialect.post_service_request(self.filing(dialect, "Plain"))
        assert "sandbox-key" not in json.dumps([each.as_dict() for each in seen])


def _now() -> datetime:
    return datetime.now(UTC)
