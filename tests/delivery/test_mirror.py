"""Feeds mirrored: kept as rows beside our own reports, shown with the body's terms, and never in their way."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from reports import clock, http, tasks
from reports.delivery import mirror
from reports.dialects.errors import DialectError
from reports.models import Endpoint, MirroredRequest, ServiceRequest
from reports.sandbox import Sandbox
from tests.factories import make_endpoint, make_jurisdiction

pytestmark = pytest.mark.django_db
FEEDS = {
    "sf-v1": "http://sandbox.test/sf/feeds/311.kml",
    "washington": "http://sandbox.test/washington/feeds/src_current_csv.zip",
}
BASES = {"sf-v1": "sf/V1", "washington": "washington/CWI/Open311/v2"}
SPEAK = {"sf-v1": "georeport_v1", "washington": "washington_dc"}
IDS = {"sf-v1": "sfgov.org", "washington": "dc.gov"}
POSTED = {"sf-v1": "021", "washington": "S0406"}


def body(key: str, **fields: object) -> Endpoint:
    endpoint = make_endpoint(
        make_jurisdiction(key, slug=key, jurisdiction_id=IDS[key]),
        dialect=SPEAK[key],
        base_url=f"http://sandbox.test/{BASES[key]}/",
        options={"feed_url": FEEDS[key]},
        active=True,
        **fields,
    )
    endpoint.api_key = "sandbox-key"
    endpoint.save()
    return endpoint


def report(key: str, description: str) -> None:
    """File with the city directly, as somebody does who has never heard of this site."""
    words = {"api_key": "sandbox-key", "service_code": POSTED[key], "lat": "38.9", "description": description}
    if key == "sf-v1":
        pairs = [*words.items(), ("lon", "-122.4"), ("city_id", IDS[key]), ("customer_email", "rosa@example.org")]
        assert http.Client("other").get(f"http://sandbox.test/{BASES[key]}/create_request", pairs).status == 200
    else:
        pairs = [*words.items(), ("long", "-77.0"), ("jurisdiction_id", IDS[key]), ("email", "rosa@example.org")]
        assert http.Client("other").post(f"http://sandbox.test/{BASES[key]}/requests.xml", pairs).status < 300


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("mirror_feeds", *words, stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.parametrize("key", FEEDS)
def test_what_others_reported_is_kept_once_and_changes_with_the_feed(sandbox: Sandbox, key: str) -> None:
    endpoint = body(key)
    for number in range(3):
        report(key, f"Number {number}")
    assert mirror.mirror(endpoint) == 3
    assert mirror.mirror(endpoint) == 3
    rows = list(MirroredRequest.objects.filter(endpoint=endpoint))
    assert len({row.service_request_id for row in rows}) == 3
    assert {row.status for row in rows} == {"open"}
    assert all(row.service_name and row.requested_datetime and row.lat for row in rows)
    assert not ServiceRequest.objects.exists()
    sandbox.state.write_status(key, rows[0].service_request_id, "closed", "Done.")
    mirror.mirror(endpoint)
    rows[0].refresh_from_db()
    assert rows[0].status == "closed"


@pytest.mark.parametrize("key", FEEDS)
def test_nothing_personal_is_kept(sandbox: Sandbox, key: str) -> None:
    endpoint = body(key)
    report(key, "Call me: 555-0100")
    mirror.mirror(endpoint)
    kept = str(list(MirroredRequest.objects.values()))
    assert "rosa" not in kept
    assert "555-0100" not in kept


def test_a_feed_that_cannot_be_had_changes_nothing(sandbox: Sandbox) -> None:
    endpoint = body("sf-v1")
    report("sf-v1", "Number 1")
    mirror.mirror(endpoint)
    Endpoint.objects.update(options={"feed_url": "http://sandbox.test/sf/feeds/gone.kml"})
    endpoint.refresh_from_db()
    with pytest.raises(DialectError):
        mirror.mirror(endpoint)
    assert MirroredRequest.objects.count() == 1
    endpoint.refresh_from_db()
    assert "404" in endpoint.last_failure


def test_the_command_names_counts_and_failures(sandbox: Sandbox) -> None:
    body("washington")
    report("washington", "Number 1")
    assert "1 requests" in run("washington")
    with pytest.raises(CommandError, match="atlantis"):
        run("atlantis")
    Endpoint.objects.update(options={"feed_url": "http://sandbox.test/nowhere"})
    with pytest.raises(CommandError, match="1 of 1"):
        run()


def test_only_endpoints_in_use_with_a_feed_are_asked(sandbox: Sandbox) -> None:
    used = body("sf-v1")
    make_endpoint(dialect="georeport_v2", active=True)
    make_endpoint(dialect="esperanto", active=True, options={"feed_url": "http://sandbox.test/"})
    assert mirror.with_feeds() == [used]
    Endpoint.objects.filter(pk=used.pk).update(active=False)
    assert mirror.with_feeds() == []
    tasks.mirror_feed(used.pk)
    tasks.mirror_feed(0)
    assert not MirroredRequest.objects.exists()


@pytest.mark.parametrize(
    ("dialect", "base", "jurisdiction_id"),
    [("zaragoza", "zaragoza/api/recurso/open311", ""), ("libre311", "libre/api", "stlma")],
)
def test_a_system_that_is_only_read_is_mirrored_by_its_list(
    sandbox: Sandbox, dialect: str, base: str, jurisdiction_id: str
) -> None:
    endpoint = make_endpoint(
        make_jurisdiction(jurisdiction_id=jurisdiction_id, time_zone="Europe/Madrid"),
        dialect=dialect,
        base_url=f"http://sandbox.test/{base}/",
    )
    assert mirror.with_feeds() == [endpoint]
    count = mirror.mirror(endpoint)
    assert count > 0
    rows = MirroredRequest.objects.filter(endpoint=endpoint)
    assert rows.count() == count
    begin = clock.now() - timedelta(days=31)
    assert all(row.requested_datetime and row.requested_datetime > begin for row in rows)


def test_the_public_page_names_the_body_and_its_terms(sandbox: Sandbox, client: Client) -> None:
    assert "Nothing is mirrored yet" in client.get("/requests/mirrored/").content.decode()
    endpoint = body("sf-v1", licence="Public domain", attribution="DataSF")
    body("washington", licence="CC BY 4.0")  # nothing of which is mirrored
    report("sf-v1", "Number 1")
    report("sf-v1", "Number 2")
    mirror.mirror(endpoint)
    for query in ("?body=sf-v1", ""):
        page = client.get(f"/requests/mirrored/{query}").content.decode()
        assert page.count("Pothole in Street") == 2
        assert page.count("DataSF, Public domain") == 1
        assert page.count('<option value="sf-v1"') == 1
        assert "CC BY 4.0" not in page
        assert '<option value="washington"' not in page
    assert "/requests/mirrored/" in client.get("/requests/").content.decode()


@pytest.mark.parametrize(("query", "status"), [("page=7", 404), ("page=x", 404), ("body=atlantis", 200)])
def test_a_page_that_is_not_there(client: Client, query: str, status: int) -> None:
    assert client.get(f"/requests/mirrored/?{query}").status_code == status
