"""What the families have set for their cities, seen on the wire; and photos, followed into the fake cities and back."""

import dataclasses
from datetime import UTC, datetime

import pytest

from reports import http
from reports.dialects import registry
from reports.dialects.base import Connection
from reports.dialects.messages import Photo
from tests.dialects.canned import canned
from tests.dialects.family import family
from tests.dialects.filing import FILING, WINDOW
from tests.dialects.georeport_v2_city import body, row
from tests.pictures import picture


def asked(key, call):
    with canned(body()) as city:
        call(family(key))
    return city.calls


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("ureport", "updated_after"),
        ("citysdk", "updated_after"),
        ("klarschiff", "start_date"),  # its code of 2025 fails on updated_after
        ("mark_a_spot", "start_date"),
        ("toronto", "start_date"),
        ("libre311", "start_date"),
        ("zaragoza", "start_date"),
        ("washington_dc", "start_date"),
    ],
)
def test_news_is_asked_for_by_a_date_that_the_city_has(key, name):
    calls = asked(key, lambda dialect: dialect.service_requests_updated(WINDOW))
    assert {name in call.query for call in calls} == {True}
    assert not any({"updated_after", "start_date"} - {name} & call.query.keys() for call in calls)


@pytest.mark.parametrize(
    ("key", "extended"),
    [("mark_a_spot", True), ("citysdk", True), ("klarschiff", True), ("ureport", False), ("libre311", False)],
)
def test_extensions_are_asked_for_where_there_are_some(key, extended):
    calls = asked(key, lambda dialect: dialect.service_requests_by_query(WINDOW))
    calls += asked(key, lambda dialect: dialect.service_requests(["1"]))
    assert {"extensions" in call.query for call in calls} == {extended}


@pytest.mark.parametrize(
    ("key", "listed"),
    [
        ("washington_dc", True),
        ("toronto", True),
        ("citysdk", True),
        ("klarschiff", True),
        ("fixmystreet", True),
        ("ureport", False),
        ("libre311", False),
        ("philadelphia", False),
        ("zaragoza", False),
    ],
)
def test_numbers_are_asked_for_together_where_the_city_can(key, listed):
    with canned(body(row(1), row(2))) as city:
        family(key).service_requests(["1", "2"])
    assert ["service_request_id" in call.query for call in city.calls] == ([True] if listed else [False, False])


@pytest.mark.parametrize(
    ("key", "form"),
    [
        ("washington_dc", "xml"),
        ("fixmystreet", "xml"),
        ("toronto", "json"),
        ("ureport", "json"),
        ("mark_a_spot", "json"),
        ("citysdk", "json"),
        ("klarschiff", "json"),
        ("libre311", "json"),
        ("philadelphia", "json"),
        ("zaragoza", "json"),
    ],
)
def test_each_is_spoken_to_in_its_format(key, form):
    with canned(b"[]") as city:
        family(key).services()
    assert city.calls[0].path.endswith(f"services.{form}")


@pytest.mark.parametrize("key", ["toronto", "mark_a_spot", "citysdk", "klarschiff", "fixmystreet", "ureport"])
def test_a_list_that_comes_late_or_leaves_some_out_proves_nothing(key):
    with canned(body()):
        assert not family(key).find(FILING, WINDOW).absence_certain


@pytest.mark.parametrize(("key", "options"), [("washington_dc", {}), ("ureport", {"lists_at_once": True})])
def test_a_list_that_is_whole_at_once_proves_that_nothing_came(key, options):
    with canned(body()):
        assert family(key, **options).find(FILING, WINDOW).absence_certain


@pytest.mark.parametrize(
    ("key", "base", "place"),
    [
        ("ureport", "peoria/crm/open311/v2/", (40.69, -89.59)),
        ("citysdk", "helsinki/palautews/rest/v1/", (60.1699, 24.9384)),
        ("klarschiff", "rostock/citysdk/", (54.0887, 12.1405)),
    ],
)
def test_an_uploaded_photo_is_there(sandbox, key, base, place):
    client = http.Client("photo", secrets=("sandbox-key",))
    dialect = registry.open_dialect(key, Connection(f"http://sandbox.test/{base}", client, api_key="sandbox-key"))
    service = next(each for each in dialect.services() if not each.metadata)
    filing = dataclasses.replace(
        FILING,
        service_code=service.service_code,
        requested_datetime=datetime.now(UTC),
        lat=place[0],
        long=place[1],
        photos=(Photo("hole.jpg", "image/jpeg", picture()),),
    )
    receipt = dialect.post_service_request(filing)
    assert "photo" not in receipt.service_notice
    stored = sandbox.state.requests(base.partition("/")[0])
    (mine,) = [each for each in stored if each.service_request_id == receipt.service_request_id]
    assert len(mine.photos) == 1
