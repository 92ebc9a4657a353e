"""Under which terms each body's data may be used: a licence and an attribution of each of its systems."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from reports.models import Endpoint
from reports.views.feeds.texts import line

_IN_ONE_QUERY: Final = 500


@dataclass(frozen=True, slots=True)
class Terms:
    """What a body says of the use of its data. `licence` says so where none is stated."""

    body: str
    licence: str
    attribution: str

    def __str__(self) -> str:
        return f"{self.body}: {', '.join(part for part in (self.attribution, self.licence) if part)}"


def of(bodies: Iterable[int]) -> dict[int, Terms]:
    """The terms of every system of these bodies, by the key of the system, in the order of the bodies' names."""
    keys = list(bodies)
    found = Endpoint.objects.order_by("jurisdiction__name", "pk")
    if len(keys) <= _IN_ONE_QUERY:
        found = found.filter(jurisdiction__in=keys)
    rows = found.values_list("pk", "jurisdiction__name", "licence", "attribution")
    none = _("no licence stated")
    return {pk: Terms(line(body), line(licence) or none, line(attribution)) for pk, body, licence, attribution in rows}
