"""What every dialect offers. A dialect keeps no state, reads no settings, never retries, raises only `DialectError`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any, ClassVar, Final

from reports.dialects.errors import NotFound, Unsupported
from reports.dialects.messages import (
    Comment,
    CommentReceipt,
    Discovery,
    Filing,
    Found,
    Letter,
    Note,
    Place,
    Receipt,
    RequestStatus,
    RequestStatuses,
    Service,
    ServiceDefinition,
    TokenAnswer,
    Window,
)
from reports.dialects.options import build, problems
from reports.http import Client, Response

REPLAYABLE: Final = (
    "services", "service_definition", "requests", "request", "post", "token", "discovery", "comments", "updates",
    "feed", "error",
)  # fmt: skip
CONTACT: Final = ("email", "first_name", "last_name", "phone")
Message = Discovery | Service | ServiceDefinition | Receipt | RequestStatus | TokenAnswer | Note


@dataclass(frozen=True, slots=True)
class Connection:
    """What a dialect needs to know of one endpoint. `options` is the endpoint's JSON, checked by the dialect."""

    base_url: str
    client: Client
    discovery_url: str = ""
    jurisdiction_id: str = ""
    api_key: str = ""
    time_zone: tzinfo = UTC
    options: Mapping[str, Any] = field(default_factory=dict)
    mail: Callable[[Letter], None] | None = None  # for bodies reached by mail; raises DialectError


@dataclass(frozen=True, slots=True)
class NoOptions:
    """Nothing to set."""


class Dialect(ABC):
    """How one kind of city system speaks."""

    # What this kind of system can do at its best; an option may take some of it away for one endpoint. README.md shows
    # these flags as a table, and a test holds the two together.
    has_discovery: ClassVar[bool] = False  # publishes a discovery document
    has_services: ClassVar[bool] = True  # lists its services; else volunteers write them
    has_definitions: ClassVar[bool] = False  # some services ask questions
    services_depend_on_place: ClassVar[bool] = False  # the service list has to be asked for with a point
    files: ClassVar[bool] = True  # takes filings from a program such as this one
    gives_numbers: ClassVar[bool] = True  # a filing is answered with the body's number, at once or by and by
    gives_tokens: ClassVar[bool] = False  # a POST may be answered with a token instead of an id
    takes_photos: ClassVar[str] = "NO"  # "URL": addresses of public pictures; "UPLOAD": the bytes; "NO"
    photo_limit: ClassVar[int] = 0  # how many of them it takes with one filing
    follows_by_id: ClassVar[bool] = True  # requests can be asked for by the body's numbers
    follows_by_window: ClassVar[bool] = False  # can be asked what changed since a moment
    news_only_by_window: ClassVar[bool] = False  # some news comes by window alone, so it must be asked that way too
    has_feed: ClassVar[bool] = False  # publishes all its requests as one document, to be mirrored
    gives_notes: ClassVar[bool] = False  # says more of a request than its status and one line
    takes_comments: ClassVar[bool] = False  # residents can add to a request
    # The option on which that depends, and what it is where it is not set; comments are taken while it is not empty.
    comment_option: ClassVar[tuple[str, object]] = ("", True)
    reopens: ClassVar[bool] = False  # a request that is closed can be opened again from here, with words that say why
    comment_photos: ClassVar[str] = "NO"  # what it takes with a comment: "URL", "UPLOAD" or "NO", as `takes_photos`
    comment_photo_limit: ClassVar[int] = 0  # how many of them
    gives_comments: ClassVar[bool] = False  # what others say of a request can be read
    confirms_by_mail: ClassVar[bool] = False  # counts a filing only after the link in a mail of its own was followed
    keeps_private: ClassVar[bool] = False  # some of its requests are not public, and only a look says which
    searchable: ClassVar[bool] = False  # `find` can look for a filing whose answer was lost
    takes_words: ClassVar[bool] = False  # takes a filing with its place in words alone, without a point

    options_class: ClassVar[type[Any]] = NoOptions  # a dataclass of `options.option` fields
    options: Any

    def __init__(self, connection: Connection) -> None:
        """Raises `ConfigurationError` where the endpoint's options are not those of this dialect."""
        self.connection = connection
        self.options = build(self.options_class, connection.options)

    @classmethod
    def check_options(cls, options: Mapping[str, Any]) -> list[str]:
        """Say in plain sentences what is wrong with an endpoint's options; an empty list when nothing is."""
        return problems(cls.options_class, options)

    @classmethod
    def chosen(cls, options: Mapping[str, Any], name: str) -> Any:
        """The option of that name as an endpoint has it, or the dialect's default where the endpoint is silent; None
        where there is neither. Unchecked: what a volunteer wrote may be of a wrong kind."""
        field = getattr(cls.options_class, "__dataclass_fields__", {}).get(name)
        return options.get(name, field.default if field else None)

    @classmethod
    def contact_sent(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Which of `CONTACT` a filing takes along where they are given, with these options of an endpoint."""
        return CONTACT

    @classmethod
    def takes_words_alone(cls, options: Mapping[str, Any]) -> bool:
        """Whether an endpoint with these options takes a filing that says its place in `address_string` alone."""
        return cls.takes_words and "lat_long" not in (cls.chosen(options, "required") or ())

    @classmethod
    def is_asked_by_window(cls, options: Mapping[str, Any]) -> bool:
        """Whether an endpoint with these options is asked for all that changed since the last time: where some news
        comes in no other way, and where the option `follow_by_window`, set or by default, says so."""
        if not cls.follows_by_window:
            return False
        return cls.news_only_by_window or cls.chosen(options, "follow_by_window") is True

    def discovery(self) -> Discovery:
        """Fetch the discovery document."""
        raise Unsupported("this dialect has no discovery", operation="discovery")

    @abstractmethod
    def services(self, place: Place | None = None) -> tuple[Service, ...]:
        """Fetch the service list, at `place` where the list depends on it."""

    @abstractmethod
    def service_definition(self, service_code: str) -> ServiceDefinition:
        """Fetch a service's attributes."""

    @abstractmethod
    def post_service_request(self, filing: Filing) -> Receipt:
        """File, once. The caller has saved an attempt before and records the outcome after."""

    def service_request_ids(self, tokens: Collection[str]) -> dict[str, str | None]:
        """Look tokens up: token -> id, or None where the city has not given one yet. Without those that were not asked
        for, as the round ended before."""
        raise Unsupported("this dialect gives no tokens", operation="service_request_ids")

    @property
    def round_size(self) -> int:
        """How many requests one round may ask for by number; fewer where each costs a call and calls are counted."""
        return 50

    @property
    def asks_in_lists(self) -> bool:
        """Whether one call asks for several requests by number; else each costs one, and a round is enough at once."""
        return False

    def lists_of(self, ids: Sequence[str]) -> Iterator[list[str]]:
        """These ids, as `service_requests` is best asked for them: in lists of one call each where there are such."""
        yield list(ids)

    @property
    def finds_changes(self) -> bool:
        """Whether `service_requests_updated` is answered by the system with what changed alone, and in whole rows."""
        return False

    @abstractmethod
    def service_requests(self, ids: Collection[str]) -> RequestStatuses:
        """Fetch requests by the city's own ids. An id without a row is one the city did not return, or one that was not
        asked for (`RequestStatuses.left`)."""

    def service_request(self, service_request_id: str) -> RequestStatus:
        """Fetch one request by the city's own id, or its token where the city takes one. `NotFound` without it."""
        found = self.service_requests([service_request_id])
        if not found.rows:
            raise NotFound("The city did not return this request.", operation="service_request")
        return found.rows[0]

    def service_requests_by_query(
        self, window: Window, service_codes: Collection[str] = (), status: Collection[str] = ()
    ) -> RequestStatuses:
        """Fetch the requests that were made in a window of time, of some services and in some status if given."""
        raise Unsupported("this dialect cannot be asked by query", operation="service_requests_by_query")

    def service_requests_updated(self, window: Window) -> RequestStatuses:
        """Fetch the requests that changed in a window of time."""
        raise Unsupported("this dialect cannot be asked by time", operation="service_requests_updated")

    def find(self, filing: Filing, window: Window) -> Found:
        """Look in the city's own list for a filing whose answer was lost."""
        raise Unsupported("this dialect cannot be searched", operation="find")

    def feed(self) -> RequestStatuses:
        """Fetch the document in which the body publishes all its requests."""
        raise Unsupported("this dialect has no feed", operation="feed")

    def comment(self, service_request_id: str, comment: Comment) -> CommentReceipt:
        """Add a comment to a request, once. The caller records that before and the outcome after."""
        raise Unsupported("this dialect takes no comments", operation="comment")

    def reopen(self, service_request_id: str, comment: Comment) -> CommentReceipt:
        """Ask for a closed request to be opened again, once, with a comment that says why. `Unsupported`, and nothing
        was sent, where this request cannot be."""
        raise Unsupported("this dialect opens nothing again", operation="reopen")

    def comments(self, service_request_id: str) -> tuple[Note, ...]:
        """Fetch what the body and others said of a request, oldest first."""
        raise Unsupported("this dialect gives no comments", operation="comments")

    def replay(self, operation: str, answer: Response) -> tuple[Message, ...]:
        """Read a recorded answer as a live one would be read, without the network, for `replay_payload`.

        `operation` is one of `REPLAYABLE`; the messages come out as that call would give them, unfiltered.
        """
        raise Unsupported("this dialect cannot replay recorded answers", operation=operation)
