"""Feeds: each published form read to rows, what is kept of them, and what is refused."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests

from reports import clock, http
from reports.dialects.base import Connection
from reports.dialects.errors import KeyRejected, NoAnswer, NotFound, Unavailable, Unreachable, Unreadable, Unsupported
from reports.dialects.feeds import FeedMixin, archive, feed_address, read, read_feed
from reports.dialects.feeds.columns import COLUMNS, KEPT, column_name
from reports.dialects.formats.document import Malformed
from reports.dialects.georeport_v1 import GeoReportV1
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.messages import Completeness, RequestStatus, Stage, Status
from tests.dialects.canned import BASE, canned

PAYLOADS = Path(__file__).parent.parent / "payloads" / "georeport_v1"
WASHINGTON = ZoneInfo("America/New_York")
PRIVATE = ("Jo Doe", "202-555", "SAM ROE", "ANN POE", "Kim Low", "415-555")


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def rows(body: bytes) -> dict[str | None, RequestStatus]:
    return {row.service_request_id: row for row in read_feed(body, "", WASHINGTON).rows}


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def city(**options: str) -> GeoReportV1:
    return GeoReportV1(Connection(BASE, http.Client("feed"), time_zone=WASHINGTON, options=options))


# --- each form ---


def test_washington_s_atom_feed() -> None:
    found = rows(payload("feed-dc.atom.xml"))
    light, trash = found["3300412"], found["3300413"]
    assert (light.service_code, light.service_name, light.agency_responsible) == ("S07SL", "STREETLIGHT OUT", "DDOT")
    assert (light.status, light.status_word, light.status_notes) == (Status.OPEN, "OPEN", "")
    assert light.requested_datetime == datetime(2011, 3, 1, 13, 15, tzinfo=UTC)
    assert light.updated_datetime == datetime(2011, 3, 2, 1, 40, 3, tzinfo=UTC)
    assert light.expected_datetime == datetime(2011, 3, 8, 13, 15, tzinfo=UTC)
    assert (light.lat, light.long, light.zipcode) == (38.9117, -77.0214, "20001")
    assert (light.address, light.address_id, light.duplicate_of) == ("410 ELM STREET NW", "", "")
    assert (trash.status, trash.status_notes, trash.duplicate_of) == (Status.CLOSED, "DUPLICATE CALL", "3300400")
    assert (trash.lat, trash.address) == (None, "")


def test_washington_s_plain_xml() -> None:
    row = rows(payload("feed-dc-plain.xml"))["3300510"]
    assert (row.status, row.status_notes, row.lat) == (Status.CLOSED, "COLLECTED", 38.88)
    assert row.updated_datetime == datetime(2011, 3, 4, 16, 0, tzinfo=UTC)


def test_washington_s_csv() -> None:
    answer = read_feed(payload("feed-dc.csv"), "text/csv", WASHINGTON)
    meter, rodents = answer.rows
    assert (meter.service_name, meter.address) == ("PARKING METER, REPAIR", "7TH ST & K ST NW")
    assert meter.requested_datetime == datetime(2011, 3, 5, 14, 10, tzinfo=UTC)
    assert (rodents.status, rodents.updated_datetime) == (Status.CLOSED, datetime(2011, 3, 6, 18, 0, tzinfo=UTC))
    assert answer.skipped == 1
    assert answer.completeness is Completeness.UNKNOWN


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_and_a_byte_order_mark(delimiter: str) -> None:
    written = f"\ufeffCase ID{delimiter}Status\r\n12.0{delimiter}Closed\r\n\r\n"
    assert rows(written.encode())["12"].status is Status.CLOSED


def test_san_francisco_s_kml() -> None:
    answer = read_feed(payload("feed-sf.kml"), "", WASHINGTON)
    found = {row.service_request_id: row for row in answer.rows}
    assert list(found) == ["604411", "604412", "604413", "604414"]
    assert answer.skipped == 1
    schema, data, table, lines = found.values()
    assert (schema.status, schema.service_name, schema.description) == (
        Status.CLOSED,
        "Sidewalk defect",
        "Cracked sidewalk",
    )
    assert (schema.lat, schema.long) == (37.7766, -122.4231)
    assert (data.service_name, data.status_known) == ("Graffiti on public property", False)
    assert (table.service_name, table.status) == ("Street & sidewalk cleaning", Status.OPEN)
    assert (table.lat, table.long) == (37.7812, -122.4102)
    assert lines.requested_datetime == datetime(2010, 4, 13, 17, 0, tzinfo=UTC)
    assert (lines.stage, lines.status_word) == (Stage.IN_PROGRESS, "In-Progress")


@pytest.mark.parametrize("name", ["feed-dc.atom.xml", "feed-dc-plain.xml", "feed-dc.csv", "feed-sf.kml"])
def test_only_named_columns_are_kept_also_in_the_raw_row(name: str) -> None:
    for row in rows(payload(name)).values():
        assert row.raw
        assert row.raw.keys() <= KEPT
        assert not [private for private in PRIVATE if private in repr(row)]


def test_notes_of_call_takers_are_no_column() -> None:
    named = [name for names in COLUMNS.values() for name in names]
    assert not [name for name in named if "note" in name and name not in {"statusnotes", "servicenotice"}]
    assert not [name for name in named if any(word in name for word in ("caller", "inspector", "phone", "mail"))]


@pytest.mark.parametrize(
    "body", [b"<kml/>", b"<feed/>", b"<rss/>", b"<rdf:RDF xmlns:rdf='http://rdf.example/'/>", b"<ServiceRequests/>",
             b"Case ID,Status\n"],
)  # fmt: skip
def test_an_empty_feed_is_a_feed(body: bytes) -> None:
    assert read_feed(body, "", UTC).rows == ()


def test_of_a_number_that_comes_twice_the_later_row_counts() -> None:
    assert rows(b"caseid,status\n1,Open\n1,Closed\n")["1"].status is Status.CLOSED


@pytest.mark.parametrize(
    ("word", "status", "stage"),
    [
        ("VOID", Status.CLOSED, Stage.NONE), ("Voided", Status.CLOSED, Stage.NONE),
        ("Canceled", Status.CLOSED, Stage.NONE), ("CLOSED (TRANSFERRED)", Status.CLOSED, Stage.NONE),
        ("Closed (Duplicate)", Status.CLOSED, Stage.DUPLICATE), ("In-Progress", Status.OPEN, Stage.IN_PROGRESS),
        ("Whatever", Status.OPEN, Stage.NONE),
    ],
)  # fmt: skip
def test_words_for_the_status(word: str, status: Status, stage: Stage) -> None:
    row = rows(f"caseid,status\n1,{word}\n".encode())["1"]
    assert (row.status, row.stage, row.status_word, row.status_known) == (status, stage, word, True)


@pytest.mark.parametrize("word", ["NO VALUE ASSIGNED", "None", "NULL", "N/A", "na", "-100", "Unknown"])
def test_words_for_nothing(word: str) -> None:
    row = rows(f"caseid,siteaddress,resolution\n1,{word},{word}\n".encode())["1"]
    assert (row.address, row.status_notes) == ("", "")


@pytest.mark.parametrize(("written", "parent", "zipcode"), [("0", "", ""), ("-1", "", ""), ("12.0", "12", "12")])
def test_numbers_that_are_none(written: str, parent: str, zipcode: str) -> None:
    row = rows(f"caseid,duplicateof,zip\n7.0,{written},{written}\n".encode())["7"]
    assert (row.duplicate_of, row.zipcode) == (parent, zipcode)


# As the publishers write them (DC's src_current and its ArcGIS successor, San Francisco's cases, GeoReport Bulk).
WRITTEN = {
    "service_request_id": "SERVICEREQUESTID, case_id, Case Number, REQUEST_ID, SR Number, Ticket ID",
    "status": "SERVICEORDERSTATUS, Status, case_status, STATUS_CODE, Ticket Status",
    "status_notes": "status_notes, RESOLUTION",
    "service_code": "SERVICECODE",
    "service_name": "SERVICECODEDESCRIPTION, service_name, Request Type, Category",
    "description": "description, Request Details",
    "agency_responsible": "agency_responsible, AGENCYABBREVIATION, ORGANIZATIONACRONYM, Responsible Agency",
    "service_notice": "service_notice",
    "requested_datetime": "requested_datetime, SERVICEORDERDATE, Opened, Opened Date, ADDDATE, when",
    "updated_datetime": "updated_datetime, Last Modified Date, Updated, RESOLUTIONDATE, Closed, Closed Date",
    "closed_datetime": "closed_datetime, RESOLUTIONDATE, Closed, Closed Date",
    "expected_datetime": "expected_datetime, SERVICEDUEDATE, due, Due Date",
    "address": "Address, address_string, SITEADDRESS, STREETADDRESS, location",
    "address_id": "address_id, MARADDRESSREPOSITORYID",
    "zipcode": "ZIPCODE, zip, Postal Code",
    "lat": "lat, Latitude, LATTITUDE",
    "long": "long, lon, lng, Longitude",
    "point": "point",
    "media_url": "media_url, Media",
    "duplicate_of": "parent_service_request_id, Duplicate Of",
}


def test_the_names_of_each_column_in_their_order_and_no_others_are_kept() -> None:
    told = {field: tuple(map(column_name, names.split(", "))) for field, names in WRITTEN.items()}
    assert told == COLUMNS
    assert {name for names in told.values() for name in names} == KEPT
    assert column_name("Straße_1 (DC)") == "strasse1dc"


def test_every_spelling_of_a_column_is_found() -> None:
    for field, names in COLUMNS.items():
        for name in names:
            written = "2011-03-04T05:06:07Z" if field.endswith("datetime") else "7.5"
            written = {"point": "1.5 2.5", "media_url": "https://p.example/1.jpg"}.get(field, written)
            extra = {"lat": ",longitude", "long": ",latitude"}.get(field, "")
            header = f"case number,{name}{extra}" if field != "service_request_id" else name
            [row] = read_feed(f"{header}\nx1,{written}{',3.5' if extra else ''}\n".encode(), "", UTC).rows
            read_as = {"point": "lat", "media_url": "media_urls", "closed_datetime": "updated_datetime",
                       "status": "status_word"}.get(field, field)  # fmt: skip
            assert getattr(row, read_as), (field, name)


def test_a_date_of_closing_is_a_word_where_there_is_none() -> None:
    found = rows(b"caseid,closed\n1,3/4/2011 1:00:00 PM\n2,\n")
    assert (found["1"].status, found["1"].status_known) == (Status.CLOSED, True)
    assert (found["2"].status, found["2"].status_known) == (Status.OPEN, False)


def test_more_rows_than_are_read_is_truncated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_ROWS", 2)
    answer = read_feed(b"caseid,status\n1,Open\n2,Open\n3,Open\n", "", UTC)
    assert (len(answer.rows), answer.completeness) == (2, Completeness.TRUNCATED)


# --- archives ---


@pytest.mark.parametrize(
    ("member", "name"), [("src.csv", "feed-dc.csv"), ("src.xml", "feed-dc-plain.xml"), ("doc.kml", "feed-sf.kml")]
)
def test_the_one_document_of_an_archive_is_read(member: str, name: str) -> None:
    body = zipped({member: payload(name), "readme.txt": b"about", "__MACOSX/x.csv": b"x"})
    assert rows(body).keys() == rows(payload(name)).keys()


def test_an_archive_with_none_or_several_is_refused() -> None:
    with pytest.raises(Malformed, match="holds 0"):
        read_feed(zipped({"readme.txt": b"x"}), "", UTC)
    with pytest.raises(Malformed, match="holds 2"):
        read_feed(zipped({"a.csv": b"caseid\n", "b.csv": b"caseid\n"}), "", UTC)


def test_a_bomb_is_not_unpacked_past_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "UNPACKED_MOST", 10_000)
    assert len(zipped({"a.csv": b"\n" * 1_000_000})) < 2_000
    with pytest.raises(Malformed, match="larger than 10000"):
        read_feed(zipped({"a.csv": b"\n" * 1_000_000}), "", UTC)


def test_a_damaged_archive_is_refused() -> None:
    whole = bytearray(zipped({"a.csv": payload("feed-dc.csv")}))
    for spoilt in (bytes(whole[:200]), b"PK\x03\x04", bytes(whole[:60] + b"\xff" * 40 + whole[100:])):
        with pytest.raises(Malformed):
            read_feed(spoilt, "", UTC)
    locked = bytearray(zipped({"a.csv": b"caseid\n1\n"}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1  # says that it is encrypted
    locked[6] |= 1
    with pytest.raises(Malformed):
        read_feed(bytes(locked), "", UTC)


# --- what is none ---


@pytest.mark.parametrize(
    "body",
    [
        b"", b" \n", b"<html><body>Moved</body></html>", b"<services><service/></services>", b"name,age\nx,1\n", b"<a",
        b'{"hello": 1}', b"\xff\xfe\x00", b'caseid,note\n1,"' + b"x" * 200_000 + b'"\n',
    ],
)  # fmt: skip
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_feed(body, "", UTC)


# --- beside a dialect ---


def test_the_feed_is_fetched_from_its_own_address() -> None:
    with canned(by_path={"src_current.csv": payload("feed-dc.csv")}) as host:
        answer = city(feed_url="http://canned.test/feeds/src_current.csv").feed()
    assert [call.path for call in host.calls] == ["/feeds/src_current.csv"]
    assert host.calls[0].query == {}
    assert len(answer.rows) == 2


def test_days_in_the_address_are_those_of_the_body() -> None:
    address = "http://canned.test/feed?start_date={start_date}&end_date={end_date}"
    late = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # still the first of March in Washington
    with clock.at(late), canned(payload("feed-dc.csv")) as host:
        city(feed_url=address).feed()
    assert host.calls[0].query == {"start_date": "2026-01-30", "end_date": "2026-03-01"}


def test_an_endpoint_without_an_address_has_no_feed() -> None:
    with pytest.raises(Unsupported, match="feed_url") as caught:
        city().feed()
    assert caught.value.operation == "feed"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ((503, b""), Unavailable), ((404, b""), NotFound), ((403, b""), KeyRejected), ((204, b""), Unreadable),
        ((200, b"<html></html>"), Unreadable), ((202, b""), Unreadable), ((302, b"", {}), Unreadable),
    ],
)  # fmt: skip
def test_what_is_not_had_is_an_error_of_a_dialect(reply: tuple[int, bytes], expected: type[Exception]) -> None:
    with canned(reply), pytest.raises(expected) as caught:
        city(feed_url=f"{BASE}feed.kml").feed()
    assert caught.value.operation == "feed"


def test_the_header_s_charset_is_used() -> None:
    written = "caseid,siteaddress\n1,Łódź 7\n".encode("iso-8859-2")
    with canned((200, written, {"Content-Type": "text/csv; charset=iso-8859-2"})):
        answer = city(feed_url=f"{BASE}feed.csv").feed()
    assert [row.address for row in answer.rows] == ["Łódź 7"]


def test_a_broken_connection_too() -> None:
    for problem, expected in ((requests.ReadTimeout("x"), NoAnswer), (requests.ConnectTimeout("x"), Unreachable)):
        with canned(problem), pytest.raises(expected) as caught:
            city(feed_url=f"{BASE}feed.kml").feed()
        assert caught.value.operation == "feed"


def test_it_can_stand_before_any_dialect() -> None:
    class WithFeed(FeedMixin, GeoReportV2):
        """A city of GeoReport v2 that publishes a feed."""

    assert WithFeed.has_feed
    assert not GeoReportV2.has_feed
    dialect = WithFeed(Connection(BASE, http.Client("feed")))
    replayed = dialect.replay("feed", http.Response(200, {}, payload("feed-dc.csv"), BASE))
    assert len(replayed) == 2
    assert dialect.replay("services", http.Response(200, {}, b"[]", BASE)) == ()


def test_the_address_is_checked_in_plain_words() -> None:
    check = feed_address().metadata["check"]
    assert check("https://feeds.example/x.zip") == "https://feeds.example/x.zip"
    assert check("") == ""
    assert check("http://" + "x" * 493)
    for bad in ("ftp://x/", "feeds.example", 7, "https://", "https://[x", "http://" + "x" * 494):
        with pytest.raises(ValueError, match="https://"):
            check(bad)
