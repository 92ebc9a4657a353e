"""What can be reported at a point, and what a request type asks, from a parsed answer of API v2.

Source: SeeClickFix/dev.seeclickfix.com content/v2/issues/reporting.md.
"""

from typing import Any

from reports.dialects.errors import Unreadable, Unsupported
from reports.dialects.formats.coerce import boolean, identifier, text
from reports.dialects.formats.document import Document
from reports.dialects.formats.shapes import Row
from reports.dialects.georeport_v2.words import datatype_of
from reports.dialects.messages import Attribute, AttributeValue, Service, ServiceDefinition
from reports.dialects.seeclickfix_v2.line import plain
from reports.dialects.seeclickfix_v2.read import last_segment, rows_of
from reports.dialects.seeclickfix_v2.words import IMAGE, OWN_QUESTIONS, QUESTION_TYPES, YES_OR_NO


def read_services(document: Document) -> tuple[Service, ...]:
    """Read the report form of a point. A request type has no id there: its code is the last part of its `url`."""
    listed = rows_of(document, "request_types", "services")
    services: dict[str, Service] = {}
    for row in listed:
        code = last_segment(row.get("url")) or identifier(row.get("id"))
        if code:
            services.setdefault(code, _service(code, row))
    if listed and not services:
        raise Unreadable("The report form has no request types that can be told apart.", operation="services")
    return tuple(services.values())


def _service(code: str, row: Row) -> Service:
    # Every type has questions, if only for a title; whether there are more is known from its definition alone.
    return Service(code, plain(row.get("title")), metadata=True, group=plain(row.get("organization")), raw=row)


def read_definition(document: Document, service_code: str) -> ServiceDefinition:
    """Read a request type's questions, without those that a filing answers by itself.

    `Unsupported` where a file is required other than the photo: the site has nothing to send there.
    """
    found = document.data if isinstance(document.data, dict) else {}
    questions = found.get("questions")
    if not isinstance(questions, list):
        raise Unreadable("The answer is not a request type.", operation="service_definition")
    rows = [row for row in questions if isinstance(row, dict)]
    asked = [_attribute(row, order) for order, row in enumerate(rows, 1) if _is_asked(row)]
    photo = next((row for row in rows if text(row.get("primary_key")) == IMAGE), {})
    notice = text(photo.get("question")) if boolean(photo.get("response_required")) else ""
    return ServiceDefinition(service_code, tuple(asked), notice=notice, raw=found)


def _is_asked(row: Row) -> bool:
    kind, code = text(row.get("question_type")).lower(), identifier(row.get("primary_key"))
    if code in OWN_QUESTIONS or kind == "hidden":
        return False
    if kind == "file":
        if boolean(row.get("response_required")):
            raise Unsupported(
                f"A file has to be sent with this service ({text(row.get('question'))}), which cannot be done here.",
                operation="service_definition",
            )
        return False
    return bool(code) or kind == "note"


def _attribute(row: Row, order: int) -> Attribute:
    kind = text(row.get("question_type")).lower()
    values = YES_OR_NO if kind == "boolean" else _values(row.get("select_values"))
    return Attribute(
        code=identifier(row.get("primary_key")) or "",
        variable=kind != "note",
        datatype=QUESTION_TYPES.get(kind) or datatype_of(kind, bool(values)),
        required=boolean(row.get("response_required")) and kind != "note",
        order=order,
        description=plain(row.get("question")),
        values=tuple(AttributeValue(key, name) for key, name in values),
        private=boolean(row.get("answer_kept_private")),
        raw=row,
    )


def _values(listed: Any) -> tuple[tuple[str, str], ...]:
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    pairs = ((identifier(row.get("key")) or plain(row.get("name")), plain(row.get("name"))) for row in rows)
    return tuple((key, name or key) for key, name in pairs if key)
