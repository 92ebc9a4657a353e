"""The page of a watched area, its files and its sheet, joining by mail, and ending mails."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from reports import clock
from reports.browsing import words
from reports.links import confirmation_key, subscription_key, watch_stop_key
from reports.models import Confirmation, PublicStatus, Subscription, WatchSubscription
from reports.notifications import digest_mails, digests
from tests.factories import make_service, make_service_request, square
from tests.resident import Resident
from tests.views.watch.signed_in import signed_in
from tests.watched import make_area, make_watch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]
KINDS = ("atom", "rss", "geojson", "kml", "csv", "ics")


def test_the_page_shows_what_is_in_it_and_nobody_who_watches() -> None:
    watch = make_watch(make_area(services=["Pothole"], words="deep"))
    inside, outside = make_service_request(), make_service_request(lat=10)
    hidden = make_service_request(hidden=True)
    resident = Resident().open(f"/watch/{watch.area.key}/")
    assert resident.heading == "Our street"
    hrefs = [link.get("href") for link in resident.page.iter("a")]
    assert inside.get_absolute_url() in hrefs
    assert not {outside.get_absolute_url(), hidden.get_absolute_url()} & set(hrefs)
    assert "ada@example.org" not in resident.text
    assert "Within 500 m of 39.78" in resident.text
    answer = resident.client.get(resident.url)
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "same-origin")
    assert "private" in answer["Cache-Control"]


def test_where_only_the_newest_were_looked_at_page_and_sheet_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(words.MOST, connection.vendor, 2)  # type: ignore[arg-type]
    area, service = make_area(words="hole"), make_service()
    for _number in range(3):
        make_service_request(service, requested_datetime=clock.now() - timedelta(days=1))
    page, sheet = (f"/watch/{area.key}/{part}" for part in ("", "sheet/"))
    said = Resident().open(page).text
    assert "3 reports, newest first" in said
    assert "At least" not in said
    assert Resident().open(sheet).page.xpath("//th[.='Filed in these seven days']/../td/text()") == ["3", "0"]
    monkeypatch.setattr(words, "FEW", 2)
    assert "At least 2 reports, newest first." in Resident().open(page).text
    assert "only the newest of those were counted" in Resident().open(sheet).text


def test_an_empty_area_says_what_comes() -> None:
    page = Resident().open(f"/watch/{make_area(shape=square(half_side=0.01)).key}/")
    assert "Nothing was reported here yet" in page.text


def test_page_by_page() -> None:
    area, service = make_area(), make_service()
    for _number in range(30):
        make_service_request(service)
    resident = Resident().open(f"/watch/{area.key}/")
    assert len(resident.page.xpath("//ol[@class='request-list']/li")) == 25
    resident.follow("Older")
    assert len(resident.page.xpath("//ol[@class='request-list']/li")) == 5
    for bad in ("3", "0", "x", "%00", "9" * 50):
        resident.open(f"/watch/{area.key}/?page={bad}", status=404)


@pytest.mark.parametrize("page", ["", "sheet/", "feed.atom"])
def test_keys_that_open_nothing(page: str) -> None:
    assert Client().get(f"/watch/{uuid.uuid4()}/{page}").status_code == 404
    for bad in ("x", "%00", "1" * 3000):
        assert Client().get(f"/watch/{bad}/{page}").status_code == 404
    assert Client().post(f"/watch/{uuid.uuid4()}/mails/").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_as_a_file(kind: str) -> None:
    area = make_area()
    inside = make_service_request(expected_datetime=clock.now() + timedelta(days=3))
    outside = make_service_request(lat=10)
    answer = Client().get(f"/watch/{area.key}/feed.{kind}")
    content = b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert inside.reference.encode() in content
    assert outside.reference.encode() not in content
    assert answer["X-Robots-Tag"] == "noindex"
    assert answer["Cache-Control"] == "max-age=60, private"
    had = Client().get(f"/watch/{area.key}/feed.{kind}", headers={"If-None-Match": answer["ETag"]})
    assert (had.status_code, had["Cache-Control"]) == (304, "max-age=60, private")
    assert not answer.cookies


def test_another_kind_of_file() -> None:
    assert Client().get(f"/watch/{make_area().key}/feed.exe").status_code == 404


def test_the_sheet() -> None:
    area = make_area()
    now = clock.now()
    make_service_request(requested_datetime=now - timedelta(days=2), address_string="1 New Street")
    make_service_request(requested_datetime=now - timedelta(days=30), status=PublicStatus.CLOSED,
                         ended_at=now - timedelta(days=1),
                         address_string="2 Done Street")  # fmt: skip
    make_service_request(requested_datetime=now - timedelta(days=40), address_string="3 Old Street")
    resident = Resident().open(f"/watch/{area.key}/sheet/")
    for said in ("1 New Street", "2 Done Street", "Filed in these seven days", "By service"):
        assert said in resident.text
    assert "Longest without an answer" in resident.text
    assert resident.page.xpath("//*[name()='svg' and contains(@class, 'qr')]")
    past = (now - timedelta(days=14)).date().isoformat()
    assert "1 New Street" not in Resident().open(f"/watch/{area.key}/sheet/?until={past}").text
    for bad in ("x", "%00", "0000-00-00", "9999-12-31", "0001-01-01", "-1"):
        Resident().open(f"/watch/{area.key}/sheet/?until={bad}")


def test_joining_by_mail() -> None:
    watch = make_watch()
    resident = Resident().open(f"/watch/{watch.area.key}/")
    resident.fill_in(email="board@example.org", how="sheet")
    assert "Look in your e-mail" in resident.text
    resident.post_again()
    assert Confirmation.objects.count() == 1
    row = Confirmation.objects.get()
    Resident().open(f"/confirm/{confirmation_key(row)}/").fill_in()
    joined = WatchSubscription.objects.get(email="board@example.org")
    assert (joined.area, joined.rhythm, joined.form) == (watch.area, "weekly", "sheet")
    assert joined.confirmed_at is not None


def test_joining_with_an_account() -> None:
    watch = make_watch()
    resident = signed_in("board@example.org")
    resident.open(f"/watch/{watch.area.key}/").fill_in(how="weekly")
    assert "You watch this area." in resident.text
    assert WatchSubscription.objects.get(email="board@example.org").confirmed_at is not None


@pytest.mark.parametrize(("given", "why"), [({"email": "x"}, "like name@example.com"),
                                              ({"how": "x"}, "one of the three"),
                                              ({"email": "a\x00@example.org"}, "Null")])  # fmt: skip
def test_joining_badly(given: dict[str, str], why: str) -> None:
    area = make_area()
    data: dict[str, Any] = {"email": "a@example.org", "how": "daily"} | given
    resident = Resident().open(f"/watch/{area.key}/").fill_in(**data)
    assert why in resident.text
    assert not WatchSubscription.objects.exists()


def test_joining_is_protected(settings: Any) -> None:
    area = make_area()
    data = Resident().open(f"/watch/{area.key}/").form_data() | {"email": "a@example.org", "how": "daily"}
    url = f"/watch/{area.key}/mails/"
    assert Client().post(url, data, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert Client().post(url, data | {"form_key": "x"}).status_code == 400
    assert Client().post(url, {"x": "y" * 20_000}).status_code == 413
    assert Client().get(url).status_code == 405
    settings.CONFIRMATIONS_PER_HOUR = 0
    assert Client().post(url, data).status_code == 429
    assert not WatchSubscription.objects.exists()


# --- Ending -----------------------------------------------------------------------------------------------------------


def test_one_tap_ends_it_and_twice_is_fine() -> None:
    watch = make_watch()
    url = f"/watch/stop/{watch_stop_key(watch)}/"
    for _scanner in range(3):
        asked = Resident().open(url)
        assert asked.heading == "Stop the mails about this area?"
        assert "the page of the area stays for a month, and longer only while somebody else watches it" in asked.text
    watch.refresh_from_db()
    assert watch.ended_at is None
    resident = Resident().open(url).fill_in()
    assert resident.heading == "No more mails about this area"
    assert "deleted in a month, and the page of the area too, unless somebody else watches it" in resident.text
    assert resident.post_again().heading == "No more mails about this area"
    assert Resident().open(url).heading == "No more mails about this area"
    watch.refresh_from_db()
    assert watch.ended_at is not None


def test_the_page_stays_for_as_long_as_is_said(settings: Any) -> None:
    ours, shared = (make_area(created_at=clock.now() - timedelta(days=90)) for _each in range(2))
    for area in (ours, shared):
        digests.stop(make_watch(area))
    make_watch(shared, "board@example.org")
    for days, status in ((29, 200), (31, 404)):
        with clock.at(clock.now() + timedelta(days=days)):
            digests.forget()
            assert Client().get(f"/watch/{ours.key}/").status_code == status
            assert Client().get(f"/watch/{shared.key}/").status_code == 200


def test_the_one_click_post_of_a_mail_program() -> None:
    watch = make_watch()
    make_service_request()
    from reports.browsing import watching
    from reports.models import WatchItem

    watching.notice()
    WatchItem.objects.get_or_create(
        area=watch.area, service_request=make_service_request(), status="received", is_new=True
    )
    digests.queue_due()
    digest_mails.send_due()
    link = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    link = link[link.index("/watch/") :]
    answer = Client().post(link, {"List-Unsubscribe": "One-Click"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    watch.refresh_from_db()
    assert watch.ended_at is not None


@pytest.mark.parametrize("spoil", [lambda key: key[:-1], lambda key: "x", lambda key: f"{key}x", lambda key: "%00",
                                   lambda key: key.upper(), lambda key: "a" * 3000])  # fmt: skip
def test_a_forged_link(spoil: Any) -> None:
    watch = make_watch()
    url = f"/watch/stop/{spoil(watch_stop_key(watch))}/"
    assert Client().get(url).status_code == 404
    assert Client().post(url).status_code == 404
    watch.refresh_from_db()
    assert watch.ended_at is None


def test_a_link_for_something_else_is_forged() -> None:
    watch = make_watch()
    other = Subscription.objects.create(service_request=make_service_request(), email="x@example.org")
    assert Client().post(f"/watch/stop/{subscription_key(other)}/").status_code == 404
    assert Client().post(f"/unsubscribe/{watch_stop_key(watch)}/").status_code == 404


def test_a_link_whose_subscription_is_deleted() -> None:
    watch = make_watch()
    url = f"/watch/stop/{watch_stop_key(watch)}/"
    watch.delete()
    assert Resident().open(url, status=410).heading == "No more mails about this area"
