"""Saying what to watch, by each of the ways, without JavaScript; and what is refused, in words."""

import json
import math
import re
from typing import Any

import pytest
import shapely
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports import clock
from reports.links import confirmation_key
from reports.models import Confirmation, District, WatchArea, WatchSubscription
from reports.notifications import confirmations
from reports.participation import watching
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, make_service_request, square
from tests.resident import Resident
from tests.views.watch.signed_in import signed_in
from tests.watched import make_area, make_watch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]
CIRCLE: dict[str, Any] = {
    "where": "circle",
    "lat": str(LAT),
    "long": str(LONG),
    "metres": "800",
    "email": "ada@example.org",
}
POLYGON: dict[str, Any] = {"where": "polygon", "email": "ada@example.org"}


def outline(points: list[tuple[float, float]]) -> str:
    return json.dumps({"type": "Polygon", "coordinates": [[*points, points[0]]]})


def ring(number: int, radius: float = 0.02) -> list[tuple[float, float]]:
    turns = [math.tau * each / number for each in range(number)]
    return [(round(LONG + radius * math.cos(turn), 7), round(LAT + radius * math.sin(turn), 7)) for turn in turns]


def as_file(text: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.geojson", text if isinstance(text, bytes) else text.encode())


def confirm() -> Resident:
    return Resident().open(f"/confirm/{confirmation_key(Confirmation.objects.latest('pk'))}/")


def test_the_whole_way_without_an_account() -> None:
    resident = Resident().open("/watch/").fill_in(**CIRCLE, how="daily", name="Our street")
    assert resident.heading == "Look in your e-mail"
    watch = WatchSubscription.objects.get()
    assert (watch.email, watch.area.name) == ("ada@example.org", "Our street")
    assert watch.area.circle == {"lat": LAT, "long": LONG, "metres": 800.0}
    assert confirmations.send_due() == 1
    page = confirm()
    assert page.heading == "Be told what is new in this area?"
    assert not WatchSubscription.objects.filter(confirmed_at__isnull=False).exists()
    page.fill_in()
    assert page.heading == "You watch this area"
    page.post_again()
    watch = WatchSubscription.objects.get()
    assert watch.confirmed_at is not None
    assert watch.due_at is not None
    assert page.follow("See the area").heading == "Our street"


def test_the_mail_holds_nothing_that_a_stranger_typed() -> None:
    Resident().open("/watch/").fill_in(**CIRCLE, name="Buy at http://bad.example", words="cheap http://bad.example")
    confirmations.send_due()
    message = mail.outbox[0]
    assert message.to == ["ada@example.org"]
    assert isinstance(message, EmailMultiAlternatives)
    for text in (message.subject, str(message.body), str(message.alternatives[0][0])):
        assert "bad.example" not in text
    assert "Within 800 m of 39.78" in str(message.body)


def test_in_spanish() -> None:
    Resident().open("/es/watch/").fill_in(**CIRCLE)
    assert WatchSubscription.objects.get().locale == "es"
    assert Confirmation.objects.get().locale == "es"


def test_a_polygon_pasted_and_one_as_a_file() -> None:
    Resident().open("/watch/").fill_in(**POLYGON, geojson=outline(ring(5)))
    Resident().open("/watch/").fill_in(**POLYGON, geojson="", geojson_file=as_file(outline(ring(100_000))))
    first, second = WatchArea.objects.order_by("pk")
    assert len(first.shape["coordinates"][0][0]) == 6
    assert 20 < len(second.shape["coordinates"][0][0]) < 50_001


def test_an_outline_that_crosses_itself() -> None:
    bow = [(LONG, LAT), (LONG + 0.1, LAT + 0.1), (LONG + 0.1, LAT), (LONG, LAT + 0.1)]
    resident = Resident().open("/watch/").fill_in(**POLYGON, geojson=outline(bow))
    assert "An outline crosses itself and cannot be repaired without changing its area" in resident.text
    assert not WatchArea.objects.exists()
    nearly = [*ring(40), (LONG + 0.0201, LAT + 0.00001), (LONG + 0.0199, LAT + 0.00002)]
    resident = Resident().open("/watch/").fill_in(**POLYGON, geojson=outline(nearly))
    assert resident.heading == "Look in your e-mail"
    assert shapely.from_geojson(json.dumps(WatchArea.objects.get().shape)).is_valid


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Draw the area on the map"),
        ("{", "This is not GeoJSON"),
        ("[" * 100_000, "nested too deeply"),
        ("1" * 5000, "This is not GeoJSON"),
        ('{"type": "Point", "coordinates": [1, 2]}', "made of polygons"),
        (outline([(LONG, LAT)] * 4), "no area"),
        (outline([(LONG, LAT), (LONG + 1, LAT), (LONG + 2, LAT)]), "no area"),
        (outline([(170, 10), (-170, 10), (-170, 12), (170, 12)]), "180th meridian"),
        (outline([(-120, 25), (-70, 25), (-70, 49), (-120, 49)]), "We watch areas of up to 700000 km²"),
        (outline([(LAT, LONG), (LAT + 1, LONG), (LAT + 1, LONG + 1)]), "swapped"),
        ('{"type": "Polygon", "coordinates": [[[NaN, 1], [2, 2], [3, 1], [NaN, 1]]]}', "not a finite number"),
    ],
)
def test_outlines_that_are_none_are_refused_in_words(text: str, words: str) -> None:
    resident = Resident().open("/watch/").fill_in(**POLYGON, geojson=text)
    assert words in resident.text
    assert not WatchArea.objects.exists()


@pytest.mark.parametrize(("content", "words"), [(b"\xff\xfe", "UTF-8"), (b"{}", "There is no polygon|made of polygons"),
                                                (b" " * (8 * 1024 * 1024 + 1), "larger than 8 MB")])  # fmt: skip
def test_files_that_are_none(content: bytes, words: str) -> None:
    resident = Resident().open("/watch/").fill_in(**POLYGON, geojson="", geojson_file=as_file(content))
    assert any(each in resident.text for each in words.split("|"))
    assert not WatchArea.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"metres": "99"}, "from 100 to 20,000"),
        ({"metres": "20001"}, "from 100 to 20,000"),
        ({"metres": "0"}, "from 100 to 20,000"),
        ({"metres": "-5"}, "from 100 to 20,000"),
        ({"metres": "many"}, "whole number of metres"),
        ({"metres": "1e400"}, "whole number of metres"),
        ({"metres": "9" * 5000}, "metres"),
        ({"lat": "95"}, "between -90 and 90"),
        ({"lat": "x"}, "as a number"),
        ({"lat": "", "long": ""}, "Say where it is"),
        ({"lat": "\x00"}, "Null characters"),
        ({"where": ""}, "Choose what we should watch"),
        ({"where": "moon"}, "Choose one of the three"),
        ({"how": "hourly"}, "Choose one of the three"),
        ({"email": "ada"}, "like name@example.com"),
        ({"email": ""}, "Write the e-mail address"),
        ({"services": "No such thing"}, "no such service"),
        ({"services": "a\x00b"}, "no such service"),
        ({"words": "x" * 10_000}, "at most 100 characters"),
        ({"words": "a\x00"}, "Null characters"),
        ({"words": "!!!"}, "Write words of letters or figures"),
        ({"words": "… — \u202e’"}, "Write words of letters or figures"),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"hit": "nonsense", "lat": "", "long": ""}, "Choose one of the places"),
    ],
)
def test_bad_answers_are_named_and_everything_else_is_kept(changed: dict[str, str], words: str) -> None:
    given: dict[str, Any] = CIRCLE | {"name": "Kept name"} | changed
    resident = Resident().open("/watch/").fill_in(**given)
    assert words in resident.text
    assert "There is a problem" in resident.text
    if "name" not in changed:
        assert resident.form_data()["name"] == ["Kept name"]
    assert not WatchArea.objects.exists()


def test_words_that_turn_others_round_lose_their_marks() -> None:
    Resident().open("/watch/").fill_in(**CIRCLE, name="\u202eevil  name", words="\u202bhole")
    area = WatchArea.objects.get()
    assert (area.name, area.words) == ("evil name", "hole")


def test_a_body_with_its_districts_or_without() -> None:
    body = make_jurisdiction("Springfield", slug="springfield")
    for number, name in enumerate(("East", "North", "West")):
        District.objects.create(
            jurisdiction=body, name=name, slug=name.lower(), boundary=square(LAT, LONG + number * 0.1)
        )
    given: dict[str, Any] = {"where": "body", "body": "springfield", "email": "ada@example.org"}
    resident = Resident().open("/watch/").fill_in("show_districts", **given)
    assert resident.heading == "Watch an area"
    assert "North" in resident.text
    resident.fill_in(districts=["east", "north"])
    area = WatchArea.objects.get()
    assert (area.name, area.body) == ("East, North", body)
    assert [each.name for each in area.districts.all()] == ["East", "North"]
    Resident().open("/watch/?body=springfield").fill_in(email="bob@example.org")
    whole = WatchArea.objects.latest("pk")
    assert (whole.name, whole.shape, whole.districts.count()) == ("Springfield", body.boundary, 0)


def test_boundaries_are_read_of_those_alone_that_are_chosen() -> None:
    body = make_jurisdiction(slug="here")
    for name in ("East", "West"):
        District.objects.create(jurisdiction=body, name=name, slug=name.lower(), boundary=square())
    with CaptureQueriesContext(connection) as asked:
        assert "West" in Resident().open("/watch/?body=here").text
    assert not [query["sql"] for query in asked if re.search(r'SELECT [^;]*"boundary".* FROM', query["sql"])]


def test_districts_of_another_body_than_is_chosen_now_do_not_count() -> None:
    one, other = make_jurisdiction(slug="one"), make_jurisdiction(slug="other")
    District.objects.create(jurisdiction=one, name="East", slug="east", boundary=square())
    Resident().open("/watch/?body=one").fill_in(body="other", districts="east", email="ada@example.org")
    assert WatchArea.objects.get().body == other


@pytest.mark.parametrize("slug", ["", "nowhere", "\x00", "x" * 10_000])
def test_bodies_that_are_none(slug: str) -> None:
    resident = Resident().open("/watch/").fill_in(where="body", body=slug, email="ada@example.org")
    assert "There is a problem" in resident.text
    resident.fill_in("show_districts")
    assert not WatchArea.objects.exists()


def test_services_are_offered_by_how_often_they_occur_there_and_chosen() -> None:
    endpoint = make_endpoint()
    for name, count in (("Lamp", 1), ("Pothole", 3)):
        service = make_service(endpoint, service_name=name)
        for _number in range(count):
            make_service_request(service)
    make_service_request(make_service(endpoint, service_name="Far away"), lat=10)
    resident = Resident().open(f"/watch/?lat={LAT}&long={LONG}&service=Lamp&q=deep")
    assert [box.get("value") for box in resident.page.xpath("//input[@name='services']")] == ["Pothole", "Lamp"]
    resident.fill_in(email="ada@example.org")
    area = WatchArea.objects.get()
    assert (area.services, area.words) == (["Lamp"], "deep")


def test_services_of_reports_that_are_not_shown_are_nobodys_to_find_out() -> None:
    make_service_request(make_service(service_name="Secret"), hidden=True)
    make_service_request(make_service(service_name="Lamp"))
    resident = Resident().open("/watch/?service=Secret&service=Lamp&service=Neither")
    assert [box.get("value") for box in resident.page.xpath("//input[@name='services']")] == ["Lamp"]
    resident.fill_in(**CIRCLE, services="Secret")
    assert "There is no such service here" in resident.text
    assert not WatchArea.objects.exists()


def test_as_many_queries_for_many_services_as_for_one(django_assert_max_num_queries: Any) -> None:
    make_service_request()
    Client().get("/watch/?service=Pothole")
    with CaptureQueriesContext(connection) as asked:
        Client().get("/watch/?service=Pothole")
    with django_assert_max_num_queries(len(asked)):
        Client().get("/watch/?" + "&".join(f"service=Pothole{number or ''}" for number in range(300)))


@pytest.mark.parametrize("query", ["lat=x&long=y", "lat=nan&long=inf", "metres=1e999",
                                   "lat=%00&body=%00&q=%00&service=%00", "q=" + "x" * 10_000,
                                   "lat=" + "9" * 5000, "lat=1&long=2&metres=nan", "body=none"])  # fmt: skip
def test_suggestions_that_make_no_sense_are_left_at_that(query: str) -> None:
    assert Resident().open(f"/watch/?{query}").heading == "Watch an area"
    assert not WatchArea.objects.exists()


def test_an_account_needs_no_mail_and_watches_only_so_many(settings: Any) -> None:
    settings.WATCH_AREAS_MOST = 1
    resident = signed_in("ada@example.org")
    resident.open("/watch/")
    assert "ada@example.org" in resident.text
    given = {name: value for name, value in CIRCLE.items() if name != "email"}
    resident.fill_in(**given, how="sheet")
    assert resident.url.startswith("/watch/")
    watch = WatchSubscription.objects.get()
    assert (watch.rhythm, watch.form, str(watch.account)) == ("weekly", "sheet", "ada@example.org")
    assert watch.confirmed_at is not None
    resident.open("/watch/").fill_in(**given)
    assert "You watch 1 areas, which is the most" in resident.text
    assert WatchArea.objects.count() == 1
    assert not Confirmation.objects.exists()


def test_without_an_account_the_limit_is_said_to_whoever_has_the_link(settings: Any) -> None:
    settings.WATCH_AREAS_MOST = 1
    make_watch()
    resident = Resident().open("/watch/").fill_in(**CIRCLE)
    assert resident.heading == "Look in your e-mail"
    page = Resident().open(f"/confirm/{confirmation_key(Confirmation.objects.get())}/", status=410)
    assert page.heading == "You watch many areas already"


def test_an_address_is_mailed_only_so_often() -> None:
    for _number in range(confirmations.MAILS_PER_ADDRESS + 2):
        assert Resident().open("/watch/").fill_in(**CIRCLE).heading == "Look in your e-mail"
    assert Confirmation.objects.count() == WatchArea.objects.count() == confirmations.MAILS_PER_ADDRESS


def test_the_link_begins_anew_what_was_stopped_and_is_over_in_a_week() -> None:
    Resident().open("/watch/").fill_in(**CIRCLE)
    confirm().fill_in()
    WatchSubscription.objects.update(ended_at=clock.now())
    confirm().fill_in()
    assert WatchSubscription.objects.get().ended_at is None
    WatchArea.objects.all().delete()
    assert not Confirmation.objects.exists()


def test_protection() -> None:
    data = Resident().open("/watch/").form_data() | CIRCLE
    client = Client()
    assert client.post("/watch/", data, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post("/watch/", data | {"form_key": "x"}).status_code == 400
    assert client.post("/watch/", data | {"leave_this_empty": "x"}).status_code == 400
    assert client.post("/watch/", {"x": "y" * 3_000_000}).status_code == 413
    assert client.post("/watch/", b"", content_type="text/plain", CONTENT_LENGTH="99999999").status_code == 413
    assert client.put("/watch/").status_code == 405
    assert not WatchArea.objects.exists()


def test_too_many_from_one_address(settings: Any) -> None:
    settings.CONFIRMATIONS_PER_HOUR = 0
    resident = Resident().open("/watch/").fill_in(**CIRCLE, status=429)
    assert "Many mails" in resident.text
    settings.STEPS_PER_MINUTE = 0
    resident.fill_in(status=429)
    assert not WatchArea.objects.exists()


def test_who_asks_is_told_the_same_where_nothing_is_sent() -> None:
    area = make_area()
    make_watch(area, "ada@example.org")
    watching.ask(area, watching.Wish("ADA@example.org", "daily", "list"))  # type: ignore[arg-type]
    assert not Confirmation.objects.exists()
