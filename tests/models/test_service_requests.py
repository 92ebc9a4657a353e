"""References that can be read aloud, and rows that the database refuses."""

import pytest
from django.db import IntegrityError, transaction

from reports.models import Service, ServiceOverride, ServiceRequest, User
from reports.models.service_requests import ALPHABET, new_reference
from tests.factories import make_endpoint, make_service, make_service_request, make_status_update

pytestmark = pytest.mark.django_db


def test_references_are_short_and_have_no_letters_taken_for_others() -> None:
    references = {new_reference() for _number in range(500)}
    assert len(references) == 500
    assert {len(reference) for reference in references} == {12}
    assert set("".join(references)) <= set(ALPHABET) | {"-"}
    assert not set("01OILBDEPTVNSU8A") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET) == 20


@pytest.mark.parametrize("place", [{"lat": 91.0}, {"lat": -90.5}, {"long": 180.1}, {"long": -181.0}])
def test_a_place_off_the_globe_is_refused_by_the_database(place: dict[str, float]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_service_request(**place)
    assert not ServiceRequest.objects.exists()


def test_a_service_code_stands_once_at_an_endpoint_and_freely_at_another() -> None:
    endpoint = make_endpoint()
    make_service(endpoint, service_code="001")
    make_service(service_code="001")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_service(endpoint, service_code="001")


def test_our_words_stand_over_the_citys_where_there_are_any() -> None:
    service = make_service(service_name="POTHOLE-STR", group="PW", description="Text")
    assert (service.shown_name, service.shown_group, service.notice) == ("POTHOLE-STR", "PW", "")
    ServiceOverride.objects.create(service=service, service_name="Pothole", stop_message="Call 911.")
    service = Service.objects.get(pk=service.pk)
    assert (service.shown_name, service.shown_group, service.shown_description) == ("Pothole", "PW", "Text")
    assert service.stop_message == "Call 911."


def test_history_refuses_a_second_line_of_the_same_news() -> None:
    line = make_status_update(fingerprint="same")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_status_update(line.service_request, fingerprint="same")


@pytest.mark.parametrize("email", ["", None])
def test_an_account_needs_an_address(email: str | None) -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        User.objects.create_user(email)  # type: ignore[arg-type]  # bad input is the point
