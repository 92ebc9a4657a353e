"""Where a photo was taken, offered on the photos page: with its address and how far it is, when that says anything."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from reports import callers
from reports.geo import geocoding
from reports.geo.geocoding import GeocodedPlace, GeocodingUnavailable
from reports.links import draft_key
from reports.media import store
from reports.models import Draft, Media
from reports.views.photo_places import offers
from tests.factories import make_endpoint, make_jurisdiction, make_service
from tests.pictures import CHICAGO, exif, picture, upload

pytestmark = pytest.mark.django_db
AT = {"lat": 41.8837, "long": -87.6325, "place_meant": "point"}


@pytest.fixture
def photo(settings: Any, tmp_path: Path) -> Media:
    settings.MEDIA_ROOT = str(tmp_path)
    callers.forget_limits()
    return store(upload(picture(exif=exif(gps=CHICAGO))), Draft.objects.create())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float]]:
    calls: list[tuple[float, float]] = []

    def reverse(lat: float, long: float, locale: str) -> GeocodedPlace:
        calls.append((lat, long))
        return GeocodedPlace(lat, long, "121 North LaSalle <Street>", {})

    monkeypatch.setattr(geocoding, "reverse", reverse)
    return calls


@pytest.mark.parametrize(
    ("north", "words"),
    [(0.0003, None), (0.002, "about 220 m away"), (0.05, "about 5.6 km away"), (1.0, "about 111 km away")],
)
def test_how_far_it_is(photo: Media, asked: list[Any], north: float, words: str | None) -> None:
    found = offers([photo], AT | {"lat": AT["lat"] + north}).get(photo.pk)
    assert (found is None) == (words is None)
    if found and words:
        assert found.distance.startswith(words)
        assert found.address == "121 North LaSalle <Street>"


def test_a_place_in_words_has_no_point_to_compare_with(photo: Media, asked: list[Any]) -> None:
    found = offers([photo], AT | {"place_meant": "words"})[photo.pk]
    assert (found.distance, found.address) == ("", "121 North LaSalle <Street>")


def test_a_geocoder_that_is_away_is_asked_once(photo: Media, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def away(*_args: object, **_kwargs: object) -> None:
        calls.append(1)
        raise GeocodingUnavailable("away")

    monkeypatch.setattr(geocoding, "reverse", away)
    photos = [Media(pk=number, lat=41.0 + number, long=-87.0) for number in (1, 2, 3)]
    found = offers(photos, AT)
    assert [offer.address for offer in found.values()] == ["", "", ""]
    assert calls == [1]


def test_photos_without_a_place_offer_none(asked: list[Any]) -> None:
    assert offers([Media(pk=1)], AT) == {}
    assert asked == []


def test_the_page_offers_it_by_a_link_that_changes_nothing(client: Client, photo: Media, asked: list[Any]) -> None:
    service = make_service(make_endpoint(make_jurisdiction("Springfield")))
    draft = photo.draft
    assert draft is not None
    draft.answers = {
        "location": {"lat": 39.78, "long": -89.65, "address_string": "12 Main Street", "place_meant": "point"},
        "service": {"service": service.pk, "definition_hash": service.definition_hash, "endpoint": service.endpoint_id},
        "duplicates": {"seen": True},
        "attributes": {"description": "A hole.", "definition_hash": service.definition_hash, "service": service.pk},
    }
    draft.save()
    url = f"/report/{draft_key(draft)}/media/"
    page = client.get(url).content.decode()
    assert "Taken at 121 North LaSalle &lt;Street&gt;." in page
    assert "/place/?lat=41.883700&amp;long=-87.632500" in page
    assert len(asked) == 1
    draft.refresh_from_db()
    assert draft.answers["location"]["lat"] == 39.78
    assert not client.cookies
