"""Closings, and what people say of them: whether it is really fixed. What a body says stays what it has said."""

from typing import Final

from django.db.models import Q

from reports.delivery import history, statuses
from reports.models import VERDICTS, PublicStatus, ServiceRequest, StatusUpdate, Verdict, VerdictAnswer

MOST_SAY: Final = 2  # so many others at least, where whoever filed it does not say: one alone may mean another hole

LINES_MOST: Final = 6  # of one closing in the history, each a mail to followers: somebody may press yes and no all day


def closing_of(request: ServiceRequest) -> StatusUpdate | None:
    """The line with which the body closed a request that is closed now; None for any other.

    It is the first “closed” since the body last said anything else, so that words it adds later start no new closing.
    """
    if request.status != PublicStatus.CLOSED:
        return None
    lines = StatusUpdate.objects.filter(service_request=request, private=False, is_comment=False)
    lines = lines.filter(status__in=statuses.WITH_A_BODY).order_by("datetime", "pk")
    closed, other = lines.filter(status=PublicStatus.CLOSED), lines.exclude(status=PublicStatus.CLOSED).last()
    since = Q(datetime__gt=other.datetime) | Q(datetime=other.datetime, pk__gt=other.pk) if other else Q()
    return closed.filter(since).first() or closed.last()


def settle(request: ServiceRequest) -> bool:
    """Bring `verdict` up to what people have said of the closing that holds now; True when it changed.

    A verdict that is new is a line of history, and so a mail to everybody who follows, LINES_MOST times for each
    closing; what is shown is always the newest. Call it in a transaction, with
    the row locked.
    """
    closing = closing_of(request)
    verdict = verdict_on(closing) if closing else None
    if request.verdict == (verdict or ""):
        return False
    request.verdict = verdict or ""
    request.save(update_fields=["verdict"])
    if closing and verdict:
        lines = StatusUpdate.objects.filter(service_request=request, status__in=VERDICTS)
        said = lines.filter(recorded_at__gte=closing.recorded_at).count()
        if said >= LINES_MOST:
            return True
        history.append(request, verdict, mark=history.fingerprint("verdict", closing.pk, verdict, said))
    return True


def verdict_on(closing: StatusUpdate) -> PublicStatus | None:
    """What people say of a closing. Yes or no of whoever filed the report decides; without it the simple majority of at
    least MOST_SAY others. None where neither says anything; “cannot tell” counts for nothing."""
    answers = Verdict.objects.filter(closing=closing).exclude(answer=VerdictAnswer.UNSURE)
    own = answers.filter(by_reporter=True).first()  # the newest
    if own is not None:
        return PublicStatus.CONFIRMED if own.answer == VerdictAnswer.YES else PublicStatus.DISPUTED
    said = list(answers.values_list("answer", flat=True))
    yes, no = said.count(VerdictAnswer.YES), said.count(VerdictAnswer.NO)
    if yes == no or yes + no < MOST_SAY:
        return None
    return PublicStatus.CONFIRMED if yes > no else PublicStatus.DISPUTED
