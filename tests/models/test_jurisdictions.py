"""Bodies and endpoints: keys at rest, options judged by their dialect, names that must hold."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from reports.dialects.errors import ConfigurationError
from reports.models import Endpoint, Jurisdiction
from tests.factories import make_endpoint, make_jurisdiction, make_service_request

pytestmark = pytest.mark.django_db


def test_a_key_is_stored_unreadable_and_read_back() -> None:
    endpoint = make_endpoint()
    endpoint.api_key = "a-secret-key"
    endpoint.save()
    stored = Endpoint.objects.values_list("api_key_encrypted", flat=True).get(pk=endpoint.pk)
    assert "secret" not in stored
    assert Endpoint.objects.get(pk=endpoint.pk).api_key == "a-secret-key"


def test_the_same_key_is_stored_differently_each_time() -> None:
    first, second = make_endpoint(), make_endpoint()
    first.api_key = second.api_key = "a-secret-key"
    assert first.api_key_encrypted != second.api_key_encrypted


def test_no_key_is_stored_as_nothing() -> None:
    endpoint = make_endpoint()
    endpoint.api_key = ""
    assert endpoint.api_key_encrypted == ""
    assert endpoint.api_key == ""


def test_a_key_outlives_a_new_secret_by_its_fallback(settings) -> None:
    endpoint = make_endpoint()
    endpoint.api_key = "a-secret-key"
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another secret"
    assert endpoint.api_key == "a-secret-key"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ConfigurationError, match="enter the key again"):
        _ = endpoint.api_key


@pytest.mark.parametrize(
    ("fields", "where", "words"),
    [
        ({"dialect": "esperanto"}, "dialect", "esperanto"),
        ({"options": ["json"]}, "options", "names and values"),
        ({"options": {"colour": "red"}}, "options", "colour"),
        ({"options": {"page_size": 0}}, "options", "page_size"),
        ({"base_url": "not an address"}, "base_url", "address"),
        ({"base_url": "ftp://open311.example.org/"}, "base_url", "https://, http:// or mailto:"),
        ({"base_url": "mailto:nobody"}, "base_url", "mail address"),
        ({"base_url": "https://user:secret@open311.example.org/"}, "base_url", "field for the key"),
    ],
)
def test_an_endpoint_that_cannot_work_is_refused(fields: dict[str, object], where: str, words: str) -> None:
    endpoint = make_endpoint()
    for name, value in fields.items():
        setattr(endpoint, name, value)
    with pytest.raises(ValidationError) as caught:
        endpoint.full_clean()
    assert words in str(caught.value.message_dict[where])


@pytest.mark.parametrize("zone", ["Chicago", "", "../etc/passwd"])
def test_a_time_zone_has_to_be_one(zone: str) -> None:
    body = make_jurisdiction()
    body.time_zone = zone
    with pytest.raises(ValidationError) as caught:
        body.full_clean()
    assert "time_zone" in caught.value.message_dict


def test_a_body_with_reports_is_not_deleted() -> None:
    request = make_service_request()
    with pytest.raises(ProtectedError):
        request.jurisdiction.delete()
    assert Jurisdiction.objects.filter(pk=request.jurisdiction_id).exists()
