"""What passes between the site and a dialect: plain, frozen values in the words of GeoReport v2.

A dialect turns a `Filing` into a city's bytes and a city's bytes into the other classes. Ids and codes are
opaque strings whatever the wire held, datetimes are aware, positions are WGS84 degrees or None, and `raw` keeps
the city's row as it was parsed: it may hold personal data and is never shown or published.
"""

from __future__ import annotations  # `Note.datetime` shadows the class in the rest of its body

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from reports.dialects.shown_if import ShownIf

Raw = Mapping[str, Any]


class ServiceType(StrEnum):
    """How a service answers a POST (GeoReport v2, GET service list, `type`)."""

    REALTIME = "realtime"
    BATCH = "batch"
    BLACKBOX = "blackbox"


class Datatype(StrEnum):
    """The six attribute data types of GeoReport v2, GET service definition."""

    STRING = "string"
    NUMBER = "number"
    DATETIME = "datetime"
    TEXT = "text"
    SINGLEVALUELIST = "singlevaluelist"
    MULTIVALUELIST = "multivaluelist"


class Status(StrEnum):
    """The standard's two statuses. A word that no table knows is OPEN: closing wrongly is worse."""

    OPEN = "open"
    CLOSED = "closed"


class Stage(StrEnum):
    """A finer reading of a city's status word, where a table knows it."""

    NONE = ""
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    SCHEDULED = "scheduled"
    DUPLICATE = "duplicate"
    NOT_RESPONSIBLE = "not_responsible"
    REJECTED = "rejected"


class Completeness(StrEnum):
    """What an answered list says about rows that are not in it."""

    COMPLETE = "complete"
    TRUNCATED = "truncated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DiscoveredEndpoint:
    """One endpoint of a discovery document; `type` is "production" or "test", lower-cased."""

    specification: str
    url: str
    type: str
    changeset: str
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Discovery:
    """A discovery document (GeoReport v2, service discovery)."""

    changeset: str
    contact: str
    key_service: str
    endpoints: tuple[DiscoveredEndpoint, ...]
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Service:
    """One row of a service list. One that is not `active` takes no filings now; `notice` is the city's word on it."""

    service_code: str
    service_name: str
    description: str = ""
    metadata: bool = False
    type: ServiceType = ServiceType.REALTIME
    keywords: tuple[str, ...] = ()
    group: str = ""
    groups: tuple[str, ...] = ()  # all of them, where a city puts a service into several
    notice: str = ""
    active: bool = True
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """One choice of a list attribute: `key` is submitted, `name` is shown; `shown_if` None offers it always."""

    key: str
    name: str
    shown_if: ShownIf | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """One question of a service, or a notice where `variable` is false. A `private` answer goes to the body alone.

    `automated` is empty for a question to a person; "server_set" and "hidden_field" (mySociety's extension) are shown
    to nobody: the dialect fills them while it writes the filing. `shown_if` is None for what is asked always.
    """

    code: str
    variable: bool = True
    datatype: Datatype = Datatype.STRING
    required: bool = False
    datatype_description: str = ""
    order: int = 0
    description: str = ""
    values: tuple[AttributeValue, ...] = ()
    private: bool = False
    automated: str = ""
    shown_if: ShownIf | None = None
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServiceDefinition:
    """A service's attributes, sorted by `order`; `active` and `notice` as in `Service`, where the city says it here."""

    service_code: str
    attributes: tuple[Attribute, ...]
    notice: str = ""
    active: bool = True
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the resident answered to one attribute; several values only for a multivaluelist."""

    code: str
    datatype: Datatype
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """An answered question in words, for a reader: what was asked, and the answers as the resident saw them."""

    code: str
    description: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo itself, for dialects that upload: a JPEG that has been re-encoded and carries no metadata."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Filing:
    """A service request as a dialect is handed it.

    `lat` and `long` are WGS84 degrees, both or neither; at least they or `address_string` or `address_id`
    are there. `reference` is our own public code; `media_urls` are public addresses of the photos, first one
    first, and `photos` the same pictures themselves, only where the dialect uploads. Contact fields are filled only
    where the resident consented to pass them on. `automated` are the service's attributes that nobody was asked, for
    the dialect to fill. `locale` is the language of the report (`es`), `url` its public
    page here, `reply_url` the signed address at which a body without a system may answer.
    """

    reference: str
    service_code: str
    description: str
    requested_datetime: datetime
    lat: float | None = None
    long: float | None = None
    address_string: str = ""
    address_id: str = ""
    answers: tuple[Answer, ...] = ()
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    device_id: str = ""
    account_id: str = ""
    media_urls: tuple[str, ...] = ()
    photos: tuple[Photo, ...] = ()
    service_name: str = ""
    questions: tuple[Question, ...] = ()
    automated: tuple[Attribute, ...] = ()
    locale: str = ""
    url: str = ""
    reply_url: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a city handed back for a filing: an id, a token, both, or neither (blackbox).

    `held` means that the city took it for moderation and gives no id until somebody there has looked.
    """

    service_request_id: str | None = None
    token: str | None = None
    service_notice: str = ""
    account_id: str = ""
    held: bool = False
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """One row of a token look-up; `service_request_id` is None while the city has not given one."""

    token: str | None
    service_request_id: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """One entry of a city's history of a request; `id` only where the city numbers them.

    `by_body` is false for a comment of somebody else, whose name is never kept. `private`: never published. `status`
    and `stage` where the entry itself says what became of the request; `status` is None where it does not.
    """

    text: str
    datetime: datetime | None = None
    type: str = ""
    id: str = ""
    by_body: bool = True
    private: bool = False
    media_urls: tuple[str, ...] = ()
    status: Status | None = None
    stage: Stage = Stage.NONE


@dataclass(frozen=True, slots=True)
class RequestStatus:
    """One service request as the city shows it. `status_word` is the city's own word for `status`.

    A `private` one is kept from the public by the body, and so by us. `status_known` is false where a row says nothing
    of the status (an entry of mySociety's updates that is UNCHANGED).
    """

    service_request_id: str | None
    status: Status
    token: str | None = None
    status_word: str = ""
    stage: Stage = Stage.NONE
    status_notes: str = ""
    notes: tuple[Note, ...] = ()
    service_code: str = ""
    service_name: str = ""
    description: str = ""
    agency_responsible: str = ""
    service_notice: str = ""
    requested_datetime: datetime | None = None
    updated_datetime: datetime | None = None
    expected_datetime: datetime | None = None
    address: str = ""
    address_id: str = ""
    zipcode: str = ""
    lat: float | None = None
    long: float | None = None
    media_urls: tuple[str, ...] = ()
    duplicate_of: str = ""
    private: bool = False
    status_known: bool = True
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RequestStatuses:
    """The rows of a list call, and what their absence would mean. `skipped` counts rows with neither id nor token.

    `left` are the numbers that were to be asked for one by one, and for which the round had no call or no time left.
    """

    rows: tuple[RequestStatus, ...]
    completeness: Completeness
    skipped: int = 0
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, aware datetimes, `start` included and `end` included."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A point in WGS84 degrees, for dialects whose service list depends on it."""

    lat: float
    long: float


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates for a filing in the city's own list.

    `by_reference`: they carry our reference; else they are of its service, at its place, with its text. `whole`: the
    city's list had every filing of the time, and beside the candidates nothing in it may be this one.
    """

    candidates: tuple[RequestStatus, ...] = field(default=())
    by_reference: bool = False
    whole: bool = False

    @property
    def absence_certain(self) -> bool:
        """Whether this proves that the filing is not there."""
        return self.whole and not self.candidates


@dataclass(frozen=True, slots=True)
class Comment:
    """Something to say to a body on a request that it has. `key` is ours, the same whenever this comment is sent.

    Contact fields are filled only where the writer consented to pass them on. `status` is the request's as we know it:
    mySociety's extension wants it repeated.
    """

    key: str
    text: str
    datetime: datetime
    status: Status | None = None
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    media_urls: tuple[str, ...] = ()
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class CommentReceipt:
    """What a city handed back for a comment: its id there if it gave one; `held` for moderation."""

    id: str = ""
    held: bool = False
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message by mail to a body. `key` makes its Message-ID, the same whenever this letter is sent.

    No line breaks in the addresses and the subject. `cc` gets copies; whether one arrives changes nothing.
    """

    key: str
    to: str
    subject: str
    text: str
    reply_to: str = ""
    cc: tuple[str, ...] = ()
    photos: tuple[Photo, ...] = ()
