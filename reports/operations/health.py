"""Whether the site does its work, in counts and ages. Each is a look into an index, also among a million rows."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery

from reports.models import (
    Breaker,
    Confirmation,
    Digest,
    Endpoint,
    Notification,
    NotificationState,
    Submission,
    SubmissionState,
    VolunteerMail,
)
from reports.models.submissions import SENDABLE
from reports.operations import broker, heartbeats

State = SubmissionState
UNSENT = (*sorted(SENDABLE), State.UNCERTAIN)
FOLLOWED = (State.ACCEPTED, State.DELIVERED)


@dataclass(frozen=True, slots=True)
class Health:
    """What a monitor is told. Ages are seconds, None where there is nothing of the kind.

    `oldest_unsent` is the age of the oldest report that is not with its body, whatever it waits for; `oldest_owed` how
    long the step of one has been due that nothing keeps back; `oldest_unsynced` the same for look-ups of tokens and
    statuses; `oldest_services` the age of the services list that has not been fetched for longest.
    """

    broker: bool
    workers: int
    sweep_seconds: int | None
    oldest_unsent_seconds: int | None
    oldest_owed_seconds: int | None
    oldest_unsynced_seconds: int | None
    oldest_services_seconds: int | None
    oldest_owed_mail_seconds: int | None
    mails_waiting: int
    needs_attention: int

    def problems(self) -> list[str]:
        """What does not go as it should, by HEALTH_BEHIND_SECONDS; a body's system that is away is none of ours."""
        most = settings.HEALTH_BEHIND_SECONDS
        found = {
            "broker": not self.broker,
            "workers": not self.workers,
            "sweep": self.sweep_seconds is None or self.sweep_seconds > max(90, 3 * settings.SWEEP_SECONDS),
            "unsent": (self.oldest_owed_seconds or 0) > most,
            "unsynced": (self.oldest_unsynced_seconds or 0) > most,
            "mail": (self.oldest_owed_mail_seconds or 0) > most,
        }
        return [name for name, wrong in found.items() if wrong]

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return asdict(self)


def measure(now: datetime) -> Health:
    """Look. django.db.Error where the database is away."""
    unsent = Submission.objects.filter(state__in=UNSENT, endpoint__active=True).aggregate(first=Min("created_at"))
    callable_now = Endpoint.objects.filter(active=True).exclude(_kept_back(now))
    listed = Endpoint.objects.filter(active=True, jurisdiction__active=True, services_synced_at__isnull=False)
    mails: list[QuerySet[Any]] = [
        model._default_manager.filter(state=NotificationState.QUEUED)
        for model in (Notification, VolunteerMail, Confirmation, Digest)
    ]
    return Health(
        broker=broker.answers(),
        workers=heartbeats.workers(now),
        sweep_seconds=_age(now, heartbeats.last_sweep(now)),
        oldest_unsent_seconds=_age(now, unsent["first"]),
        oldest_owed_seconds=_age(now, _first_due(callable_now, UNSENT, now)),
        oldest_unsynced_seconds=_age(now, _first_due(callable_now, FOLLOWED, now)),
        oldest_services_seconds=_age(now, listed.aggregate(first=Min("services_synced_at"))["first"]),
        oldest_owed_mail_seconds=_age(now, _earliest(mail.aggregate(first=Min("due_at"))["first"] for mail in mails)),
        mails_waiting=sum(mail.count() for mail in mails),
        needs_attention=Submission.objects.filter(state=State.NEEDS_ATTENTION).count(),
    )


def first_due(states: Iterable[State], now: datetime) -> dict[str, Subquery]:
    """For a query of endpoints: when the first step in each of these states was due, by name of the state."""
    return {
        f"first_{state.value}": Subquery(
            Submission.objects.filter(endpoint=OuterRef("pk"), state=state, due_at__lte=now)
            .order_by("due_at")
            .values("due_at")[:1]
        )
        for state in states
    }


def _first_due(endpoints: QuerySet[Endpoint], states: Iterable[State], now: datetime) -> datetime | None:
    """One look into submission_due for each endpoint and state."""
    columns = first_due(states, now)
    return _earliest(moment for row in endpoints.values_list(*columns.values()) for moment in row)


def _kept_back(now: datetime) -> Q:
    """Endpoints that are away, or asked for a pause: what is due there waits for them and not for us."""
    away = Q(traffic__breaker__in=(Breaker.OPEN, Breaker.HALF_OPEN), traffic__breaker__isnull=False)
    paused = Q(traffic__paused_until__gt=now, traffic__paused_until__isnull=False)
    return away | paused


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _age(now: datetime, moment: datetime | None) -> int | None:
    return None if moment is None else max(0, int((now - moment) / timedelta(seconds=1)))
