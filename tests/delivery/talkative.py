"""A body in a can that says whatever a test scripts: rows by number and by span of time, comments out and in."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, cast

from reports import clock
from reports.dialects.base import Dialect
from reports.dialects.messages import (
    Comment,
    CommentReceipt,
    Completeness,
    Filing,
    Found,
    Note,
    Place,
    Receipt,
    RequestStatus,
    RequestStatuses,
    Service,
    ServiceDefinition,
    Window,
)
from reports.models import PublicStatus, Submission, SubmissionState
from tests.factories import make_endpoint, make_jurisdiction, make_service, make_service_request, make_submission

KEY = "talkative"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Script:
    """What the body holds, what it answers next, and what it was asked. An `Exception` for an answer is raised."""

    rows: list[RequestStatus] = field(default_factory=list)
    said: tuple[Note, ...] = ()
    comment_answers: list[Any] = field(default_factory=list)
    window_answers: list[Any] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    sent: list[tuple[str, Comment]] = field(default_factory=list)
    comments_asked: list[str] = field(default_factory=list)
    find_answers: list[Any] = field(default_factory=list)
    searched: list[Window] = field(default_factory=list)
    far_answers: list[Any] = field(default_factory=list)  # of the same look for a wider span; else it is absent
    keeps: bool = True  # what it is sent is among what it shows afterwards
    most_rows: int = 1000  # of a list by span; a longer one is cut off
    on_comment: Callable[[], None] = lambda: None


SCRIPT = Script()


def _told(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer


class Talkative(Dialect):
    """Speaks no wire at all."""

    follows_by_window: ClassVar[bool] = True
    news_only_by_window: ClassVar[bool] = True
    takes_comments: ClassVar[bool] = True
    gives_comments: ClassVar[bool] = True
    searchable: ClassVar[bool] = True

    def services(self, place: Place | None = None) -> tuple[Service, ...]:
        return ()

    def service_definition(self, service_code: str) -> ServiceDefinition:
        return ServiceDefinition(service_code, ())

    def post_service_request(self, filing: Filing) -> Receipt:
        return Receipt(service_request_id="T-1")

    def service_requests(self, ids: Collection[str]) -> RequestStatuses:
        rows = tuple(row for row in SCRIPT.rows if row.service_request_id in ids)
        return RequestStatuses(rows, Completeness.COMPLETE)

    def service_requests_updated(self, window: Window) -> RequestStatuses:
        SCRIPT.windows.append(window)
        if SCRIPT.window_answers:
            answer: RequestStatuses = _told(SCRIPT.window_answers.pop(0))
            return answer
        dated = [(row.updated_datetime or LONG_AGO, row) for row in SCRIPT.rows]
        rows = tuple(row for when, row in dated if window.start <= when <= window.end)
        whole = len(rows) <= SCRIPT.most_rows
        return RequestStatuses(rows[: SCRIPT.most_rows], Completeness.COMPLETE if whole else Completeness.TRUNCATED)

    def find(self, filing: Filing, window: Window) -> Found:
        far = bool(SCRIPT.searched) and window.start < SCRIPT.searched[-1].start - timedelta(hours=20)
        SCRIPT.searched.append(window)
        if far:
            return cast(Found, _told(SCRIPT.far_answers.pop(0))) if SCRIPT.far_answers else Found(whole=True)
        if SCRIPT.find_answers:
            answer: Found = _told(SCRIPT.find_answers.pop(0))
            return answer
        return Found(tuple(SCRIPT.rows))

    def comment(self, service_request_id: str, comment: Comment) -> CommentReceipt:
        SCRIPT.sent.append((service_request_id, comment))
        SCRIPT.on_comment()
        if SCRIPT.keeps:
            SCRIPT.said += (Note(comment.text, clock.now(), id=f"C-{len(SCRIPT.sent)}", by_body=False),)
        answer = SCRIPT.comment_answers.pop(0) if SCRIPT.comment_answers else None
        return _told(answer) or CommentReceipt(id=f"C-{len(SCRIPT.sent)}")

    def comments(self, service_request_id: str) -> tuple[Note, ...]:
        SCRIPT.comments_asked.append(service_request_id)
        return SCRIPT.said


class Reticent(Talkative):
    """Takes no comments, and its comments cannot be read."""

    takes_comments = False
    gives_comments = False
    news_only_by_window = False


TABLE = {
    KEY: ("Talkative", f"{__name__}.Talkative"),
    "reticent": ("Reticent", f"{__name__}.Reticent"),
}


def make_delivered(number: str = "T-1", dialect: str = KEY, **fields: Any) -> Submission:
    """A report that the body has, filed three days ago and due for a look."""
    filed = clock.now() - timedelta(days=3)
    service = make_service(make_endpoint(make_jurisdiction("Springfield"), dialect=dialect))
    request = make_service_request(
        service, status=PublicStatus.ACCEPTED, requested_datetime=filed, updated_datetime=filed, **fields
    )
    return make_submission(
        request, state=SubmissionState.DELIVERED, service_request_id=number, sent_at=filed, delivered_at=filed
    )
