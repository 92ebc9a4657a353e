"""The mail to a volunteer: each report that waits, why, and where to decide; and the systems that are away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.links import absolute
from reports.models import (
    AbuseReport,
    Comment,
    Endpoint,
    ServiceRequest,
    Submission,
    SubmissionState,
    VolunteerMail,
    VolunteerMailKind,
)
from reports.notifications import evidence, writing

Kind = VolunteerMailKind

SHOWN: Final = 25
SEEN_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Case:
    """One report that waits for a volunteer; nothing in it says who filed it."""

    reference: str
    service: str
    body: str
    zone: str
    since: datetime
    reason: str
    seen: tuple[str, ...]
    link: str


@dataclass(frozen=True, slots=True)
class Outage:
    """A system that is away, or was; `unsent` reports wait for it."""

    name: str
    zone: str
    since: datetime
    until: datetime | None
    unsent: int
    link: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What one mail says. `new` and `still_open` are the first of so many; the numbers count them all."""

    new: tuple[Case, ...]
    new_number: int
    still_open: tuple[Case, ...]
    still_open_number: int
    away: tuple[Outage, ...]
    back: tuple[Outage, ...]
    held_reports: int = 0
    held_comments: int = 0
    abuse_reports: int = 0

    @property
    def held(self) -> int:
        """How much waits to be published, or to be hidden."""
        return self.held_reports + self.held_comments + self.abuse_reports

    @property
    def is_empty(self) -> bool:
        """Whether everything was handled before the mail left."""
        return not (self.new_number or self.still_open_number or self.away or self.back or self.held)

    @property
    def subject(self) -> str:
        """What matters most, in one line."""
        new, waiting = self.new_number, self.still_open_number
        if new:
            return ngettext("%(count)d report needs a volunteer", "%(count)d reports need a volunteer", new) % {
                "count": new
            }
        if waiting:
            return ngettext(
                "%(count)d report still needs a volunteer", "%(count)d reports still need a volunteer", waiting
            ) % {"count": waiting}
        if self.away:
            return _("%(endpoint)s does not answer") % {"endpoint": self.away[0].name}
        if self.back:
            return _("%(endpoint)s answers again") % {"endpoint": self.back[0].name}
        if self.abuse_reports:
            return ngettext(
                "%(count)d report of abuse needs a volunteer",
                "%(count)d reports of abuse need a volunteer",
                self.abuse_reports,
            ) % {"count": self.abuse_reports}
        return ngettext("%(count)d waits to be published", "%(count)d wait to be published", self.held) % {
            "count": self.held
        }


def gather(owed: Sequence[VolunteerMail]) -> Letter:
    """What these rows, all of one address, have to say now."""
    waiting = Submission.objects.filter(state=SubmissionState.NEEDS_ATTENTION)
    stamps = [row.about for row in owed if row.kind == Kind.NEW]
    new = waiting.filter(volunteers_told_at__in=stamps)
    reminded = any(row.kind == Kind.REMINDER for row in owed)
    still_open = waiting.exclude(volunteers_told_at=None).exclude(volunteers_told_at__in=stamps)
    shown = _cases(new, SHOWN)
    ended = {(row.endpoint_id, row.about) for row in owed if row.kind == Kind.RECOVERY}
    away = [row for row in owed if row.kind == Kind.OUTAGE and (row.endpoint_id, row.about) not in ended]
    told_of_held = any(row.kind == Kind.HELD for row in owed)
    return Letter(
        held_reports=_held_reports().count() if told_of_held else 0,
        held_comments=_held_comments().count() if told_of_held else 0,
        abuse_reports=_unhandled().count() if told_of_held else 0,
        new=shown,
        new_number=new.count(),
        still_open=_cases(still_open, SHOWN - len(shown)) if reminded else (),
        still_open_number=still_open.count() if reminded else 0,
        away=_outages(away),
        back=_outages(row for row in owed if row.kind == Kind.RECOVERY),
    )


def held_since(moment: datetime | None) -> list[datetime]:
    """When each report and comment was held that still is, and when each report of abuse came that nobody has handled;
    only those since that moment where there is one."""
    found = [
        *_held_reports().values_list("held_at", flat=True),
        *_held_comments().values_list("held_at", flat=True),
        *_unhandled().values_list("created_at", flat=True),
    ]
    return [when for when in found if when is not None and (moment is None or when > moment)]


def _unhandled() -> QuerySet[AbuseReport]:
    return AbuseReport.objects.filter(handled_at=None)


def _held_reports() -> QuerySet[ServiceRequest]:
    return ServiceRequest.objects.filter(held_at__isnull=False, hidden=False, taken_away_at=None)


def _held_comments() -> QuerySet[Comment]:
    return Comment.objects.filter(held_at__isnull=False, hidden=False)


def message(email: str, letter: Letter, language: str = "") -> EmailMultiAlternatives:
    """The mail, in this language or else the site's own; times in the clock of each body."""
    with translation.override(language or settings.LANGUAGE_CODE):
        context: dict[str, Any] = {
            "letter": letter,
            "headline": letter.subject,
            "new_more": letter.new_number - len(letter.new),
            "still_open_more": letter.still_open_number - len(letter.still_open),
            "list_link": f"{absolute(reverse('admin:reports_submission_changelist'))}?state=needs_attention",
            "held_reports_link": f"{absolute(reverse('admin:reports_servicerequest_changelist'))}?held=yes",
            "held_comments_link": f"{absolute(reverse('admin:reports_comment_changelist'))}?held=yes",
            "abuse_link": f"{absolute(reverse('admin:reports_abusereport_changelist'))}?handled_at__isempty=1",
        }
        return writing.write("attention", context, email)


def _cases(waiting: QuerySet[Submission], most: int) -> tuple[Case, ...]:
    rows = waiting.select_related("request__jurisdiction").defer("request__jurisdiction__boundary")
    return tuple(_case(submission) for submission in rows.order_by("attention_at", "pk")[: max(0, most)])


def _case(submission: Submission) -> Case:
    request = submission.request
    with timezone.override(request.jurisdiction.time_zone):
        seen = evidence.lines(submission.evidence)[-SEEN_SHOWN:]
    return Case(
        reference=request.reference,
        service=request.service_name,
        body=request.jurisdiction.name,
        zone=request.jurisdiction.time_zone,
        since=submission.attention_at or submission.created_at,
        reason=submission.reason,
        seen=tuple(seen),
        link=absolute(reverse("admin:reports_submission_change", args=[submission.pk])),
    )


def _outages(rows: Iterable[VolunteerMail]) -> tuple[Outage, ...]:
    return tuple(_outage(row, row.endpoint) for row in rows if row.endpoint is not None)


def _outage(row: VolunteerMail, endpoint: Endpoint) -> Outage:
    traffic = getattr(endpoint, "traffic", None)
    unsent = Submission.objects.filter(
        endpoint=endpoint, state__in=(SubmissionState.PENDING, SubmissionState.RETRY)
    ).count()
    return Outage(
        name=str(endpoint),
        zone=endpoint.jurisdiction.time_zone,
        since=row.about,
        until=traffic.answered_at if traffic and row.kind == Kind.RECOVERY else None,
        unsent=unsent,
        link=absolute(reverse("admin:reports_endpoint_change", args=[endpoint.pk])),
    )
