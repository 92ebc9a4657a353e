"""The page behind the link of a mail: it shows on GET, does on POST, once; and says plainly when it is over."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from reports import clock
from reports.links import confirmation_key, subscription_key
from reports.models import Confirmation, MirroredRequest, ServiceRequest, Sighting, Subscription, Verdict
from tests.factories import LAT, LONG, make_endpoint, make_service_request, make_status_update
from tests.resident import Resident

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]
KINDS = {
    "follow": ("Follow this report by e-mail?", Subscription),
    "sighting": ("Say that it is still there?", Sighting),
    "verdict": ("Say that it is not fixed?", Verdict),
}


def owed(kind: str = "follow", **fields: Any) -> Confirmation:
    request = make_service_request(status="closed" if kind == "verdict" else "sent")
    make_status_update(request, status=request.status, by_body=True)
    given = {"kind": kind, "service_request": request, "email": "ada@example.org"}
    return Confirmation.objects.create(**(given | {"answer": "no" if kind == "verdict" else ""} | fields))


def url(row: Confirmation) -> str:
    return f"/confirm/{confirmation_key(row)}/"


@pytest.mark.parametrize("kind", KINDS)
def test_it_shows_first_and_does_on_the_button_once(kind: str) -> None:
    heading, model = KINDS[kind]
    row = owed(kind)
    resident = Resident()
    for _scanner in range(3):
        assert resident.open(url(row)).heading == heading
    assert "Pothole, 12 Main Street" in resident.text
    assert not model.objects.exists()
    assert resident.fill_in().heading == "Thank you"
    assert resident.post_again().heading == "Thank you"
    assert Resident().open(url(row)).heading == "Thank you"
    assert model.objects.count() == 1
    row.refresh_from_db()
    assert row.confirmed_at is not None


def test_of_a_mirrored_one() -> None:
    theirs = MirroredRequest.objects.create(
        endpoint=make_endpoint(), service_request_id="M-1", service_name="Rats", status="open", lat=LAT, long=LONG
    )
    row = owed("sighting", service_request=None, mirrored=theirs)
    resident = Resident().open(url(row))
    assert "Rats" in resident.text
    assert resident.fill_in().heading == "Thank you"
    assert Sighting.objects.get().mirrored == theirs


def test_after_the_mails_were_stopped_the_link_begins_them_anew() -> None:
    row = owed()
    resident = Resident().open(url(row)).fill_in()
    Subscription.objects.update(ended_at=clock.now())
    assert resident.open(url(row)).heading == KINDS["follow"][0]
    resident.fill_in()
    assert Subscription.objects.get().ended_at is None


@pytest.mark.parametrize("spoil", [lambda key: key[:-1], lambda key: "x", lambda key: key + "x", lambda key: "%00",
                                   lambda key: key.upper(), lambda key: "a" * 3000])  # fmt: skip
def test_a_forged_key_is_not_found(spoil: Any) -> None:
    address = f"/confirm/{spoil(confirmation_key(owed()))}/"
    assert Resident().open(address, status=404).heading == "This link does not work"
    assert Client().post(address).status_code == 404
    assert not Subscription.objects.exists()


def test_a_key_for_something_else_is_forged() -> None:
    row = owed()
    other = Subscription.objects.create(service_request=row.service_request, email="x@example.org")
    Resident().open(f"/confirm/{subscription_key(other)}/", status=404)
    assert Client().get(f"/unsubscribe/{confirmation_key(row)}/").status_code == 404


def test_after_seven_days_it_is_over() -> None:
    row = owed()
    resident = Resident().open(url(row))
    with clock.at(row.created_at + timedelta(days=6, hours=23)):
        assert resident.open(url(row)).heading == KINDS["follow"][0]
    with clock.at(row.created_at + timedelta(days=7)):
        resident.fill_in(status=410)
        assert resident.heading == "This link is no longer good"
    assert not Subscription.objects.exists()


def test_one_whose_row_is_gone_is_over() -> None:
    row = owed()
    address = url(row)
    row.delete()
    Resident().open(address, status=410)


@pytest.mark.parametrize("change", [{"hidden": True}, {"held_at": clock.now()}, {"taken_away_at": clock.now()},
                                    {"status": "cancelled"}])  # fmt: skip
@pytest.mark.parametrize("kind", ["follow", "sighting"])
def test_a_report_that_no_longer_takes_it_says_so(kind: str, change: dict[str, Any]) -> None:
    row = owed(kind)
    resident = Resident().open(url(row))
    ServiceRequest.objects.update(**change)
    resident.fill_in(status=410)
    assert resident.heading == "This is not possible any more"
    assert Resident().open(url(row), status=410).heading == "This is not possible any more"
    assert ("12 Main Street" in resident.text) is False
    assert not KINDS[kind][1].objects.exists()


def test_a_post_from_another_site_changes_nothing() -> None:
    row = owed()
    data = Resident().open(url(row)).form_data()
    answer = Client().post(url(row), data, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert b"came from another page" in answer.content
    assert not Subscription.objects.exists()


def test_a_form_that_did_not_arrive_whole_is_shown_again() -> None:
    row = owed()
    resident = Resident().open(url(row)).fill_in(form_key="x", status=400)
    assert resident.fill_in().heading == "Thank you"


def test_too_many_and_too_large_are_refused(settings: Any) -> None:
    row = owed()
    resident = Resident().open(url(row))
    settings.STEPS_PER_MINUTE = 0
    resident.fill_in(status=429)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert Client().post(url(row), {"x": "y" * 200}).status_code == 413
    assert not Subscription.objects.exists()


def test_the_address_goes_to_no_search_engine_and_no_cache() -> None:
    answer = Client().get(url(owed()))
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "same-origin")
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
