"""CitySDK (Helsinki, Tampere): languages, uploads, limits of the text, the detailed status."""

import dataclasses
from zoneinfo import ZoneInfo

import pytest

from reports.dialects.errors import BadRequest
from reports.dialects.messages import Place, Stage, Status
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.family import PHOTO, by_id, family, parts, payload, replay
from tests.dialects.filing import FILING, WINDOW
from tests.dialects.georeport_v2_city import body, row
from tests.dialects.sandbox_contract import SandboxContract

TAKEN = b'[{"service_request_id": "9fmht", "service_notice": ""}]'


class TestContract(DialectContract):
    key = "citysdk"
    taken = TAKEN


def test_services_are_asked_for_in_a_language():
    with canned(b"[]") as city:
        family("citysdk", locale="fi_FI").services()
        family("citysdk").services()
    assert [call.query.get("locale") for call in city.calls] == ["fi_FI", None]
    assert family("citysdk").check_options({"locale": "tlh"})


@pytest.mark.parametrize(
    ("options", "names"),
    [({}, ["media[]"]), ({"upload_field": "media0"}, ["media0", "media1"]), ({"upload_field": "media"}, ["media"])],
)
def test_photos_are_uploaded_under_the_field_s_name(options, names):
    filing = dataclasses.replace(
        FILING, photos=(PHOTO, PHOTO), media_urls=("https://us.example/1",), service_name="Pot"
    )
    with canned((201, TAKEN)) as city:
        family("citysdk", **options).post_service_request(filing)
    sent = parts(city.calls[0])
    assert [name for name in sent if name.startswith("media")] == names
    assert city.calls[0].body.count("JPEG bytes") == 2
    assert sent["title"] == "Pot"
    assert "media_url" not in sent


@pytest.mark.parametrize(("length", "good"), [(9, False), (10, True), (5000, True), (5001, False)])
def test_the_description_has_its_limits(length, good):
    filing = dataclasses.replace(FILING, description="x" * length)
    with canned((201, TAKEN)) as city:
        if good:
            family("citysdk").post_service_request(filing)
        else:
            with pytest.raises(BadRequest, match=str(length)):
                family("citysdk").post_service_request(filing)
    assert len(city.calls) == good


def test_the_stage_is_the_last_word_that_is_not_about_works():
    rows = by_id(replay(family("citysdk"), "requests", payload("citysdk", "requests-extended.json")))
    assert [(row.status, row.stage, row.status_word) for row in rows.values()] == [
        (Status.OPEN, Stage.IN_PROGRESS, "open"),
        (Status.CLOSED, Stage.REJECTED, "closed"),
        (Status.OPEN, Stage.NONE, "pending"),
    ]
    first = rows["9fmht6g1470b3qk8aaaa"]
    assert (first.zipcode, first.lat, first.media_urls) == ("00100", 60.2126, ("https://city.example/k.jpg",))
    assert "Virkailija" not in str(dataclasses.replace(first, raw={}))


def test_a_row_without_a_status_has_that_of_its_detailed_one():
    extended = {"detailed_status": "PROCESSED,PUBLIC_WORKS_NEW"}
    (found,) = replay(family("citysdk"), "requests", body(row(1, status="", extended_attributes=extended)))
    assert (found.status, found.status_word, found.status_known) == (Status.CLOSED, "PROCESSED", True)
    (silent,) = replay(family("citysdk"), "requests", body(row(1, status="")))
    assert not silent.status_known


def test_a_word_against_the_status_changes_nothing():
    rows = payload("citysdk", "requests-extended.json").replace(b"IN_PROCESS", b"REJECTED")
    first = by_id(replay(family("citysdk"), "requests", rows))["9fmht6g1470b3qk8aaaa"]
    assert (first.status, first.stage) == (Status.OPEN, Stage.NONE)


def test_swapped_places_are_put_right_within_the_city_s_area():
    dialect = family("citysdk", bbox=[24.0, 59.9, 25.5, 60.5])
    rows = by_id(replay(dialect, "requests", payload("citysdk", "requests-extended.json")))
    assert (rows["9fmht6g1470b3qk8aaaa"].lat, rows["9fmht6g1470b3qk8aaaa"].long) == (60.2126, 25.077)
    assert (rows["9fmht6g1470b3qk8bbbb"].lat, rows["9fmht6g1470b3qk8bbbb"].long) == (None, None)


def test_a_filing_that_is_not_listed_may_still_be_there():
    with canned(b"[]"):
        assert not family("citysdk").find(FILING, WINDOW).absence_certain
        assert family("citysdk", lists_at_once=True).find(FILING, WINDOW).absence_certain


def test_a_full_list_is_asked_for_in_halves():
    full = body(*(row(number) for number in range(201)))
    with canned(full, b"[]") as city:
        family("citysdk").service_requests_updated(WINDOW)
    assert len(city.calls) == 3
    assert {call.query["extensions"] for call in city.calls} == {"true"}
    assert "updated_after" in city.calls[0].query


def test_6aika_s_pages_end_at_the_count_in_the_header():
    options = {"page_parameter": "page", "page_size_parameters": ["per_page"]}
    pages = (200, body(row(1), row(2)), {"X-Result-Count": "3"}), (200, body(row(3)), {"X-Result-Count": "3"})
    with canned(*pages) as city:
        answer = family("citysdk", **options).service_requests_by_query(WINDOW)
    assert len(city.calls) == 2
    assert len(answer.rows) == 3


class TestSandbox(SandboxContract):
    """Readable by number at once, in the list after moderation."""

    key = "citysdk"
    base = "helsinki/palautews/rest/v1/"
    lists_at_once = False
    place = Place(60.1699, 24.9384)
    time_zone = ZoneInfo("Europe/Helsinki")

    def filing(self, dialect, description):
        return super().filing(dialect, description.ljust(10, "."))
