"""How far a report has got, in plain words: the hops of its delivery, and what happens next.

Pure: reads the rows that it is handed and asks the database nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.models import PublicStatus, ServiceRequest, StatusUpdate, Submission, SubmissionState
from reports.views.service_requests.trouble import Cause, Trouble, lacks_number

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
UNTOLD = frozenset({PublicStatus.RECEIVED, PublicStatus.SENT, PublicStatus.UNDELIVERED})
TROUBLED = frozenset({SubmissionState.REFUSED, SubmissionState.NEEDS_ATTENTION})

UNDERWAY = {
    SubmissionState.PENDING: gettext_lazy("Waiting to be sent to %(body)s."),
    SubmissionState.SENDING: gettext_lazy("Being sent to %(body)s."),
    SubmissionState.RETRY: gettext_lazy("Not taken by %(body)s yet. We try again."),
    SubmissionState.UNCERTAIN: gettext_lazy("Sent to %(body)s, but no clear answer came. We look whether it is there."),
    SubmissionState.REFUSED: gettext_lazy("Not delivered to %(body)s yet."),
    SubmissionState.NEEDS_ATTENTION: gettext_lazy("Not delivered to %(body)s yet."),
    SubmissionState.ACCEPTED: gettext_lazy("The number that %(body)s gives it is still to come."),
}

HELD_UP = {
    SubmissionState.RETRY: gettext_lazy("%(body)s has not taken the report yet. We keep trying; you need do nothing."),
    SubmissionState.UNCERTAIN: gettext_lazy(
        "We sent the report to %(body)s, but no clear answer came. We look in its list whether the report arrived, and "
        "send nothing twice; you need do nothing."
    ),
}

ARRIVAL_UNKNOWN = gettext_lazy("Whether it arrived at %(body)s is being looked into.")

NO_NUMBER = gettext_lazy(
    "%(body)s has the report and gave a receipt token for it, but no number yet. That takes longer than it should, so "
    "a volunteer asks there; you need do nothing."
)

SLOW = {
    "today": gettext_lazy("The system of %(body)s is slow today. We keep trying; you need do nothing."),
    "longer": gettext_lazy("The system of %(body)s has been slow for longer. We keep trying; you need do nothing."),
}

DELAYED = {
    Cause.ASKED_TO_WAIT: gettext_lazy(
        "The system of %(body)s has asked us to wait a little. The report is kept and sent after that; you need do "
        "nothing."
    ),
    Cause.ONE_BY_ONE: gettext_lazy(
        "We pass reports on to %(body)s one after the other, no faster than its system takes them. The turn of this "
        "one comes by itself; you need do nothing."
    ),
    Cause.DOUBTFUL: gettext_lazy(
        "We sent the report to %(body)s and could not find out whether it arrived. A volunteer looks into it, so that "
        "it is there once and not twice; you need do nothing."
    ),
    Cause.PAUSED: gettext_lazy(
        "Sending to %(body)s is paused for now. The report is kept and sent as soon as it goes on; you need do nothing."
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
        "%(body)s says that this is done. Have a look when you pass, and say below whether it is really fixed."
    ),
    PublicStatus.CONFIRMED: gettext_lazy("%(body)s says that this is done, and people who looked say so too."),
    PublicStatus.DISPUTED: gettext_lazy(
        "%(body)s says that this is done, and people who looked say that it is not. "
        "Below you can do something about it."
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
    PublicStatus.SILENT: gettext_lazy(
        "We have had no news of this from %(body)s for a long time. We go on looking, and whatever it says is shown "
        "here. If you want to know more, ask there."
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


def hops(service_request: ServiceRequest, submission: Submission | None, trouble: Trouble | None = None) -> list[Hop]:
    """The receipts in their order, from "saved" to the body's own number, and what is still awaited; `trouble` is what
    holds the submission up now."""
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
    state = SubmissionState.ACCEPTED if lacks_number(submission) else SubmissionState(submission.state)
    if underway := UNDERWAY.get(state):
        kind = "trouble" if submission.state in TROUBLED else "waiting"
        if trouble is not None and trouble.cause == Cause.DOUBTFUL:
            underway = ARRIVAL_UNKNOWN
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


def what_next(service_request: ServiceRequest, submission: Submission | None, trouble: Trouble | None = None) -> str:
    """One sentence or two on what happens next, whoever reads it; `trouble` is what holds the submission up now."""
    body = {"body": service_request.jurisdiction.name}
    if submission is not None and (told := _held_up(service_request, submission, trouble)):
        return str(told) % body
    if service_request.status in (PublicStatus.RECEIVED, PublicStatus.SENT) and submission is not None:
        state = SubmissionState(submission.state)
        if lacks_number(submission):
            return str(NO_NUMBER) % body
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
    return str(NEXT[service_request.shown_status]) % body


def _held_up(service_request: ServiceRequest, submission: Submission, trouble: Trouble | None) -> Promise | None:
    """The words for what goes on in the outbox, where they say more than the report's status does."""
    state = SubmissionState(submission.state)
    if trouble is not None and trouble.cause == Cause.DOUBTFUL:
        return DELAYED[trouble.cause] if service_request.status in UNTOLD else None
    if service_request.status != PublicStatus.RECEIVED or state not in WAITING | {SubmissionState.RETRY}:
        return None
    if trouble is None:
        return None
    if trouble.cause == Cause.SLOW:
        return SLOW["longer" if trouble.began_before_today else "today"]
    return DELAYED[trouble.cause]


def status_words(service_request: ServiceRequest, trouble: Trouble | None = None) -> str:
    """The report's status in the words of residents; not "could not be delivered" where nobody knows that."""
    if service_request.status == PublicStatus.UNDELIVERED and trouble is not None and trouble.cause == Cause.DOUBTFUL:
        return _("Perhaps not delivered, we are on it")
    return str(service_request.shown_status.label)


def news(updates: list[StatusUpdate], trouble: Trouble | None = None) -> list[StatusUpdate]:
    """The history, oldest first: without comments, without our own bare lines that the receipts already tell, and
    without a body's words that it had just said under the same status. Nor does it say that a report could not be
    delivered while `trouble` is that nobody knows."""
    told = {PublicStatus.RECEIVED, PublicStatus.SENT, PublicStatus.ACCEPTED}
    if trouble is not None and trouble.cause == Cause.DOUBTFUL:
        told.add(PublicStatus.UNDELIVERED)
    shown: list[StatusUpdate] = []
    for line in updates:
        bare = not line.by_body and not line.status_notes and line.status in told
        if not (line.is_comment or bare or (shown and _repeats(shown[-1], line))):
            shown.append(line)
    return shown


def _repeats(before: StatusUpdate, line: StatusUpdate) -> bool:
    both = line.by_body and before.by_body and line.status_notes != ""
    return both and (line.status, line.status_notes) == (before.status, before.status_notes)


def over(service_request: ServiceRequest) -> bool:
    """Whether nothing more is to come, so that a date on which it was expected would only confuse."""
    return service_request.status in ENDED
