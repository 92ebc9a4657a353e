"""Still there: people who saw it, each counted once, with the dates of the first and the last."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Count, Max

from reports import clock
from reports.delivery import mirror, nearby
from reports.models import Mark, MirroredRequest, ServiceRequest, Sighting

AGAIN: Final = timedelta(days=1)  # what the same person says sooner than this moves no date


class NotOpen(Exception):
    """It has ended meanwhile, or is not public any more: nobody can say of it that it is still there."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How many people said so, and when the last of them did; None where nobody has."""

    people: int
    last_at: datetime | None


def see(target: ServiceRequest | MirroredRequest, person: Mark) -> bool:
    """Write down that this person saw it; True for somebody who had not said so before.

    NotOpen, and nothing is written, where it has ended, is hidden, held, private, or was taken away.
    """
    with transaction.atomic():
        if not _lock(target):
            raise NotOpen
        return _count(target, person)


def seen(target: ServiceRequest | MirroredRequest) -> Seen:
    """What people said of it."""
    found = target.sightings.aggregate(people=Count("pk"), last_at=Max("last_at"))
    return Seen(found["people"], found["last_at"])


def said_by(target: ServiceRequest | MirroredRequest, person: Mark) -> bool:
    """Whether this person has said so."""
    return target.sightings.filter(person__in=person.forms).exists()


def is_open(target: ServiceRequest | MirroredRequest) -> bool:
    """Whether anybody may say of it that it is still there."""
    if isinstance(target, MirroredRequest):
        return mirror.shown().filter(pk=target.pk, status="open").exists()
    return nearby.open_to_all(ServiceRequest.objects.filter(pk=target.pk)).exists()


def _lock(target: ServiceRequest | MirroredRequest) -> bool:
    """Hold it against being taken away at the same moment; False where it is not open."""
    list(type(target)._default_manager.select_for_update().filter(pk=target.pk).values_list("pk"))
    return is_open(target)


def _count(target: ServiceRequest | MirroredRequest, person: Mark) -> bool:
    now = clock.now()
    of = {"mirrored" if isinstance(target, MirroredRequest) else "service_request": target}
    row = target.sightings.filter(person__in=person.forms).first()
    if row is None:
        try:
            with transaction.atomic():
                _row, new = Sighting.objects.get_or_create(
                    **of, person=person, defaults={"first_at": now, "last_at": now}
                )
        except IntegrityError:  # the same person at the same moment
            return False
        return new
    if now - row.last_at >= AGAIN:
        Sighting.objects.filter(pk=row.pk).update(last_at=now)
    return False
