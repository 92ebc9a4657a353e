"""Klarschiff: Rostock, Schwerin, Mecklenburg-Vorpommern, Greifswald.

Source: bfpi/klarschiff-backoffice CitySDK_API.md, config/routes.rb, app/models/citysdk (2025).
"""

import base64
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from reports.dialects.answers import judge
from reports.dialects.base import Connection, Dialect, Message
from reports.dialects.errors import BadRequest, Unreadable
from reports.dialects.families.stages import with_stage
from reports.dialects.formats.coerce import first_text, identifier, text
from reports.dialects.formats.document import Document
from reports.dialects.formats.shapes import Row
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.georeport_v2 import Options as Standard
from reports.dialects.georeport_v2.line import Fields
from reports.dialects.messages import Comment, CommentReceipt, Filing, Note, Receipt, RequestStatus
from reports.dialects.options import Check, flag, option, other_default
from reports.http import Response

# What stands in place of a text that nobody has looked at yet.
PLACEHOLDER: Final = "redaktionelle prüfung ausstehend"


def _mailbox(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[^@\s<>\"]{1,64}@[\w.-]{1,200}|", value):
        raise ValueError("an e-mail address, or empty")
    return value


@dataclass(frozen=True, slots=True)
class Options(Standard):
    """The standard's, with an e-mail in every filing and moderation before anything is listed."""

    formats: tuple[str, ...] = other_default(Standard, "formats", ("json", "xml"))
    page_size_parameters: tuple[str, ...] = other_default(Standard, "page_size_parameters", ("max_requests",))
    page_size: int = other_default(Standard, "page_size", 500)
    ignored_filters: tuple[str, ...] = other_default(Standard, "ignored_filters", ("service_code_list",))
    extensions: bool = other_default(Standard, "extensions", True)
    lists_at_once: bool = other_default(Standard, "lists_at_once", False)
    required: tuple[str, ...] = other_default(Standard, "required", ("email", "description"))
    privacy_policy: bool = option(
        False, flag, "Send privacy_policy_accepted with filings. Only where residents were shown this body's policy."
    )
    comment_author: str = option(
        "",
        Check("text", _mailbox),
        "E-mail address under which comments go whose writer's own is not passed on. Without one they are refused.",
    )


class Klarschiff(GeoReportV2):
    """GeoReport v2 as Klarschiff speaks it."""

    gives_tokens = False
    takes_words = False  # without lat and long it stores a point only for an address that its own search knows
    takes_photos = "UPLOAD"
    photo_limit = 1
    gives_notes = False
    takes_comments = True
    comment_option = ("comment_author", "")
    gives_comments = True
    confirms_by_mail = True
    options_class = Options
    options: Options

    service_request_ids = Dialect.service_request_ids

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        # Documented as `open` where it is not given, and coded as no filter at all.
        self.line.list_fields = [("status", "open,closed")]

    def write_fields(self, filing: Filing) -> Fields:
        fields = [pair for pair in super().write_fields(filing) if pair[0] != "media_url"]
        photos = filing.photos[: self.photo_limit]
        fields += [("media", base64.b64encode(photo.content).decode("ascii")) for photo in photos]
        return [*fields, ("privacy_policy_accepted", "true")] if self.options.privacy_policy else fields

    def finish_receipt(self, receipt: Receipt) -> Receipt:
        """What the body says of the mail that it sends now; the report is PENDING until the link in it is followed."""
        notice = receipt.service_notice or first_text(dict(receipt.raw), "create_message")
        return replace(receipt, service_notice=notice)

    def finish_request(self, request: RequestStatus) -> RequestStatus:
        """Of the extensions the detailed status is taken. A text that waits for moderation is none."""
        extended = request.raw.get("extended_attributes")
        request = with_stage(request, text(extended.get("detailed_status")) if isinstance(extended, dict) else "")
        waits = PLACEHOLDER in request.description.casefold()
        return replace(request, description="") if waits else request

    def comments(self, service_request_id: str) -> tuple[Note, ...]:
        """Fetch what residents wrote to the body on a request, without their addresses. Needs the key. The body's own
        notes, at `requests/notes/`, are internal there and are not asked for."""
        resource = f"requests/comments/{quote(service_request_id, safe='')}"
        return self.line.get("comments", resource, [], self._read_comments, with_key=True)

    def comment(self, service_request_id: str, comment: Comment) -> CommentReceipt:
        """Add a comment, once. `BadRequest` without a call where there is no address to send it under."""
        author = comment.email or self.options.comment_author
        if not author:
            sentence = "This body needs an e-mail address with a comment."
            raise BadRequest(sentence, operation="comment", messages=(sentence,))
        fields = [("author", author), ("comment", comment.text)]
        if self.options.privacy_policy:
            fields.append(("privacy_policy_accepted", "true"))
        answer = self.line.post("comment", f"requests/comments/{quote(service_request_id, safe='')}", fields)
        row = next(iter(_comment_rows(answer.document, "comment")), {})
        return CommentReceipt(id=identifier(row.get("id")) or "", raw=row)

    def replay(self, operation: str, answer: Response) -> tuple[Message, ...]:
        if operation != "comments":
            return super().replay(operation, answer)
        judged = judge(operation, answer, writing=False, redact=self.connection.client.redact)
        return self._read_comments(judged.document)

    def _read_comments(self, document: Document) -> tuple[Note, ...]:
        notes = [
            Note(
                text=said,
                datetime=self.rules.when(row.get("datetime")),
                type="comment",
                id=identifier(row.get("id")) or "",
                by_body=False,
            )
            for row in _comment_rows(document, "comments")
            if (said := text(row.get("comment")))
        ]
        return tuple(sorted(notes, key=lambda note: note.datetime or datetime.min.replace(tzinfo=UTC)))


def _comment_rows(document: Document, operation: str) -> list[Row]:
    """The rows of a comment list: in XML `<comments><comment>`, where each row has a `comment` of its own."""
    data = document.data
    if isinstance(data, dict) and isinstance(data.get("comments"), dict | list):
        data = data["comments"]
    if isinstance(data, dict) and isinstance(data.get("comment"), dict | list):
        data = data["comment"]
    found = [data] if isinstance(data, dict) and {"comment", "id"} & data.keys() else data
    if found is None and document.root == "comments":
        found = []
    if not isinstance(found, list):
        raise Unreadable("The answer is not a list of comments.", operation=operation)
    return [each for each in found if isinstance(each, dict)]
