"""Which row of a body's list is the filing whose answer was lost: one that is it, and is nobody else's.

Two residents may report the same, or one of them twice in a minute. A row whose number another of our submissions has
is that one's. Rows that cannot be told apart are given out, each to one, among the submissions that nobody has found
yet, in the order in which these were filed; where there are fewer rows than submissions, the last ones get none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db.models import Q, QuerySet

from reports.delivery.filing import service_codes
from reports.dialects.messages import Found, RequestStatus
from reports.geo.measures import great_circle
from reports.models import ServiceRequest, Submission, SubmissionState

State = SubmissionState

NEAR_METRES: Final = 60.0  # two reports, each of which may be 30 metres from the row
AROUND: Final = timedelta(minutes=15)  # how far from its sending a row without our reference may be dated
SHOWN: Final = 5  # candidates that are kept as evidence
# What another one's row may belong to, while it has neither number nor token: it was sent, and nobody knows what became
# of it, or it was taken without either, to be looked at first.
UNFOUND: Final = (State.SENDING, State.UNCERTAIN, State.NEEDS_ATTENTION, State.DELIVERED, State.CANCELLED)


class What(StrEnum):
    """What a look has shown."""

    FOUND = "found"  # one row that is the filing
    SEVERAL = "several"  # rows of which a person has to say which it is
    UNCLEAR = "unclear"  # neither found nor certainly absent
    ABSENT = "absent"  # certainly not there
    NOT_SEARCHED = "not_searched"  # the list could not be had


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look has shown, in plain words for volunteers; `row` is the filing where it was found."""

    what: What
    words: str
    row: RequestStatus | None = None
    candidates: tuple[dict[str, Any], ...] = ()
    complete: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As evidence: numbers, dates and distances, and none of anybody's words."""
        return {"what": self.what.value, "candidates": list(self.candidates), "complete": self.complete}


def judge(submission: Submission, found: Found, first: datetime, last: datetime) -> Seen:
    """Say what a search has shown of a submission that was sent between `first` and `last`.

    To be called in a transaction that holds the endpoint's row.
    """
    shown = tuple(_evidence(row, submission, named=found.by_reference) for row in found.candidates[:SHOWN])
    rivals = _rivals(submission, first)  # before what is taken: what is being sent now may have its number by then
    free = _free(submission, found)
    if found.by_reference:
        return _by_reference(submission, found, free, shown)
    if not free:
        if not found.whole:
            return Seen(What.UNCLEAR, "It was not in the body's list, which need not show everything.", None, shown)
        return Seen(What.ABSENT, "It was not in the body's list, which was whole.", None, shown, complete=True)
    timely = [row for row in free if _is_timely(row, first, last)]
    if not timely:
        words = "The body's list has a report like it, of another time."
        return Seen(What.UNCLEAR, words, None, shown)
    return _by_order(submission, timely, rivals, shown)


def _by_reference(
    submission: Submission, found: Found, free: list[RequestStatus], shown: tuple[dict[str, Any], ...]
) -> Seen:
    numbers = ", ".join(_name(row) for row in found.candidates[:SHOWN])
    if len(found.candidates) > 1:
        return Seen(What.SEVERAL, f"The body has it more than once: {numbers}.", None, shown)
    if not free:
        words = f"The body's {numbers} carries its reference, and is recorded for another report here."
        return Seen(What.SEVERAL, words, None, shown)
    if not _has_name(free[0]):
        return Seen(What.UNCLEAR, "It is in the body's list, without a number yet.", None, shown)
    return Seen(What.FOUND, f"It is in the body's list as {numbers}.", free[0], shown)


def _by_order(
    submission: Submission, rows: list[RequestStatus], rivals: list[Submission], shown: tuple[dict[str, Any], ...]
) -> Seen:
    """One of rows without a reference: given out in the order of sending, where others of ours are sought as well."""
    numbers = ", ".join(_name(row) for row in rows[:SHOWN])
    if any(rival.state == State.SENDING for rival in rivals):
        return Seen(What.UNCLEAR, "Another report like it is being sent at this moment.", None, shown)
    if not all(map(_has_name, rows)):
        return Seen(What.UNCLEAR, "A report like it is in the body's list, without a number yet.", None, shown)
    sought = sorted([submission, *rivals], key=lambda each: each.pk)
    if len(rows) > len(sought):
        return Seen(What.SEVERAL, f"The body's list has more than one report like it: {numbers}.", None, shown)
    place = sought.index(submission)
    if place >= len(rows):
        words = f"The body's list has {numbers}, which may be another report of the same."
        return Seen(What.UNCLEAR, words, None, shown)
    row = sorted(rows, key=_order)[place]
    return Seen(What.FOUND, f"It is in the body's list as {_name(row)}, with its text at its place.", row, shown)


def _rivals(submission: Submission, first: datetime) -> list[Submission]:
    """Others of ours that were sent about then to the same service at this place with the same words, and of which the
    body has given neither number nor token: a row without a reference may be theirs as well."""
    sent = Q(attempts__operation="post_service_request", attempts__started_at__gte=first - timedelta(hours=2))
    rows: QuerySet[Submission] = Submission.objects.filter(
        sent, endpoint=submission.endpoint_id, state__in=UNFOUND, service_request_id="", token="", posts__gt=0
    )
    others = rows.exclude(pk=submission.pk).select_related("request__service").distinct()
    return [each for each in others if _is_like(each, submission)]


def _is_like(other: Submission, submission: Submission) -> bool:
    here, there = submission.request, other.request
    if not set(service_codes(here)) & set(service_codes(there)) or _plain(here) != _plain(there):
        return False
    if here.in_words or there.in_words:  # one of the two has no point that could be compared
        return here.in_words == there.in_words and _words(here) == _words(there)
    return float(great_circle(there.lat, here.lat, here.long - there.long)) <= NEAR_METRES


def _words(request: ServiceRequest) -> str:
    return " ".join(request.address_string.casefold().split())


def _plain(request: ServiceRequest) -> str:
    return " ".join(request.description.casefold().split())


def _free(submission: Submission, found: Found) -> list[RequestStatus]:
    """The candidates that are not another submission's, by number or by token."""
    numbers = {row.service_request_id for row in found.candidates if row.service_request_id}
    tokens = {row.token for row in found.candidates if row.token}
    others = Submission.objects.filter(endpoint=submission.endpoint_id).exclude(pk=submission.pk)
    taken = set(others.filter(service_request_id__in=numbers).values_list("service_request_id", flat=True))
    gone = set(others.filter(token__in=tokens).values_list("token", flat=True))
    return [row for row in found.candidates if row.service_request_id not in taken and row.token not in gone]


def _is_timely(row: RequestStatus, first: datetime, last: datetime) -> bool:
    moment = row.requested_datetime
    return moment is None or first - AROUND <= moment <= last + AROUND


def _has_name(row: RequestStatus) -> bool:
    return bool(row.service_request_id or row.token)


def _name(row: RequestStatus) -> str:
    return row.service_request_id or row.token or "(no number)"


def _order(row: RequestStatus) -> tuple[str, int, str]:
    when = row.requested_datetime.isoformat() if row.requested_datetime else ""
    return (when, len(_name(row)), _name(row))


def _evidence(row: RequestStatus, submission: Submission, *, named: bool) -> dict[str, Any]:
    request, metres = submission.request, None
    if row.lat is not None and row.long is not None and not request.in_words:
        metres = round(float(great_circle(row.lat, request.lat, request.long - row.long)))
    return {
        "number": (row.service_request_id or "")[:200],
        "token": (row.token or "")[:200],
        "requested_datetime": row.requested_datetime.isoformat() if row.requested_datetime else "",
        "metres": metres,
        "has_our_reference": named,
    }
