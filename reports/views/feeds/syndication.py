"""Atom (RFC 4287, paged by RFC 5005) and RSS 2.0, with the places as GeoRSS-Simple, for feed readers."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.gis.feeds import GeoAtom1Feed, GeoRSSFeed
from django.utils.feedgenerator import SyndicationFeed
from django.utils.xmlutils import SimplerXMLGenerator

from reports.links import absolute
from reports.views.feeds.document import Document
from reports.views.feeds.texts import line

DUBLIN_CORE: Final = {"xmlns:dc": "http://purl.org/dc/elements/1.1/"}


class _Atom(GeoAtom1Feed):
    def latest_post_date(self) -> datetime:
        changed: datetime = self.feed["changed"]
        return changed

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        for relation, address in self.feed["links"].items():
            handler.addQuickElement("link", "", {"rel": relation, "href": address})


class _Rss(GeoRSSFeed):
    def latest_post_date(self) -> datetime:
        changed: datetime = self.feed["changed"]
        return changed

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        for relation, address in self.feed["links"].items():
            handler.addQuickElement("atom:link", "", {"rel": relation, "href": address})

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("dc:rights", item["item_copyright"], DUBLIN_CORE)


def atom(document: Document) -> bytes:
    """The page as Atom. The feed keeps its id on all its pages, and a report its own in all feeds."""
    return _written(_Atom, document)


def rss(document: Document) -> bytes:
    """The page as RSS 2.0."""
    return _written(_Rss, document)


def _written(kind: type[_Atom | _Rss], document: Document) -> bytes:
    feed: SyndicationFeed = kind(
        title=line(document.title),
        link=document.home,
        description=document.summary(),
        subtitle=document.summary(),
        language=document.language,
        author_name=settings.SITE_NAME,
        author_link=absolute("/"),
        feed_url=document.here,
        feed_guid=document.at(1),
        feed_copyright=document.rights() or None,
        changed=document.changed,
        links=document.links(),
    )
    for item in document.items:
        feed.add_item(
            title=item.title,
            link=item.url,
            description=item.html(),
            pubdate=item.requested_datetime,
            updateddate=item.updated_datetime,
            unique_id=item.unique_id,
            unique_id_is_permalink=False,
            categories=[part for part in (item.service_name, item.group, item.public_status) if part],
            item_copyright=str(item.terms),
            geometry=None if item.lat is None else (item.long, item.lat),
        )
    return feed.writeString("utf-8").encode()
