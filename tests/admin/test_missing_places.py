"""What people say of missing places, ticked off by volunteers."""

import pytest
from django.test import Client

from reports.models import MissingPlace
from tests.factories import LAT, LONG, make_jurisdiction

pytestmark = pytest.mark.django_db
LIST = "/admin/reports/missingplace/"


def make_missing(words: str = "Atlantis", lat: float = 30.0, long: float = -50.0) -> MissingPlace:
    return MissingPlace.objects.create(lat=lat, long=long, words=words)


def test_the_list_and_its_row_lead_to_a_map(staff: Client) -> None:
    place = make_missing("<script>x</script>")
    make_missing("Atlantis, too", lat=30.01)
    page = staff.get(LIST).content.decode()
    assert "mlat=30.00000" in page
    assert "<script>x" not in page
    row = staff.get(f"{LIST}{place.pk}/change/").content.decode()
    assert "nobody" in row
    assert staff.get(f"{LIST}?handled_at__isempty=1").status_code == 200
    assert staff.get(f"{LIST}add/").status_code == 403


def test_it_says_when_the_place_is_missing_no_more(staff: Client) -> None:
    make_jurisdiction("Springfield")
    place = make_missing(lat=LAT, long=LONG)
    assert "Springfield" in staff.get(f"{LIST}{place.pk}/change/").content.decode()


def test_ticking_off_twice_keeps_the_first_moment(staff: Client) -> None:
    place, other = make_missing(), make_missing("Other")
    tick = {"action": "handled", "_selected_action": [place.pk]}
    assert "1 place ticked off" in staff.post(LIST, tick, follow=True).content.decode()
    place.refresh_from_db()
    first = place.handled_at
    assert first is not None
    assert "0 places ticked off" in staff.post(LIST, tick, follow=True).content.decode()
    place.refresh_from_db()
    other.refresh_from_db()
    assert (place.handled_at, other.handled_at) == (first, None)


def test_a_visitor_sees_nothing(client: Client) -> None:
    make_missing()
    assert client.get(LIST).status_code == 302
