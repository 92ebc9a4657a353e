"""Discovery documents that mean harm, or are read twice at once."""

import pytest
from django.core.exceptions import ValidationError

from reports.delivery import discovery
from reports.models import Endpoint, Jurisdiction
from tests.delivery.test_discovery import URL, document, row
from tests.dialects.canned import canned
from tests.factories import make_jurisdiction

pytestmark = pytest.mark.django_db


@pytest.fixture
def body() -> Jurisdiction:
    return make_jurisdiction("Springfield", slug="springfield")


def read(body: Jurisdiction, *urls: str) -> list[discovery.Proposal]:
    with canned(document(*map(row, urls))):
        return discovery.read_discovery(URL, body)


@pytest.mark.parametrize(
    "url",
    ["https://user:pass@a.example.org/v2", "https://user@a.example.org/v2", "javascript:alert(1)", "mailto:a@b.org"],
)
def test_an_address_that_must_not_be_called_is_neither_ticked_nor_stored(body: Jurisdiction, url: str) -> None:
    found = read(body, "https://b.example.org/v2", url)
    assert [each.ticked for each in found] == [True, False]
    assert found[1].why
    with pytest.raises(ValidationError):
        discovery.create(body, found)
    assert not Endpoint.objects.exists()


def test_an_address_without_encryption_is_not_taken_where_one_with_it_is_listed(body: Jurisdiction) -> None:
    found = read(body, "http://a.example.org/v2", "https://a.example.org/v2", "http://b.example.org/v2")
    assert [(each.url, each.ticked) for each in found] == [
        ("http://a.example.org/v2", False),
        ("https://a.example.org/v2", True),
        ("http://b.example.org/v2", True),
    ]
    assert "encryption" in found[0].why


def test_ten_thousand_endpoints_are_fifty(body: Jurisdiction) -> None:
    assert len(read(body, *(f"https://a{number}.example.org/v2" for number in range(10_000)))) == discovery.MOST


def test_the_same_proposals_twice_make_endpoints_once(body: Jurisdiction) -> None:
    found = read(body, "https://a.example.org/v2")
    assert len(discovery.create(body, found)) == 1
    assert discovery.create(body, found) == []
    assert Endpoint.objects.count() == 1
