"""What another place changes: who answers, what may be reported, whether what was chosen still may."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.models import Jurisdiction, Service
from reports.views.whereabouts import Whereabouts

MOST_BODIES: Final = 20  # that a question about a change may name


@dataclass(frozen=True, slots=True)
class Before:
    """How it was at the place before: ids of the bodies that answered, how many kinds of problem, what was chosen."""

    bodies: tuple[int, ...]
    kinds: int | None = None
    service: Service | None = None

    def as_dict(self) -> dict[str, Any]:
        """For a draft; without the service, of which its page speaks."""
        return {"bodies": list(self.bodies), "kinds": self.kinds}

    @classmethod
    def of_dict(cls, kept: Mapping[str, Any]) -> "Before":
        """From a draft."""
        return cls(tuple(kept.get("bodies", ())), kept.get("kinds"))


def before(here: Whereabouts, service: Service | None = None) -> Before:
    """How it is here, to be held against another place."""
    return Before(tuple(body.pk for body in here.answering), len(here.services), service)


def sentences(was: Before, here: Whereabouts) -> list[str]:
    """What is different at this place, in whole sentences; none where nothing is."""
    now = {body.pk for body in here.answering}
    came = [body.name for body in here.answering if body.pk not in was.bodies]
    left = _names(pk for pk in was.bodies if pk not in now)
    found = _who(came, left) if was.bodies else []
    if was.service is not None and was.service.pk not in {service.pk for service in here.services}:
        words = _("“%(service)s” cannot be reported at this place. You will be asked again what the problem is.")
        found.append(words % {"service": was.service.shown_name})
    number = len(here.services)
    if here.covered and was.kinds is not None and was.kinds != number:
        words = ngettext(
            "%(count)d kind of problem can be reported here. Before, the number was %(before)d.",
            "%(count)d kinds of problem can be reported here. Before, the number was %(before)d.",
            number,
        )
        found.append(words % {"count": number, "before": was.kinds})
    return found


def _who(came: list[str], left: list[str]) -> list[str]:
    names = {"came": ", ".join(came), "left": ", ".join(left)}
    if came and left:
        return [_("Who answers has changed: %(came)s, and no longer %(left)s.") % names]
    if came:
        return [_("Who answers has changed: %(came)s answers here too.") % names]
    return [_("Who answers has changed: no longer %(left)s.") % names] if left else []


def _names(keys: Iterable[int]) -> list[str]:
    keys = list(keys)[:MOST_BODIES]
    names = dict(Jurisdiction.objects.filter(pk__in=keys).values_list("pk", "name"))
    return [names[pk] for pk in keys if pk in names]
