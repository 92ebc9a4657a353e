"""A feed beside a dialect's own calls."""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from reports import clock
from reports.dialects.answers import judge, reach
from reports.dialects.base import Dialect, Message
from reports.dialects.errors import Unreadable, Unsupported
from reports.dialects.feeds.read import read_feed
from reports.dialects.formats.document import Malformed
from reports.dialects.messages import RequestStatuses
from reports.dialects.options import Check, option
from reports.http import Response

HELP: Final = (
    "Address of the document in which the body publishes all its requests. {start_date} and {end_date} in it become "
    "the days from a month ago to today."
)
DAYS: Final = 30  # how far back a feed is asked for that takes days


class FeedMixin(Dialect):
    """Gives a dialect `feed()`, from the address in its option `feed_url`.

    Stands before the other base in the class line, and its options declare `feed_url: str = feed_address()`.
    """

    has_feed = True

    def feed(self) -> RequestStatuses:
        """Fetch the feed and read it, whatever its format. `Unsupported` for an endpoint without a `feed_url`."""
        written = str(self.connection.options.get("feed_url") or "")
        if not written:
            raise Unsupported("no feed_url is set for this endpoint", operation="feed")
        address = self._of_today(written)
        return self._read_feed(reach("feed", lambda: self.connection.client.get(address)))

    def replay(self, operation: str, answer: Response) -> tuple[Message, ...]:
        return self._read_feed(answer).rows if operation == "feed" else super().replay(operation, answer)

    def _of_today(self, written: str) -> str:
        """The address with its days filled in: San Francisco's service gave the requests of certain days."""
        today = clock.now().astimezone(self.connection.time_zone).date()
        first = today - timedelta(days=DAYS)
        return written.replace("{start_date}", first.isoformat()).replace("{end_date}", today.isoformat())

    def _read_feed(self, response: Response) -> RequestStatuses:
        if response.status != 200:
            judge("feed", response, writing=False, redact=self.connection.client.redact)
            raise Unreadable(f"The feed is not there yet. (HTTP {response.status})", operation="feed")
        try:
            return read_feed(response.body, response.headers.get("Content-Type", ""), self.connection.time_zone)
        except Malformed as error:
            raise Unreadable(str(error), operation="feed", status_code=response.status) from error


def _web_address(value: Any) -> str:
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        good = value == "" or (parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname))
    except ValueError:
        good = False
    if not good or len(value) > 500:
        raise ValueError("an address that begins with https:// or http://, or empty")
    return str(value)


web_address: Final = Check("text", _web_address)  # accepts an http or https address, or nothing


def feed_address(default: str = "") -> Any:
    """The option `feed_url` of a dialect with a feed."""
    return option(default, web_address, HELP)
