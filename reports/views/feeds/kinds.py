"""The kinds of files, by the ending of their address."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

from reports.browsing.filters import Matches
from reports.views.feeds import geojson, ics, kml, syndication, table
from reports.views.feeds.document import Document
from reports.views.feeds.items import Item


@dataclass(frozen=True, slots=True)
class Kind:
    """`size`: how many reports stand on a page. `stream`, where there is one, writes a list whole, chunk by chunk.
    `attached`: browsers save it instead of showing it. `narrow` leaves out what has nothing to say in this kind."""

    media_type: str
    size: int
    write: Callable[[Document], bytes]
    stream: Callable[[Document, Iterable[Iterable[Item]]], Iterator[bytes]] | None = None
    attached: bool = False
    narrow: Callable[[Matches], Matches] | None = None


KINDS: Final[dict[str, Kind]] = {
    "atom": Kind("application/atom+xml; charset=utf-8", 100, syndication.atom),
    "rss": Kind("application/rss+xml; charset=utf-8", 100, syndication.rss),
    "geojson": Kind(geojson.MEDIA_TYPE, 1000, geojson.geojson, geojson.stream),
    "kml": Kind(kml.MEDIA_TYPE, 1000, kml.kml, attached=True),
    "csv": Kind(table.MEDIA_TYPE, 1000, table.table, table.stream, attached=True),
    "ics": Kind(ics.MEDIA_TYPE, 1000, ics.ics, attached=True, narrow=ics.awaited),
}


def taken_along(total: int) -> dict[str, Any]:
    """What `components/feeds.html` says of the files of a list of so many: how many stand on a page of the table, and
    whether one file holds all of them."""
    return {"feed_size": KINDS["csv"].size, "feed_whole": total <= settings.DOWNLOAD_MOST}
