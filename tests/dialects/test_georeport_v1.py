"""GeoReport v1: the contract, alone and against the sandbox's cities."""

import dataclasses

import pytest

from reports.dialects.errors import NoAnswer, Refused, Unsupported
from reports.dialects.georeport_v1 import GeoReportV1
from reports.dialects.messages import Completeness, Status
from tests.dialects.canned import BASE
from tests.dialects.contract import DialectContract
from tests.dialects.filing import FILING
from tests.dialects.sandbox_contract import SandboxContract


class TestContract(DialectContract):
    key = "georeport_v1"
    files_by = "GET"
    options = {"feed_url": f"{BASE}feed.kml"}
    taken = (
        b"<CreateResponse><Open311Error/><Open311Create><service_request_id>71</service_request_id><account_id/>"
        b"</Open311Create></CreateResponse>"
    )


class OfV1(SandboxContract):
    """What v1 cannot be asked is asked of the fake city itself: it has no search, and its status has no description."""

    key = "georeport_v1"
    refuses_clearly = False
    city_key: str

    def held(self, city):
        return [row["description"] for row in city.control.received()["cities"][self.city_key]["requests"]]

    def test_an_unknown_service_is_not_found(self, dialect):
        with pytest.raises(Refused) as caught:
            dialect.post_service_request(dataclasses.replace(self.filing(dialect, "Plain"), service_code="no such:1"))
        assert caught.value.messages

    def test_a_filing_is_taken_once_and_read_back(self, dialect, city, seen):
        before = self.held(city)
        filing = self.filing(dialect, "Ünïcode & <tags> 100 % “sure”\nline two [RF-2K7Q]")
        receipt = dialect.post_service_request(filing)
        assert [each.url for each in seen if "create_request" in each.url] == [seen[-1].url]
        assert [text for text in self.held(city) if text not in before] == [filing.description]
        row = dialect.service_request(receipt.service_request_id)
        assert (row.service_request_id, row.status) == (receipt.service_request_id, Status.OPEN)
        assert row.service_name == self.plain_service(dialect).service_name

    def test_a_lost_filing_is_found_again(self, dialect, city):
        """Nothing can be searched, so a person has to look: the report is there."""
        filing = self.filing(dialect, "SANDBOX-LOST-ANSWER at the corner of the yard [RF-2K7Q]")
        with pytest.raises(NoAnswer):
            dialect.post_service_request(filing)
        assert filing.description in self.held(city)
        with pytest.raises(Unsupported):
            dialect.find(filing, self.around_now())

    def test_a_filing_that_never_arrived_is_not_found(self, dialect, city):
        filing = self.filing(dialect, "SANDBOX-RESET at the corner of the yard [RF-2K7Q]")
        with pytest.raises(NoAnswer):
            dialect.post_service_request(filing)
        assert filing.description not in self.held(city)


class TestSanFrancisco(OfV1):
    base = "sf/V1/"
    city_key = "sf-v1"
    jurisdiction_id = "sfgov.org"

    @pytest.mark.parametrize(
        "name", ["311.kml", "ReportCommandHandler?request_type=all&start_date={start_date}&end_date={end_date}"]
    )
    def test_its_feeds_show_what_was_filed(self, dialect, city, name):
        receipt = dialect.post_service_request(self.filing(dialect, "A sign is bent"))
        address = f"http://sandbox.test/sf/feeds/{name}"
        connection = dataclasses.replace(dialect.connection, options={"feed_url": address})
        answer = GeoReportV1(connection).feed()
        [row] = [each for each in answer.rows if each.service_request_id == receipt.service_request_id]
        assert (row.description, row.address, row.status) == ("A sign is bent", FILING.address_string, Status.OPEN)
        assert (row.lat, row.long) == (FILING.lat, FILING.long)
        assert row.requested_datetime is not None
        assert FILING.email not in repr(row)
        assert answer.completeness is Completeness.UNKNOWN


class TestMiamiDade(OfV1):
    base = "miami-dade/V1/"
    city_key = "miami-dade"
    jurisdiction_id = "miamidade.gov"
