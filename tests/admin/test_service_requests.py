"""Requests: hidden and nothing else; services: our words over the city's; photos: gone with their files."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from reports.models import Media, Service, ServiceOverride
from tests.factories import make_service, make_service_request, make_submission

pytestmark = pytest.mark.django_db


def test_a_request_is_hidden_and_nothing_else_changes(staff: Client) -> None:
    request = make_service_request()
    inlines = {
        f"{prefix}-{name}": 0
        for prefix in ("submissions", "status_updates", "comments", "media", "contact", "disclosures")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    data = {"hidden": "on", "description": "rewritten", "status": "closed"} | inlines
    assert staff.post(f"/admin/reports/servicerequest/{request.pk}/change/", data).status_code == 302
    request.refresh_from_db()
    assert request.hidden is True
    assert (request.description, request.status) == ("A deep hole in the road.", "received")


def test_requests_are_found_by_every_number_that_somebody_may_have(staff: Client) -> None:
    request = make_service_request(address_string="77 Elm Street")
    make_submission(request, service_request_id="26-0001")
    make_service_request(address_string="1 Oak Street")
    for words in (request.reference, "26-0001", "elm"):
        page = staff.get("/admin/reports/servicerequest/", {"q": words})
        assert [row.pk for row in page.context["cl"].result_list] == [request.pk], words


def test_a_resident_s_words_stay_words(staff: Client) -> None:
    request = make_service_request(description="<script>alert(1)</script>", service_name="<b>Hole</b>")
    for path in (f"{request.pk}/change/", ""):
        page = staff.get(f"/admin/reports/servicerequest/{path}").content.decode()
        assert "<script>alert(1)" not in page
        assert "<b>Hole</b>" not in page


def test_answers_are_shown_beside_their_questions(staff: Client) -> None:
    answer = {
        "code": "A",
        "datatype": "string",
        "description": "How deep?",
        "values": [{"key": "k", "name": "Knee <deep>"}],
    }
    request = make_service_request(attributes=[answer])
    page = staff.get(f"/admin/reports/servicerequest/{request.pk}/change/").content.decode()
    assert "How deep?" in page
    assert "Knee &lt;deep&gt;" in page


def test_a_volunteer_s_words_go_over_the_city_s_and_leave_them(staff: Client) -> None:
    service = make_service(service_name="POTHOLE - STR", definition=[{"code": "A", "description": "Where?"}])
    url = f"/admin/reports/service/{service.pk}/change/"
    assert "Where?" in staff.get(url).content.decode()
    data = {
        "override-TOTAL_FORMS": 1, "override-INITIAL_FORMS": 0, "override-0-service_name": "Pothole",
        "override-0-keywords": "[]", "override-0-order": 0, "override-0-service": service.pk, "service_name": "Changed",
    }  # fmt: skip
    assert staff.post(url, data).status_code == 302
    service = Service.objects.get()
    assert (service.service_name, service.shown_name) == ("POTHOLE - STR", "Pothole")
    assert ServiceOverride.objects.count() == 1


def test_bad_words_over_a_service_are_refused(staff: Client) -> None:
    service = make_service()
    data = {
        "override-TOTAL_FORMS": 1, "override-INITIAL_FORMS": 0, "override-0-keywords": "{", "override-0-order": "x",
        "override-0-service": service.pk,
    }  # fmt: skip
    response = staff.post(f"/admin/reports/service/{service.pk}/change/", data)
    assert response.status_code == 200
    assert set(response.context["inline_admin_formsets"][0].formset.errors[0]) == {"keywords", "order"}


def make_photo() -> Media:
    content = BytesIO()
    Image.new("RGB", (4, 4)).save(content, "JPEG")
    file = ContentFile(content.getvalue(), "photo.jpg")
    return Media.objects.create(service_request=make_service_request(), sha256="0" * 64, file=file)


@pytest.mark.django_db(transaction=True)
def test_a_photo_is_deleted_with_its_file_one_by_one_and_many_at_once(staff: Client) -> None:
    one, two = make_photo(), make_photo()
    answer = staff.post(f"/admin/reports/media/{one.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 302, answer.content.decode()
    assert not one.file.storage.exists(one.file.name)
    assert two.file.storage.exists(two.file.name)
    staff.post("/admin/reports/media/", {"action": "delete_selected", "_selected_action": two.pk, "post": "yes"})
    assert not two.file.storage.exists(two.file.name)
    assert not Media.objects.exists()
