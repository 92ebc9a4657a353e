"""The block that leads to the files, and whether what it leads to is there."""

import html
import re
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from reports.views.feeds.kinds import taken_along
from tests.factories import make_endpoint, make_jurisdiction, make_service, make_service_request
from tests.views.feeds.reading import READ, references
from tests.watched import make_area

pytestmark = pytest.mark.django_db


def addresses(total: int = 1, **context: str) -> list[str]:
    context = taken_along(total) | context
    page = render_to_string("components/feeds.html", context) + render_to_string(
        "components/feed_discovery.html", context
    )
    return [html.unescape(each) for each in re.findall(r'href="([^"]*)"', page)]


def test_every_kind_is_offered_with_the_filters_and_is_there(client: Client) -> None:
    make_jurisdiction(slug="springfield")
    found = addresses(query="body=springfield&status=open&q=a%26b")
    kinds = [re.search(r"\.(\w+)\?", each)[1] for each in found]  # type: ignore[index]
    assert set(kinds) == set(READ)
    for kind, address in zip(kinds, found, strict=True):
        assert address.startswith(f"/requests/feed.{kind}?body=springfield&status=open&q=a%26b")
        response = client.get(address)
        assert response.status_code == 200
        assert references(kind, response.getvalue()) == []


def test_another_list_has_its_own_addresses_and_a_page_its_language() -> None:
    assert addresses()[0] == "/requests/feed.atom"
    assert "/requests/feed.csv?page=all" in addresses()
    assert addresses(feed_base="/watch/key/feed")[0] == "/watch/key/feed.atom"
    with translation.override("es"):
        assert addresses()[0] == "/es/requests/feed.atom"


def test_what_no_file_holds_is_not_offered_as_one(settings: Any) -> None:
    settings.DOWNLOAD_MOST = 2
    whole = "/requests/feed.csv?page=all"
    assert whole in addresses(2)
    assert whole not in addresses(3)
    assert "/requests/feed.csv" in addresses(3)


@pytest.mark.parametrize("path", ["/requests/", "/bodies/here/", "/watch/{key}/"])
def test_every_page_says_how_many_a_file_holds(client: Client, settings: Any, path: str) -> None:
    service = make_service(make_endpoint(make_jurisdiction(slug="here")))
    for _each in range(2):
        make_service_request(service)
    address = path.format(key=make_area().key)
    page = client.get(address).content.decode()
    assert "with the newest 1,000" in page
    assert "feed.csv?page=all" in html.unescape(page) or "&page=all" in html.unescape(page)
    settings.DOWNLOAD_MOST = 1
    assert "page=all" not in client.get(address).content.decode()


def test_what_stands_in_the_address_stays_in_it() -> None:
    page = render_to_string("components/feeds.html", {"query": '"><script>'})
    assert "<script" not in page
