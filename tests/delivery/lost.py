"""Submissions whose answer was lost, at a body in a can and in the sandbox."""

from datetime import timedelta
from typing import Any

from reports import clock
from reports.delivery import reconcile
from reports.dialects.messages import Found, RequestStatus, Status
from reports.models import Attempt, Endpoint, ServiceRequest, Submission, SubmissionState
from tests.delivery import talkative
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, make_service_request
from tests.factories import make_submission as make_row

HOLE = "A hole as deep as a well, by the school."


def make_lost(like: Submission | None = None, *, ago: timedelta = timedelta(hours=1), **fields: Any) -> Submission:
    """Sent `ago` without an answer, and due for a look; of the same service and words as `like` where one is given."""
    sent = clock.now() - ago
    service = like.request.service if like else None
    if service is None:
        service = make_service(make_endpoint(make_jurisdiction("Springfield"), dialect=talkative.KEY))
    request = make_service_request(service, description=HOLE, requested_datetime=sent)
    due = {"state": SubmissionState.UNCERTAIN, "posts": 1, "released_at": sent, "reason": "It was lost."}
    submission = make_row(request, **(due | fields))
    note_sending(submission, ago)
    return submission


def note_sending(submission: Submission, ago: timedelta) -> None:
    """An attempt that ended without an answer."""
    sent = clock.now() - ago
    Attempt.objects.create(
        submission=submission,
        operation="post_service_request",
        started_at=sent,
        finished_at=sent,
        outcome="NoAnswer",
        exchanges=[{}],
    )


def row(number: str | None, request: ServiceRequest, **fields: Any) -> RequestStatus:
    """The request as the body lists it, without its reference, dated when it was filed."""
    here: dict[str, Any] = {
        "service_code": request.service_code,
        "lat": LAT,
        "long": LONG,
        "description": HOLE,
        "requested_datetime": request.requested_datetime,
    }
    return RequestStatus(number, Status.OPEN, **(here | fields))


def found(*rows: RequestStatus, **fields: Any) -> Found:
    return Found(rows, **({"whole": True} | fields))


def look_after(submission: Submission, seconds: float = 0.0) -> Submission:
    """Let our clock go on, do what is due at the endpoint, and read the submission anew."""
    with clock.at(clock.now() + timedelta(seconds=seconds, milliseconds=1)):
        reconcile.reconcile(Endpoint.objects.select_related("jurisdiction").get(pk=submission.endpoint_id))
    return Submission.objects.select_related("request").get(pk=submission.pk)
