"""How far a report has got, in plain words: the hops of its delivery, and what happens next.

Pure: reads the rows that it is handed and asks the database nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.models import PublicStatus, ServiceRequest, StatusUpdate, Submission, SubmissionState

WAITING = frozenset({SubmissionState.PENDING, SubmissionState.SENDING})
ENDED = frozenset({PublicStatus.CLOSED, PublicStatus.NOT_RESPONSIBLE, PublicStatus.DUPLICATE, PublicStatus.CANCELLED})
TROUBLED = frozenset({SubmissionState.REFUSED, SubmissionState.NEEDS_ATTENTION})

UNDERWAY = {
    SubmissionState.PENDING: gettext_lazy("Waiting to be sent to %(body)s."),
    SubmissionState.SENDING: gettext_lazy("Being sent to %(body)s."),
    SubmissionState.RETRY: gettext_lazy("Not taken by %(body)s yet. We try again."),
    SubmissionState.UNCERTAIN: gettext_lazy("The answer of %(body)s was lost on the way."),
    SubmissionState.REFUSED: gettext_lazy("Not delivered to %(body)s yet."),
    SubmissionState.NEEDS_ATTENTION: gettext_lazy("Not delivered to %(body)s yet."),
    SubmissionState.ACCEPTED: gettext_lazy("The number that %(body)s gives it is still to come."),
}

HELD_UP = {
    SubmissionState.RETRY: gettext_lazy(
        "The system of %(body)s is not answering. We keep trying; you need do nothing."
    ),
    SubmissionState.UNCERTAIN: gettext_lazy(
        "The report was sent to %(body)s, but its answer was lost. We look for it there before we send it again."
    ),
}

SILENT = gettext_lazy(
    "%(body)s has been told. Its system gives no numbers and no news; ask there if you want to know more."
)

NEXT = {
    PublicStatus.RECEIVED: gettext_lazy("The report is saved. It is on its way to %(body)s; you need do nothing."),
    PublicStatus.SENT: gettext_lazy(
        "%(body)s has been told. Its own number for the report will be shown here as soon as it gives one."
    ),
    PublicStatus.ACCEPTED: gettext_lazy("%(body)s has accepted the report. Whatever it does next is shown here."),
    PublicStatus.IN_PROGRESS: gettext_lazy("%(body)s says that it is working on this."),
    PublicStatus.CLOSED: gettext_lazy(
        "%(body)s says that this is done. If it is not, report it again, so that it gets a new number."
    ),
    PublicStatus.NOT_RESPONSIBLE: gettext_lazy(
        "%(body)s says that this is not its task. Its own words below may say whose it is."
    ),
    PublicStatus.DUPLICATE: gettext_lazy(
        "%(body)s already knows of this from another report, and deals with it there."
    ),
    PublicStatus.UNDELIVERED: gettext_lazy(
        "Could not be delivered yet: we are on it. The report is safe, a volunteer sees to it that %(body)s gets it, "
        "and you need do nothing."
    ),
    PublicStatus.CANCELLED: gettext_lazy("This report was withdrawn. Nothing more happens with it."),
}


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a delivery. Without `at` it is where things stand now; `kind` is done, waiting or trouble."""

    kind: str
    sentence: str
    at: datetime | None = None
    number: str = ""


def hops(service_request: ServiceRequest, submission: Submission | None) -> list[Hop]:
    """The receipts in their order, from "saved" to the body's own number, and what is still awaited."""
    body = {"body": service_request.jurisdiction.name}
    steps = [Hop("done", _("Saved here."), service_request.requested_datetime)]
    if submission is None:
        return steps
    if submission.sent_at and submission.state not in WAITING | {SubmissionState.RETRY}:
        steps.append(Hop("done", _("Sent to %(body)s.") % body, submission.sent_at))
    if submission.token and submission.token_at:
        steps.append(Hop("done", _("%(body)s gave a receipt token.") % body, submission.token_at))
    if submission.state == SubmissionState.DELIVERED:
        number = submission.service_request_id
        said = _("%(body)s gave its own number:") if number else _("%(body)s has it. It gives no numbers.")
        steps.append(Hop("done", said % body, submission.delivered_at, number))
    if underway := UNDERWAY.get(SubmissionState(submission.state)):
        kind = "trouble" if submission.state in TROUBLED else "waiting"
        steps.append(Hop(kind, str(underway) % body))
    return steps


def what_next(service_request: ServiceRequest, submission: Submission | None) -> str:
    """One sentence or two on what happens next, whoever reads it."""
    body = {"body": service_request.jurisdiction.name}
    if service_request.status in (PublicStatus.RECEIVED, PublicStatus.SENT) and submission is not None:
        state = SubmissionState(submission.state)
        if state in TROUBLED:
            return str(NEXT[PublicStatus.UNDELIVERED]) % body
        if state in HELD_UP:
            return str(HELD_UP[state]) % body
        if state == SubmissionState.DELIVERED and not submission.service_request_id:
            return str(SILENT) % body
    return str(NEXT[PublicStatus(service_request.status)]) % body


def news(updates: list[StatusUpdate]) -> list[StatusUpdate]:
    """The history, newest first, without our own bare lines that the receipts already tell."""
    told = (PublicStatus.RECEIVED, PublicStatus.SENT, PublicStatus.ACCEPTED)
    return [line for line in reversed(updates) if line.by_body or line.status_notes or line.status not in told]


def over(service_request: ServiceRequest) -> bool:
    """Whether nothing more is to come, so that a date on which it was expected would only confuse."""
    return service_request.status in ENDED
