"""Councils that FixMyStreet reports to (GeoReport v2 with mySociety's extension), and FixMyStreet's own server.

Sources: mysociety/open311-adapter perllib/Open311/Endpoint.pm, t/open311/endpoint/xml/merton; mysociety/fixmystreet
perllib/Open311.pm, perllib/FixMyStreet/App/Controller/Open311.pm.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from reports.dialects.answers import judge
from reports.dialects.base import Message
from reports.dialects.errors import BadRequest, Unsupported
from reports.dialects.families import service_request_updates as updates
from reports.dialects.formats.document import Document
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.georeport_v2 import Options as Standard
from reports.dialects.georeport_v2.line import Fields
from reports.dialects.georeport_v2.listing import slices
from reports.dialects.georeport_v2.write import reference_attribute, write_moment
from reports.dialects.messages import (
    Attribute,
    Comment,
    CommentReceipt,
    Completeness,
    Filing,
    RequestStatuses,
    Service,
    Status,
    Window,
)
from reports.dialects.options import flag, one_of, option, other_default
from reports.http import Response

# Keywords that are flags: reports of such a service are not public, or it is not for the public.
NOT_OFFERED: Final = frozenset({"private", "inactive", "staff", "waste_only"})
# Attributes that the sender fills, and the field of the filing that it is filled from. Easting and northing, which
# need the national grid, are not among them.
SERVER_SET: Final = {
    "fixmystreet_id": "reference",
    "report_url": "url",
    "closest_address": "address_string",
    "title": "service_name",
    "description": "description",
}


@dataclass(frozen=True, slots=True)
class Options(Standard):
    """The standard's, in XML first as mySociety's client asks, and what concerns its updates."""

    max_window_days: int = other_default(Standard, "max_window_days", 30)
    lists_at_once: bool = other_default(Standard, "lists_at_once", False)
    updates: bool = option(True, flag, "News comes as servicerequestupdates. False for a FixMyStreet server itself.")
    comment_status: str = option(
        "known",
        one_of("known", "UNCHANGED"),
        "Status that a comment of ours is sent with: the request's, or UNCHANGED.",
    )
    reopen_status: str = option(
        "OPEN", one_of("OPEN", "REOPEN"), "Status that opens a closed request again, as this body reads it."
    )


class FixMyStreet(GeoReportV2):
    """GeoReport v2 with mySociety's extension: updates both ways, several photos, attributes that the sender fills."""

    photo_limit = 3
    news_only_by_window = True
    takes_comments = True
    comment_photos = "URL"
    comment_photo_limit = 3
    reopens = True
    comment_option = ("updates", True)  # a FixMyStreet server has no such call
    options_class = Options
    options: Options

    def finish_service(self, service: Service) -> Service:
        flags = NOT_OFFERED & {each.casefold() for each in service.keywords}
        return replace(service, active=service.active and not flags)

    def write_fields(self, filing: Filing) -> Fields:
        fields = [pair for pair in super().write_fields(filing) if pair[0] != "media_url"]
        pictures = [("media_url", address) for address in filing.media_urls[: self.photo_limit]]
        ours = reference_attribute(self.options)
        return [*fields, *_automated(filing, ours), *pictures]

    @property
    def finds_changes(self) -> bool:
        """Not in whole rows: an update has the words and the status, and neither place nor service."""
        return super().finds_changes and not self.options.updates

    def service_requests_updated(self, window: Window) -> RequestStatuses:
        """Fetch what was said of requests in a window of time, from the updates alone: a request of which nothing was
        said is not in the answer. With the option `updates` off, from the list of requests."""
        if not self.options.updates:
            return super().service_requests_updated(window)
        found: list[updates.Update] = []
        for part in slices(window, timedelta(days=self.options.max_window_days)):
            found += self._updates(part)
        return RequestStatuses(updates.by_request(found), Completeness.COMPLETE)

    def comment(self, service_request_id: str, comment: Comment) -> CommentReceipt:
        word = "UNCHANGED"
        if self.options.comment_status == "known":
            word = "CLOSED" if comment.status is Status.CLOSED else "OPEN"
        return self._say(service_request_id, comment, word)

    def reopen(self, service_request_id: str, comment: Comment) -> CommentReceipt:
        """An update that says that the request is open; `Unsupported` where this body takes no updates."""
        if not self.options.updates:
            raise Unsupported("This body takes no updates.", operation="reopen")
        return self._say(service_request_id, comment, self.options.reopen_status)

    def _say(self, service_request_id: str, comment: Comment, word: str) -> CommentReceipt:
        fields = updates.write_comment(service_request_id, comment, word, self._moment(comment))
        return updates.read_comment_receipt(self.line.post("comment", updates.RESOURCE, fields))

    def replay(self, operation: str, answer: Response) -> tuple[Message, ...]:
        if operation != "updates":
            return super().replay(operation, answer)
        judged = judge(operation, answer, writing=False, redact=self.connection.client.redact)
        return updates.by_request(self._read_updates(judged.document))

    def _updates(self, window: Window) -> Iterable[updates.Update]:
        zone = self.connection.time_zone
        params = [
            ("start_date", write_moment(window.start, self.options, zone)),
            ("end_date", write_moment(window.end, self.options, zone)),
        ]
        return self.line.get("service_requests_updated", updates.RESOURCE, params, self._read_updates, with_key=True)

    def _read_updates(self, document: Document) -> tuple[updates.Update, ...]:
        return updates.read_updates(document, self.rules.when, self.line.base_url)

    def _moment(self, comment: Comment) -> str:
        return write_moment(comment.datetime, self.options, self.connection.time_zone)


def _automated(filing: Filing, ours: str) -> Fields:
    """The attributes that are asked of nobody. A hidden one has its first value, or is sent empty; one that the sender
    has to fill and that cannot be worked out here is left out, or, where it is required, `BadRequest`."""
    fields: Fields = []
    missing: list[str] = []
    for attribute in (each for each in filing.automated if each.code != ours):
        value = _value(attribute, filing)
        if value or (attribute.required and attribute.automated == "hidden_field"):
            fields.append((f"attribute[{attribute.code}]", value))
        elif attribute.required:
            missing.append(attribute.code)
    if missing:
        sentence = f"This body needs what this site cannot work out: {', '.join(missing)}."
        raise BadRequest(sentence, operation="post_service_request", messages=(sentence,))
    return fields


def _value(attribute: Attribute, filing: Filing) -> str:
    if attribute.automated == "hidden_field":
        return attribute.values[0].key if attribute.values else ""
    return str(getattr(filing, SERVER_SET.get(attribute.code, ""), ""))
