"""What a dialect is handed of a request."""

import json

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from reports.delivery import submit
from reports.delivery.filing import filing_for, private_texts
from reports.http import redact
from reports.models import Attempt, Media, Service
from reports.sandbox import Sandbox
from tests.cities import make_city
from tests.factories import make_endpoint, make_service, make_service_request, make_submission
from tests.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "detail", "expected"),
    [
        ("12 Main Street", "", "12 Main Street"),
        ("12 Main Street", "by the gate", "12 Main Street – by the gate"),
        ("", "by the gate", "by the gate"),
        ("", "", "39.780000, -89.650000"),
    ],
)
def test_there_is_always_an_address(address: str, detail: str, expected: str) -> None:
    request = make_service_request(address_string=address, place_detail=detail)
    assert filing_for(request).address_string == expected


@pytest.mark.parametrize(("length", "longest", "kept"), [(100, None, True), (3990, None, False), (90, 100, False)])
def test_the_reference_goes_along_where_it_fits(length: int, longest: int | None, kept: bool) -> None:
    request = make_service_request(description="x" * length)
    if longest:
        request.endpoint.options = {"description_max": longest}
    text = filing_for(request).description
    assert text.startswith("x" * length)
    assert (request.reference in text) is kept


@pytest.mark.parametrize("place", ["account_id", "attribute[EXT]"])
def test_the_reference_is_not_said_twice_where_it_has_a_field_of_its_own(place: str) -> None:
    request = make_service_request(description="A hole.")
    request.endpoint.options = {"reference_in": place}
    assert filing_for(request).description == "A hole."
    request.description = ""
    assert filing_for(request).description == f"[{request.reference}]"  # some bodies take none without a description


def test_answers_keep_their_keys() -> None:
    answer = {
        "code": "A",
        "datatype": "multivaluelist",
        "values": [{"key": "1", "name": "One"}, {"key": "2", "name": "Two"}],
    }
    filing = filing_for(make_service_request(attributes=[answer]))
    assert [(each.code, each.values) for each in filing.answers] == [("A", ("1", "2"))]


def test_a_private_answer_goes_to_the_body_and_nowhere_else(sandbox: Sandbox, client: Client) -> None:
    endpoint = make_city(sandbox, "chicago")
    service = Service.objects.get(endpoint=endpoint, service_name="Alley Light Out")
    asked = {attribute["code"]: attribute for attribute in service.definition}
    assert [code for code, attribute in asked.items() if attribute["private"]] == ["A511OPTN"]
    given = [("ISTHELI1", "ONE", {}), ("ISTHELI2", "COMPLETE", {}), ("A511OPTN", "312-555-0142", {"private": True})]
    answers = [
        {"code": code, "datatype": asked[code]["datatype"], "values": [{"key": value, "name": value}], **private}
        for code, value, private in given
    ]
    request = make_service_request(service, attributes=answers)
    submission = make_submission(request)
    submit.submit(submission.pk)
    held = sandbox.control.received()["cities"]["chicago"]["requests"][0]
    assert held["attributes"]["A511OPTN"] == ["312-555-0142"]
    page = client.get(request.get_absolute_url()).content.decode()
    assert "COMPLETE" in page
    assert "312-555-0142" not in page
    assert "312-555-0142" not in str(Attempt.objects.get().exchanges)


@pytest.mark.parametrize(
    ("dialect", "options", "expected"),
    [
        ("georeport_v2", {}, []),
        ("email", {}, []),
        ("email", {"attach_photos": 1}, ["photo-1.jpg"]),
        ("email", {"attach_photos": 10}, ["photo-1.jpg", "photo-2.jpg"]),
    ],
)
def test_photos_go_along_only_where_they_are_sent(
    settings, tmp_path, dialect: str, options: dict[str, int], expected: list[str]
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    request = make_service_request(
        make_service(make_endpoint(dialect=dialect, base_url="mailto:a@b.example", options=options))
    )
    for number in (1, 2):
        content = ContentFile(picture(size=(60 + number, 40)), "photo.jpg")
        Media.objects.create(service_request=request, file=content, sha256=str(number), position=number)
    filing = filing_for(request)
    assert len(filing.media_urls) == 2
    assert [each.filename for each in filing.photos] == expected
    assert all(each.content.startswith(b"\xff\xd8") and each.content_type == "image/jpeg" for each in filing.photos)


def test_attributes_that_nobody_is_asked_go_along_for_the_dialect() -> None:
    asked = {"code": "size", "variable": True, "datatype": "string", "required": False, "values": []}
    team = asked | {"code": "team", "required": True, "values": [{"key": "A", "name": "A team"}]}
    service = make_service(definition=[asked, team | {"automated": "hidden_field"}])
    (found,) = filing_for(make_service_request(endpoint=service.endpoint, service=service)).automated
    assert (found.code, found.automated, found.required) == ("team", "hidden_field", True)
    assert [value.key for value in found.values] == ["A"]


def test_a_service_that_got_a_new_code_is_filed_under_it() -> None:
    service = make_service(service_code="OLD")
    request = make_service_request(service)
    service.service_code, service.former_codes = "NEW", ["OLDEST", "OLD"]
    service.save()
    request.refresh_from_db()
    assert filing_for(request).service_code == "NEW"
    assert request.service_code == "OLD"  # the record says what was chosen


def test_without_its_service_it_is_filed_under_the_code_that_was_chosen() -> None:
    request = make_service_request(make_service(service_code="OLD"))
    request.service = None
    assert filing_for(request).service_code == "OLD"


def test_a_photo_whose_file_is_gone_does_not_hold_up_the_report(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    endpoint = make_endpoint(dialect="email", base_url="mailto:a@b.example", options={"attach_photos": 2})
    request = make_service_request(make_service(endpoint))
    for number in (1, 2):
        content = ContentFile(picture(size=(60 + number, 40)), "photo.jpg")
        Media.objects.create(service_request=request, file=content, sha256=str(number), position=number)
    gone = request.media.first()
    gone.file.storage.delete(gone.file.name)
    assert [each.filename for each in filing_for(request).photos] == ["photo-2.jpg"]


def test_private_texts_are_known_however_they_are_written() -> None:
    words = "Rosa Brückner,  at the back\nring twice at number nine"
    answer = {"code": "A", "datatype": "text", "private": True, "values": [{"key": words, "name": words}]}
    private = private_texts(make_service_request(attributes=[answer]))
    for written in (
        words, "    Rosa Brückner,  at the back\n    ring twice at number nine", json.dumps(words),
        "Rosa Brückner, at the back ring twice at number nine",
    ):  # fmt: skip
        kept = redact(written, private)
        assert not [word for word in ("Rosa", "back", "ring", "nine") if word in kept]


@pytest.mark.parametrize(
    ("address", "detail", "expected"),
    [("by the gate, Springfield", "north side", "by the gate, Springfield – north side"), ("", "", "Springfield")],
)
def test_a_place_in_words_alone_goes_without_a_point(address: str, detail: str, expected: str) -> None:
    request = make_service_request(place_meant="words", address_string=address, place_detail=detail)
    request.jurisdiction.name = "Springfield"
    filing = filing_for(request)
    assert (filing.lat, filing.long, filing.address_string) == (None, None, expected)
