"""A volunteer translates a service: plain fields for each other language of the site."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from reports.models import Service, ServiceOverride
from tests.factories import make_endpoint, make_jurisdiction, make_service, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def volunteer(client: Client) -> Client:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def save(volunteer: Client, service: Service, **fields: str) -> Any:
    """Post the service's page with nothing but these fields of the override filled in."""
    stored = ServiceOverride.objects.filter(service=service).first()
    posted = {"keywords": "[]", "conditions": "{}", "order": "0", "service": service.pk} | fields
    counts = {"override-TOTAL_FORMS": 1, "override-INITIAL_FORMS": 1 if stored else 0}
    if stored:
        posted["id"] = stored.pk
    inline = {f"override-0-{name}": value for name, value in posted.items()}
    return volunteer.post(reverse("admin:reports_service_change", args=[service.pk]), inline | counts)


def test_what_is_written_in_the_fields_is_what_spanish_pages_show(volunteer: Client) -> None:
    service = make_service()
    response = save(volunteer, service, service_name_es="Bache", notice_es="Llame si es urgente.")
    assert response.status_code == 302, response.context["errors"] if response.context else ""
    stored = ServiceOverride.objects.get().translations
    assert stored == {"es": {"service_name": "Bache", "notice": "Llame si es urgente."}}
    with translation.override("es"):
        assert Service.objects.get().shown_name == "Bache"
    assert Service.objects.get().shown_name == "Pothole"


def test_what_is_emptied_is_taken_away_and_the_rest_stays(volunteer: Client) -> None:
    service = make_service()
    words = {"es": {"service_name": "Bache", "group": "Calles"}}
    ServiceOverride.objects.create(service=service, translations=words)
    save(volunteer, service, service_name_es="", group_es="Calles")
    assert ServiceOverride.objects.get().translations == {"es": {"group": "Calles"}}


def test_a_name_that_is_too_long_is_an_error_at_its_field(volunteer: Client) -> None:
    response = save(volunteer, make_service(), service_name_es="x" * 301)
    assert response.status_code == 200
    assert not ServiceOverride.objects.exists()


def test_a_body_that_speaks_spanish_is_translated_into_english(volunteer: Client) -> None:
    service = make_service(make_endpoint(make_jurisdiction(languages=["es-PR"])))
    page = volunteer.get(reverse("admin:reports_service_change", args=[service.pk])).content.decode()
    assert "service_name_en" in page
    assert "service_name_es" not in page


@pytest.mark.parametrize(
    "translations",
    [{"xx": {"group": "Rues"}}, {"es": {"hidden": "sí"}}, {"es": {"group": 5}}, {"es": "Bache"}, ["es"]],
)
def test_an_unknown_language_or_field_is_refused(translations: Any) -> None:
    override = ServiceOverride(service=make_service(), translations=translations)
    with pytest.raises(ValidationError):
        override.clean()
