"""Answers of GeoReport v1 to messages: XML, its services in attributes, an `Open311Error` in every answer."""

from dataclasses import dataclass
from typing import Any, Final

from reports.dialects.errors import Unreadable
from reports.dialects.formats.coerce import identifier, text
from reports.dialects.formats.document import Document
from reports.dialects.formats.remote_errors import RemoteError
from reports.dialects.georeport_v2.words import status_of
from reports.dialects.messages import Receipt, RequestStatus, Service

# operation: the container of its answer
CONTAINERS: Final = {
    "services": "Open311ServiceList",
    "post_service_request": "Open311Create",
    "service_requests": "Open311Status",
}
ERROR: Final = "Open311Error"


@dataclass(frozen=True, slots=True)
class Said:
    """What an `Open311Error` holds; `code` as written, often the only thing there is."""

    code: str
    description: str

    @property
    def entry(self) -> RemoteError:
        """The same as other dialects' errors are read."""
        return RemoteError(self.code, self.description)


def error_in(document: Document) -> Said | None:
    """The error of an answer; None where the element is empty, as it is on success."""
    data = document.data
    found = data.get(ERROR) if isinstance(data, dict) else None
    if document.root == ERROR:
        found = data
    if isinstance(found, list):
        found = next((each for each in found if each), None)
    row: dict[str, Any] = found if isinstance(found, dict) else {"errorDescription": found}
    said = Said(text(row.get("errorCode")), text(row.get("errorDescription")))
    return said if said.code or said.description else None


def read_services(document: Document) -> tuple[Service, ...]:
    """The service list. v1 has neither questions nor types: every service answers at once, and asks nothing."""
    services: dict[str, Service] = {}
    rows = _rows(_container(document, "services"), "service")
    for row in rows:
        code = identifier(row.get("service_code"))
        if code is not None:
            name = text(row.get("service_name")) or code
            services.setdefault(code, Service(code, name, text(row.get("service_description")), raw=row))
    if rows and not services:
        raise Unreadable("The service list has no service codes.", operation="services")
    return tuple(services.values())


def read_receipt(document: Document) -> Receipt:
    """The receipt. Without a number nothing says that the report was taken: `Unreadable`."""
    row = _only(_container(document, "post_service_request"))
    number = identifier(row.get("service_request_id"))
    if number is None:
        raise Unreadable("The answer gives no number.", operation="post_service_request")
    return Receipt(
        service_request_id=number,
        service_notice=" ".join(text(row.get("service_level_agreement")).split()),
        account_id=text(row.get("account_id")),
        raw=row,
    )


def read_status(document: Document) -> RequestStatus | None:
    """The status of the request that was asked for; None where the container is there and empty."""
    row = _only(_container(document, "service_requests"))
    number = identifier(row.get("service_request_id"))
    if number is None:
        return None
    word = text(row.get("status"))
    status, stage = status_of(word)
    return RequestStatus(
        service_request_id=number,
        status=status,
        stage=stage,
        status_word=word,
        status_known=bool(word),
        status_notes=text(row.get("status_notes")),
        service_name=text(row.get("service_name")),
        raw=row,
    )


def _container(document: Document, operation: str) -> Any:
    """What the answer holds for this operation, or `Unreadable` where it is an answer to something else."""
    data, name = document.data, CONTAINERS[operation]
    if document.root == name:
        return data
    if not isinstance(data, dict) or name not in data:
        raise Unreadable(f"The answer has no {name}.", operation=operation)
    return data[name]


def _rows(container: Any, member: str) -> list[dict[str, Any]]:
    found = container.get(member) if isinstance(container, dict) else container
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict)]


def _only(container: Any) -> dict[str, Any]:
    return next(iter(_rows(container, "")), {}) if isinstance(container, list) else _dict(container)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
