"""Photos on their way to the body: as many as its system takes, in its way, and a line on where the others are."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from reports import clock
from reports.delivery import submit
from reports.delivery.endpoints import dialect_for
from reports.delivery.filing import filing_for
from reports.dialects import registry
from reports.dialects.messages import Place
from reports.media import media_url
from reports.models import Contact, Endpoint, Media, ServiceRequest, Submission
from reports.sandbox import Sandbox
from reports.sandbox.cities import City
from tests.conftest import SANDBOX
from tests.factories import make_endpoint, make_jurisdiction, make_service, make_service_request, make_submission
from tests.pictures import picture

pytestmark = pytest.mark.django_db

# a city of the sandbox: how many addresses it has of three photos, how many uploads, and where it takes reports
CITIES: dict[str, tuple[int, int, tuple[float, float]]] = {
    "evanston": (1, 0, (42.0451, -87.6877)),
    "sf-v1": (1, 0, (37.7749, -122.4194)),
    "chicago": (1, 0, (41.8837, -87.6320)),
    "austin": (1, 0, (30.2672, -97.7431)),
    "boston": (1, 0, (42.3601, -71.0589)),
    "washington": (1, 0, (38.8977, -77.0365)),
    "philadelphia": (1, 0, (39.9526, -75.1636)),
    "toronto": (1, 0, (43.6534, -79.3841)),
    "new-haven": (1, 0, (41.3083, -72.9279)),
    "cambridge": (0, 1, (42.3736, -71.1097)),
    "miami-beach": (0, 1, (25.7907, -80.1300)),
    "daly-city": (0, 1, (37.6879, -122.4702)),
    "bloomington": (0, 1, (39.1653, -86.5264)),
    "rostock": (0, 1, (54.0884, 12.1404)),
    "merton": (3, 0, (51.4014, -0.1958)),
    "cologne": (3, 0, (50.9383, 6.9591)),
    "helsinki": (0, 3, (60.1695, 24.9525)),
}


@pytest.fixture(autouse=True)
def _photos_here(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    settings.SITE_URL = "https://reports.example.org"


def with_photos(request: ServiceRequest, number: int = 3) -> list[Media]:
    return [
        Media.objects.create(
            service_request=request,
            file=ContentFile(picture(size=(60 + each, 40)), "photo.jpg"),
            sha256=str(each),
            position=each,
        )
        for each in range(number)
    ]


def test_every_dialect_that_takes_photos_has_a_city_here(sandbox: Sandbox) -> None:
    known = {sandbox.cities[key].speaks for key in CITIES}
    taking = {key for key in registry.TABLE if registry.get(key).takes_photos != "NO" and registry.get(key).files}
    assert taking - known == {"email"}  # which has its own tests: it lists them all


def file(sandbox: Sandbox, city: City, place: tuple[float, float]) -> tuple[Submission, list[Media]]:
    lat, long = place
    body = make_jurisdiction(city.name, jurisdiction_id=city.jurisdiction_id, time_zone=city.time_zone)
    endpoint = make_endpoint(body, dialect=city.speaks, base_url=f"{SANDBOX}/{city.base}/")
    endpoint.options = {"formats": list(city.formats)} if city.key == "evanston" else {}
    endpoint.api_key = "sandbox-key"
    endpoint.save()
    code, name, asked = _plain_service(endpoint, lat, long)
    service = make_service(endpoint, service_code=code, service_name=name)
    contact = {"lat": lat, "long": long, "description": "A hole, with pictures of it from three sides."}
    request = make_service_request(service, attributes=asked, **contact)
    Contact.objects.create(service_request=request, email="rosa@example.org", pass_on=True, endpoint=endpoint)
    photos = with_photos(request)
    submission = make_submission(request)
    with clock.at(sandbox.clock.now() + timedelta(milliseconds=1)):
        submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state in ("delivered", "accepted"), submission.reason
    return submission, photos


def _plain_service(endpoint: Endpoint, lat: float, long: float) -> tuple[str, str, list[dict[str, Any]]]:
    dialect = dialect_for(endpoint)
    place = Place(lat, long) if dialect.services_depend_on_place else None
    for service in dialect.services(place):
        asked = dialect.service_definition(service.service_code).attributes if service.metadata else ()
        if service.active and not any(each.required for each in asked):
            return service.service_code, service.service_name, []
    raise AssertionError("every service of this city asks for something")


@pytest.mark.parametrize("key", CITIES)
def test_what_arrives_of_three_photos(sandbox: Sandbox, client: Client, key: str) -> None:
    addresses, uploads, place = CITIES[key]
    submission, photos = file(sandbox, sandbox.cities[key], place)
    held = sandbox.control.received()["cities"][key]["requests"][-1]
    given = held["more"].get("media_urls") if addresses > 1 and "media_urls" in held["more"] else None
    named = given or [each for each in held["media_url"].split(",") if "reports.example.org" in each]
    assert named == [media_url(photo) for photo in photos[:addresses]]
    assert [each["bytes"] for each in held["photos"]] == [photo.file.size for photo in photos[:uploads]]
    page = f"https://reports.example.org{submission.request.get_absolute_url()}"
    left = len(photos) - addresses - uploads
    assert (page in held["description"]) is (left > 0)
    assert (f"{left} more photo" in held["description"]) is (left > 0)
    for address in named:
        assert client.head(address.removeprefix("https://reports.example.org")).status_code == 200


def endpoint_of(dialect: str, **options: Any) -> Endpoint:
    return make_endpoint(dialect=dialect, options=options)


@pytest.mark.parametrize(
    ("dialect", "photos", "left"),
    [
        ("georeport_v2", 0, 0), ("georeport_v2", 1, 0), ("georeport_v2", 2, 1), ("georeport_v2", 3, 2),
        ("mark_a_spot", 3, 0), ("fixmystreet", 4, 1), ("zaragoza", 1, 1), ("email", 3, 0),
    ],
)  # fmt: skip
def test_the_line_names_how_many_are_left(dialect: str, photos: int, left: int) -> None:
    request = make_service_request(make_service(endpoint_of(dialect)))
    with_photos(request, photos)
    text = filing_for(request).description
    expected = {0: "", 1: "1 more photo: ", 2: "2 more photos: "}[left]
    assert (expected in text) if left else ("more photo" not in text)
    assert text.startswith(request.description)
    assert text.endswith(f"[{request.reference}]")


def test_without_words_the_line_and_the_reference_go_alone() -> None:
    request = make_service_request(description="")
    with_photos(request, 2)
    assert filing_for(request).description.startswith("1 more photo: https://")


def test_where_the_page_is_hidden_the_photos_themselves_are_named(client: Client) -> None:
    request = make_service_request(hidden=True)
    photos = with_photos(request, 3)
    text = filing_for(request).description
    assert request.get_absolute_url() not in text
    for photo in photos[1:]:
        assert media_url(photo) in text
        assert client.head(media_url(photo).removeprefix("https://reports.example.org")).status_code == 200


def test_where_the_page_is_private_it_is_there_for_the_body(client: Client) -> None:
    request = make_service_request(private=True)
    with_photos(request, 2)
    assert request.get_absolute_url() in filing_for(request).description
    page = client.get(request.get_absolute_url())
    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(("room", "line", "reference"), [(0, True, True), (-1, False, True), (-200, False, False)])
def test_where_there_is_no_room_the_line_goes_first(room: int, line: bool, reference: bool) -> None:
    request = make_service_request(description="x" * 300)
    with_photos(request, 2)
    whole = len(filing_for(request).description)
    request.endpoint.options = {"description_max": max(whole + room, 300)}
    text = filing_for(request).description
    assert text.startswith("x" * 300)
    assert ("more photo" in text) is line
    assert (request.reference in text.splitlines()[-1]) is reference
    assert len(text) <= request.endpoint.options["description_max"]
