"""iCalendar (RFC 5545): the days on which bodies expect to be done, for calendars that follow an address."""

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from reports.browsing.filters import Matches
from reports.browsing.index import IS_OVER
from reports.views.feeds.document import Document
from reports.views.feeds.items import Item
from reports.views.feeds.texts import line

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
AGAIN: Final = timedelta(hours=1)  # when calendars look for news


def awaited(matches: Matches) -> Matches:
    """Those that are not over and have a day on which they are expected to be."""
    index, here = matches.index, matches.positions
    waits = (index.expected[here] > 0) & ~IS_OVER[index.status[here]]
    return Matches(index, here[waits], matches.capped)


def ics(document: Document) -> bytes:
    """The page as a calendar: one whole day for each report, that of the body's zone."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//{line(settings.SITE_NAME)}//reports//EN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", line(document.title))  # RFC 7986
    calendar.add("x-wr-calname", line(document.title))  # the same for calendars that do not know it yet
    calendar.add("description", "\n".join(part for part in (document.summary(), document.rights()) if part))
    calendar.add("url", document.home)
    calendar.add("source", document.here, parameters={"value": "URI"})
    calendar.add("refresh-interval", AGAIN, parameters={"value": "DURATION"})
    for item in document.items:
        if item.expected_datetime is not None:  # it may have ended since it was looked for
            calendar.add_component(_event(item))
    written: bytes = calendar.to_ical()
    return written


def _event(item: Item) -> Event:
    event = Event()
    event.add("uid", f"{item.reference}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", item.updated_datetime)
    event.add("last-modified", item.updated_datetime)
    if item.expected_datetime is not None:
        event.add("dtstart", item.expected_datetime.date())
    event.add("summary", _("%(report)s: %(body)s expects to be done") % {"report": item.title, "body": item.body})
    event.add("description", item.text())
    event.add("url", item.url)
    event.add("location", item.place)
    if item.lat is not None:
        event.add("geo", (item.lat, item.long))
    event.add("categories", [part for part in (item.service_name, item.group) if part])
    event.add("transp", "TRANSPARENT")  # it keeps nobody busy
    return event
