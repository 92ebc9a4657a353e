"""The three calls of GeoReport v1, all of them GET."""

import time
from collections.abc import Collection
from functools import partial
from typing import ClassVar, Final
from urllib.parse import urlencode

from reports.dialects.answers import Answer, reach
from reports.dialects.base import Connection, Message
from reports.dialects.errors import BadRequest, DialectError, HeldBack, NotFound, Unsupported
from reports.dialects.feeds import FeedMixin
from reports.dialects.georeport_v1 import read, write
from reports.dialects.georeport_v1.options import Options
from reports.dialects.georeport_v1.verdicts import judge_v1
from reports.dialects.messages import (
    Completeness,
    Filing,
    Place,
    Receipt,
    RequestStatus,
    RequestStatuses,
    Service,
    ServiceDefinition,
)
from reports.http import Response

Fields = list[tuple[str, str]]
SECONDS: Final = 60.0  # after which a round of status calls ends; the rest is asked for another time


class GeoReportV1(FeedMixin):
    """GeoReport v1: three calls by GET, XML only, the key and `city_id` on every one of them.

    A status can be had only for requests made with the same key, and nothing can be searched.
    """

    takes_words = True  # address_string is required only where there is no lat and lon
    takes_photos = "URL"
    photo_limit = 1

    options_class: ClassVar[type[Options]] = Options
    options: Options

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.base_url = connection.base_url.rstrip("/") + "/"

    def services(self, place: Place | None = None) -> tuple[Service, ...]:
        """Fetch the service list, which is one for the whole city."""
        return read.read_services(self._ask("services", "service_list").document)

    def service_definition(self, service_code: str) -> ServiceDefinition:
        raise Unsupported("GeoReport v1 asks no questions", operation="service_definition")

    def post_service_request(self, filing: Filing) -> Receipt:
        """File, once, by a GET that is never redirected and never repeated.

        `BadRequest` without a call where the body is known to refuse it, and where the address would be longer than
        `url_max`: a server that cut it off would file half a description.
        """
        write.check_filing(filing, self.options)
        fields = write.write_filing(filing)
        length = len(self._address("create_request", fields))
        if length > self.options.url_max:
            sentence = (
                f"The report would be sent as an address of {length} characters, of which this body takes "
                f"{self.options.url_max}: a shorter description is needed."
            )
            raise BadRequest(sentence, operation="post_service_request", messages=(sentence,))
        return read.read_receipt(self._ask("post_service_request", "create_request", fields, creates=True).document)

    def service_requests(self, ids: Collection[str]) -> RequestStatuses:
        """Fetch requests one by one. `UNKNOWN` where one of them gave no clear answer, or time ran out."""
        asked = list(dict.fromkeys(filter(None, ids)))
        rows: list[RequestStatus] = []
        left: list[str] = []
        complete = True
        end = time.monotonic() + SECONDS
        for position, number in enumerate(asked):
            if time.monotonic() > end:
                left = asked[position:]
                break
            try:
                row = self._status(number)
            except NotFound:
                continue
            except DialectError as error:
                if not rows:
                    raise
                complete = False
                left = asked[position if isinstance(error, HeldBack) else position + 1 :]
                break
            rows += [row] if row else []
            complete = complete and row is not None
        completeness = Completeness.COMPLETE if complete and not left else Completeness.UNKNOWN
        return RequestStatuses(tuple(rows), completeness, left=tuple(left))

    def replay(self, operation: str, answer: Response) -> tuple[Message, ...]:
        """Read a recorded answer as a live one. `error` judges it as the answer to a filing."""
        if operation not in {"services", "request", "requests", "post", "error"}:
            return super().replay(operation, answer)
        writing = operation in {"post", "error"}
        judged = judge_v1(operation, answer, writing=writing, redact=self.connection.client.redact)
        if operation == "services":
            return read.read_services(judged.document)
        if operation == "post":
            return (read.read_receipt(judged.document),)
        if operation == "error":
            return ()
        row = read.read_status(judged.document)
        return (row,) if row else ()

    def _status(self, number: str) -> RequestStatus | None:
        """One request; None for an empty answer, or for one about another request."""
        try:
            answer = self._ask("service_requests", "status_update", [("service_request_id", number)])
        except NotFound as error:
            if error.messages:
                raise
            # HTTP 404 in v1 is about the address. That no request was found is not said by it.
            raise BadRequest(str(error), operation="service_requests", status_code=error.status_code) from error
        row = read.read_status(answer.document)
        return row if row and row.service_request_id == number else None

    def _ask(self, operation: str, method: str, fields: Fields | None = None, *, creates: bool = False) -> Answer:
        client = self.connection.client
        url = self._address(method, fields or [])
        call = partial(client.get, url, headers=self.options.headers, creates=creates)
        return judge_v1(operation, reach(operation, call), writing=creates, redact=client.redact)

    def _address(self, method: str, fields: Fields) -> str:
        identity = [("api_key", self.connection.api_key), ("city_id", self.connection.jurisdiction_id)]
        return f"{self.base_url}{method}?{urlencode([pair for pair in (*identity, *fields) if pair[1]])}"
