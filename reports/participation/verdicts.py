"""Whether it is really fixed: one answer for each person and closing, of which the last counts.

What the answers make of the request stands in `delivery/closings.py`, because a new closing asks anew.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q

from reports import clock
from reports.delivery import closings
from reports.models import Mark, ServiceRequest, Verdict, VerdictAnswer, person_mark


@dataclass(frozen=True, slots=True)
class Counts:
    """How many said what of the closing that holds now."""

    yes: int = 0
    no: int = 0
    unsure: int = 0


def record(service_request: ServiceRequest, person: Mark, answer: str, by_reporter: bool = False) -> bool:
    """Take one person's answer. ValueError for an answer that is none.

    False, and nothing is kept, where there is no closing to answer for: it was opened again, or is gone. Whoever filed
    the report is one person, by whichever way they come.
    """
    if answer not in VerdictAnswer.values:
        raise ValueError(f"no answer: {answer!r}")
    with transaction.atomic():
        request = ServiceRequest.objects.select_for_update().get(pk=service_request.pk)
        closing = closings.closing_of(request)
        if closing is None or request.taken_away_at is not None or request.hidden:
            return False
        given = {"service_request": request, "answer": answer, "given_at": clock.now()}
        if by_reporter:
            Verdict.objects.filter(closing=closing, person__in=person.forms, by_reporter=False).delete()
            person = person_mark("reporter", str(request.pk))
        given["by_reporter"] = by_reporter
        Verdict.objects.filter(closing=closing, person__in=person.forms[1:]).delete()  # said under a former SECRET_KEY
        Verdict.objects.update_or_create(closing=closing, person=person, defaults=given)
        closings.settle(request)
    service_request.verdict = request.verdict
    return True


def counts(service_request: ServiceRequest) -> Counts:
    """How many said what of the closing that holds now; nobody where it is not closed."""
    closing = closings.closing_of(service_request)
    if closing is None:
        return Counts()
    said = Verdict.objects.filter(closing=closing).aggregate(
        **{answer.value: Count("pk", filter=Q(answer=answer)) for answer in VerdictAnswer}
    )
    return Counts(**said)
