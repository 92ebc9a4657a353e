"""How far a report has got, in plain words: the hops of its delivery, and what happens next.

Pure: reads the rows that it is handed and asks the database nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.models import PublicStatus, ServiceRequest, StatusUpdate, Submission, SubmissionState

WAITING = frozenset({SubmissionState.PENDING, SubmissionState.SENDING})
ENDED = frozenset(
    {
        PublicStatus.CLOSED,
        PublicStatus.NOT_RESPONSIBLE,
        PublicStatus.DUPLICATE,
        PublicStatus.REJECTED,
        PublicStatus.CANCELLED,
    }
)
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

BY_MAIL = gettext_lazy("%(body)s has been told by mail. If somebody there answers, the answer is shown here.")

HELD = gettext_lazy(
    "%(body)s has the report and holds it for review: somebody there looks at it before it counts. It gave no number, "
    "so what comes of it cannot be shown here; ask there if you want to know more."
)

FOLLOWED = gettext_lazy(
    "%(body)s has this already, as its number %(number)s. We follow that one: whatever happens with it is shown here."
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
    PublicStatus.REJECTED: gettext_lazy(
        "%(body)s has turned this down. Its own words below may say why. If you see it otherwise, ask there."
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
        steps.append(Hop("done", _delivered(service_request, submission) % body, submission.delivered_at, number))
    if underway := UNDERWAY.get(SubmissionState(submission.state)):
        kind = "trouble" if submission.state in TROUBLED else "waiting"
        steps.append(Hop(kind, str(underway) % body))
    return steps


def _delivered(service_request: ServiceRequest, submission: Submission) -> str:
    number = submission.service_request_id
    if number and service_request.duplicate_of == number:
        return _("%(body)s has this already, under its number:")
    if number:
        return _("%(body)s gave its own number:")
    if submission.held:
        return _("%(body)s has it and holds it for review. It gave no number.")
    if _by_mail(service_request):
        return _("%(body)s has it by mail. It gave no number.")
    return _("%(body)s has it. It gives no numbers.")


def _by_mail(service_request: ServiceRequest) -> bool:
    return service_request.endpoint.base_url.startswith("mailto:")


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
            silent = BY_MAIL if _by_mail(service_request) else SILENT
            return str(HELD if submission.held else silent) % body
    if service_request.status == PublicStatus.ACCEPTED and submission is not None:
        number = submission.service_request_id
        if number and service_request.duplicate_of == number:
            return str(FOLLOWED) % {**body, "number": number}
    return str(NEXT[PublicStatus(service_request.status)]) % body


def news(updates: list[StatusUpdate]) -> list[StatusUpdate]:
    """The history, newest first: without comments, without our own bare lines that the receipts already tell, and
    without a body's words that it had just said under the same status."""
    told = (PublicStatus.RECEIVED, PublicStatus.SENT, PublicStatus.ACCEPTED)
    shown: list[StatusUpdate] = []
    for line in updates:
        bare = not line.by_body and not line.status_notes and line.status in told
        if not (line.is_comment or bare or (shown and _repeats(shown[-1], line))):
            shown.append(line)
    return shown[::-1]


def _repeats(before: StatusUpdate, line: StatusUpdate) -> bool:
    both = line.by_body and before.by_body and line.status_notes != ""
    return both and (line.status, line.status_notes) == (before.status, before.status_notes)


def over(service_request: ServiceRequest) -> bool:
    """Whether nothing more is to come, so that a date on which it was expected would only confuse."""
    return service_request.status in ENDED
