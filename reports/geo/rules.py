"""Routing among bodies: which services stand in for which, by the rules that volunteers wrote (`RoutingRule`).

Rules only ever move a report to a service that exists and is offered. One whose target offers nothing that matches
has no effect, so that nothing becomes unreportable by a rule.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from reports.models import RoutingRule, RuleKind, Service

LONGEST_CHAIN = 5  # bodies that a report is passed on through; more is a mistake, and the last one keeps it


@dataclass(frozen=True, slots=True)
class Redirect:
    """A service that is not offered, the rule that says so, and the services that stand in for it."""

    service: Service
    rule: RoutingRule
    to: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class NoEffect:
    """A service that a rule is about and that is offered all the same, and why in plain words."""

    service: Service
    rule: RoutingRule
    why: str


@dataclass(slots=True)
class Outcome:
    """What may be reported once the rules are applied, each service once, and what they did."""

    services: list[Service] = field(default_factory=list)
    redirected: list[Redirect] = field(default_factory=list)
    without_effect: list[NoEffect] = field(default_factory=list)


def active_rules() -> list[RoutingRule]:
    """Every rule in force, of bodies that are in use."""
    rules = RoutingRule.objects.filter(active=True, jurisdiction__active=True, to__active=True)
    return list(rules.select_related("to").defer("to__boundary").order_by("pk"))


def targets(rules: Iterable[RoutingRule], bodies: Collection[int]) -> set[int]:
    """The bodies beyond `bodies` to which their services may be passed on, directly or through others."""
    leads = defaultdict(set)
    for rule in rules:
        if rule.kind == RuleKind.DELEGATED:
            leads[rule.jurisdiction_id].add(rule.to_id)
    found, last = set(bodies), set(bodies)
    for _step in range(LONGEST_CHAIN):
        last = {to for body in last for to in leads[body]} - found
        found |= last
    return found - set(bodies)


def is_about(words: str, service: Service) -> bool:
    """Whether one of the words (commas between) is the service's code, or stands in what the city and we call it."""
    return bool(_matching(words, service))


def fold(text: str) -> str:
    """Lower case, and letters without their accents, so that “arbol” finds “Árbol”."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _matching(words: str, service: Service) -> set[str]:
    """Those of the words."""
    override = getattr(service, "override", None)
    keywords = [*service.keywords, *(override.keywords if override else ())]
    texts = [service.service_name, service.name_on_record, service.group, service.group_on_record, *map(str, keywords)]
    hay = fold("\n".join(texts))
    wanted = [word.strip() for word in words.split(",") if word.strip()]
    return {word for word in wanted if word == service.service_code or fold(word) in hay}


def _counterparts(rule: RoutingRule, service: Service, others: Iterable[Service]) -> list[Service]:
    """The others that match by the same words as the service; any of the rule's where it matched by its code, which
    means nothing to another body. So one rule about signals and potholes does not make signals of potholes."""
    words = _matching(rule.words, service)
    found = [other for other in others if _matching(rule.words, other) & words]
    if found or service.service_code not in words:
        return found
    return [other for other in others if _matching(rule.words, other)]


def apply(services: Sequence[Service], rules: Sequence[RoutingRule], here: Collection[int]) -> Outcome:
    """Apply the rules where the bodies `here` (ids) answer; `services` are theirs and those of the rules' targets."""
    work = _Work(services, rules, here)
    offered: dict[int, Service] = {}
    for service in services:
        if service.endpoint.jurisdiction_id in here:
            for final in work.final(service, ()):
                offered.setdefault(final.pk, final)
    work.outcome.services = list(offered.values())
    return work.outcome


class _Work:
    def __init__(self, services: Sequence[Service], rules: Sequence[RoutingRule], here: Collection[int]) -> None:
        self.here = here
        self.outcome = Outcome()
        self.told: set[tuple[type, int, int]] = set()
        self.finals: dict[tuple[int, tuple[int, ...]], list[Service]] = {}
        self.rules: dict[int, list[RoutingRule]] = defaultdict(list)
        self.services: dict[int, list[Service]] = defaultdict(list)
        for rule in rules:
            self.rules[rule.jurisdiction_id].append(rule)
        for service in services:
            self.services[service.endpoint.jurisdiction_id].append(service)

    def final(self, service: Service, way: tuple[int, ...]) -> list[Service]:
        """Where a service leads in the end: itself, or what stands in for it. `way` is the bodies passed already."""
        if (service.pk, way) not in self.finals:
            self.finals[service.pk, way] = self._final(service, way)
        return self.finals[service.pk, way]

    def _final(self, service: Service, way: tuple[int, ...]) -> list[Service]:
        body = service.endpoint.jurisdiction_id
        for rule in self.rules[body]:
            if not is_about(rule.words, service):
                continue
            found = self._follow(rule, service, (*way, body))
            if found:
                return found
        return [service]

    def _follow(self, rule: RoutingRule, service: Service, way: tuple[int, ...]) -> list[Service]:
        """What stands in for the service by this rule; nothing where the rule has no effect."""
        if rule.kind == RuleKind.PREFERRED and rule.to_id not in self.here:
            return []  # the other body does not answer here, which is how most places are
        found = _counterparts(rule, service, self.services[rule.to_id])
        if rule.to_id in way:
            why = _("%(body)s passes it back.")
        elif len(way) > LONGEST_CHAIN:
            why = _("It has been passed on too often; %(body)s would be one more.")
        elif not found:
            why = _("%(body)s offers nothing that matches.")
        else:
            return self._stand_in(rule, service, found, way)
        self._tell(NoEffect(service, rule, why % {"body": rule.to.name}))
        return []

    def _stand_in(
        self, rule: RoutingRule, service: Service, found: Sequence[Service], way: tuple[int, ...]
    ) -> list[Service]:
        finals = {final.pk: final for each in found for final in self.final(each, way)}
        for each in found:
            if each.pk in finals and not each.routed_because:
                each.routed_because = rule.reason or _("%(body)s deals with this here.") % {"body": rule.to.name}
        self._tell(Redirect(service, rule, tuple(finals.values())))
        return list(finals.values())

    def _tell(self, what: Redirect | NoEffect) -> None:
        """Once for each service and rule, by whatever ways it was come to."""
        key = (type(what), what.service.pk, what.rule.pk)
        if key in self.told:
            return
        self.told.add(key)
        if isinstance(what, Redirect):
            self.outcome.redirected.append(what)
        else:
            self.outcome.without_effect.append(what)


def problems(rule: RoutingRule) -> list[str]:
    """What keeps a rule from having an effect as things stand, in sentences for a volunteer; empty where it works."""
    found = []
    names = {"body": rule.jurisdiction.name, "to": rule.to.name}
    if not _offers(rule, rule.jurisdiction_id):
        found.append(_("%(body)s offers nothing that matches these words now."))
    if not _offers(rule, rule.to_id):
        found.append(_("%(to)s offers nothing that matches these words now, so the services stay with %(body)s."))
    others = [each for each in active_rules() if each.pk != rule.pk]
    if rule.jurisdiction_id in _leads_to(others, rule.to_id):
        found.append(_("By other rules %(to)s passes reports on to %(body)s again; what would go round stays."))
    return [each % names for each in found]


def _offers(rule: RoutingRule, body: int) -> bool:
    offered = Service.objects.filter(endpoint__jurisdiction=body, endpoint__active=True, suspended=False, active=True)
    rows = offered.exclude(override__hidden=True).select_related("override")
    return any(is_about(rule.words, service) for service in rows)


def _leads_to(rules: Iterable[RoutingRule], body: int) -> set[int]:
    """Every body that a report to `body` may be passed on to, by rules of either kind."""
    leads = defaultdict(set)
    for rule in rules:
        leads[rule.jurisdiction_id].add(rule.to_id)
    found: set[int] = set()
    last = {body}
    while last:
        last = {to for each in last for to in leads[each]} - found
        found |= last
    return found
