"""How bodies are reached, and whether that works just now, in words for everybody.

No addresses of systems and no keys: what is shown here anybody may know.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports import clock
from reports.delivery import gate
from reports.dialects import registry
from reports.geo import routing
from reports.models import Breaker, Endpoint, Environment, Jurisdiction, Service


class Way(StrEnum):
    """How reports get to a body."""

    SYSTEM = "system"
    MAIL = "mail"
    READ = "read"
    NOBODY = "nobody"


class State(StrEnum):
    """How it goes. The values are icons' names."""

    WORKS = "success"
    SLOW = "warning"
    UNTRIED = "waiting"


IN_WORDS: Final[dict[Way, Promise]] = {
    Way.SYSTEM: gettext_lazy("Its own system, %(system)s"),
    Way.MAIL: gettext_lazy("E-mail"),
    Way.READ: gettext_lazy("Only read (%(system)s); it takes no reports from here"),
    Way.NOBODY: gettext_lazy("Not reached at present"),
}
IN_A_SENTENCE: Final[dict[Way, Promise]] = {
    Way.SYSTEM: gettext_lazy("Reports go straight into the system that the people there work with (%(system)s)."),
    Way.MAIL: gettext_lazy("Reports go there as e-mails. Whoever reads one can answer by a link in it."),
    Way.READ: gettext_lazy(
        "What it publishes is shown here. Its system takes no reports from others, so report there."
    ),
    Way.NOBODY: gettext_lazy("It cannot be reached from here at present."),
}


@dataclass(frozen=True, slots=True)
class System:
    """One way to a body, and how it goes."""

    way: Way
    name: str
    is_test: bool = False
    state: State = State.UNTRIED
    state_words: str = ""
    since: datetime | None = None
    last_success_at: datetime | None = None
    services: int | None = None

    @property
    def words(self) -> str:
        """How it is reached, as a line of a table."""
        return str(IN_WORDS[self.way]) % {"system": self.name}

    @property
    def sentence(self) -> str:
        """The same as a sentence."""
        return str(IN_A_SENTENCE[self.way]) % {"system": self.name}


NONE: Final = System(Way.NOBODY, "")


@dataclass(slots=True)
class Reach:
    """All ways to one body, those that take reports first."""

    systems: list[System] = field(default_factory=list)

    @property
    def best(self) -> System:
        """The way that a report would take; one of NOBODY where there is none."""
        return next(iter(self.systems), NONE)

    @property
    def takes_reports(self) -> bool:
        """Whether anything can be sent there."""
        return self.best.way in (Way.SYSTEM, Way.MAIL)

    @property
    def is_test(self) -> bool:
        """Whether what is sent there goes into a test system, where nobody mends what is reported."""
        return self.best.is_test

    def told(self) -> list[System]:
        """A row for each way, or one that says that there is none."""
        return self.systems or [NONE]


def reach(bodies: Iterable[Jurisdiction], *, services: bool = False) -> dict[int, Reach]:
    """How each of these bodies is reached, by key. One query; a second one where the services are to be counted."""
    bodies = list(bodies)
    rows = Endpoint.objects.filter(active=True, jurisdiction__in=bodies).select_related("traffic").order_by("pk")
    endpoints = list(rows.defer("options", "validators", "api_key_encrypted"))
    counts = _services(endpoints) if services else {}
    found = {body.pk: Reach() for body in bodies}
    now = clock.now()
    for endpoint in sorted(endpoints, key=_rank):
        number = counts.get(endpoint.pk, 0) if services else None
        found[endpoint.jurisdiction_id].systems.append(_system(endpoint, now, number))
    return found


def way_of(endpoint: Endpoint) -> Way:
    """How reports get to its body through this endpoint."""
    if endpoint.base_url.startswith("mailto:"):
        return Way.MAIL
    return Way.SYSTEM if routing.takes_filings(endpoint) else Way.READ


def _rank(endpoint: Endpoint) -> tuple[bool, bool, int]:
    return not routing.takes_filings(endpoint), endpoint.environment == Environment.TEST, endpoint.pk


def _services(endpoints: list[Endpoint]) -> dict[int, int]:
    rows = offered().filter(endpoint__in=endpoints).order_by()
    counted: Any = rows.values("endpoint").annotate(number=Count("pk"))
    return {row["endpoint"]: row["number"] for row in counted}


def offered() -> Any:
    """The services that bodies offer: neither suspended nor hidden, and taken now."""
    return Service.objects.filter(active=True, suspended=False).exclude(override__hidden=True)


def _system(endpoint: Endpoint, now: datetime, services: int | None) -> System:
    state, words, since = _state(endpoint, now)
    return System(
        way=way_of(endpoint),
        name=registry.name_of(endpoint.dialect),
        is_test=endpoint.environment == Environment.TEST,
        state=state,
        state_words=words,
        since=since,
        last_success_at=endpoint.last_success_at,
        services=services,
    )


def _state(endpoint: Endpoint, now: datetime) -> tuple[State, str, datetime | None]:
    row = getattr(endpoint, "traffic", None)
    if row is not None and gate.in_trouble(row, now):
        if row.breaker == Breaker.CLOSED:
            return State.SLOW, _("has asked us to wait a little"), None
        words = _("does not answer, since") if row.breaker == Breaker.OPEN else _("is slow, since")
        return State.SLOW, words if row.trouble_since else _("does not answer"), row.trouble_since
    last, failed = endpoint.last_success_at, endpoint.last_failure_at
    if last is None and failed is None:
        return State.UNTRIED, _("not called yet"), None
    if last is None or (failed is not None and failed > last):
        return State.SLOW, _("the last call failed"), failed
    return State.WORKS, _("works"), None
