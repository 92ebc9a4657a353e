"""What a sync changed, kept for volunteers, with the overrides and the unfinished reports that it touches."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from reports import clock
from reports.delivery.service_rows import Difference
from reports.models import CatalogueChange, Draft, Endpoint, Service

TOUCHING: Final = ("changed", "recoded", "missing", "suspended", "returned")
STATES: Final = ("missing", "without_definition", "list_was_short")  # the same again is nothing new
SHOWN: Final = 50
KEPT: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Touched:
    """Services with a volunteer's words over them, and how many reports are being written about the changed ones."""

    overrides: tuple[Service, ...]
    drafts: int


def record(endpoint: Endpoint, difference: Difference) -> CatalogueChange | None:
    """Keep a difference where it says anything that the last one did not; a city's bad day is told once.

    What is older than a year goes then.
    """
    found = difference.as_dict()
    found.pop("postponed")  # comes next time by itself
    if not any(found.values()):
        return None
    last = CatalogueChange.objects.filter(endpoint=endpoint).first()
    happened = any(value for name, value in found.items() if name not in STATES)
    if last is not None and not happened and all(last.difference.get(name) == found[name] for name in STATES):
        return None
    CatalogueChange.objects.filter(endpoint=endpoint, recorded_at__lt=clock.now() - KEPT).delete()
    return CatalogueChange.objects.create(endpoint=endpoint, difference=found)


def touched(change: CatalogueChange) -> Touched:
    """What of ours stands on the services that the change is about, as it is now."""
    codes = {code for name in TOUCHING for code in change.difference.get(name) or ()}
    services = Service.objects.filter(endpoint=change.endpoint_id, service_code__in=codes)
    overridden = services.filter(override__isnull=False).select_related("override")[:SHOWN]
    keys = list(services.values_list("pk", flat=True))
    drafts = Draft.objects.filter(service_request=None, answers__service__service__in=keys).count() if keys else 0
    return Touched(tuple(overridden), drafts)
