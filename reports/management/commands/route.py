"""`manage.py route LAT LONG`: who answers for a point, most local first, what they take there, and why."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Q

from reports.geo import routing, rules
from reports.geo.coordinates import looks_swapped
from reports.models import Endpoint, RoutingRule, Service


class Command(BaseCommand):
    """JSON on stdout; CommandError where the coordinates are none, or look swapped."""

    help = "Print as JSON who answers for a point (WGS84), most local first, which services go where, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        """Texts and not floats, so that what is wrong with them can be said here."""
        parser.add_argument("lat", metavar="LAT", help="degrees north, such as 41.88")
        parser.add_argument("long", metavar="LONG", help="degrees east, such as -87.63")
        parser.add_argument(
            "--service", metavar="WORDS", default="", help="only services with this code or these words"
        )

    def handle(self, *args: Any, lat: str, long: str, **options: Any) -> None:
        """Answer for one point."""
        try:
            point = routing.checked(_number(lat), _number(long))
        except ValueError as error:
            raise CommandError(str(error)) from error
        if looks_swapped(*point):
            raise CommandError(
                f"Nobody answers for {lat}, {long}, but somebody does for {long}, {lat}: they look swapped."
            )
        answer = _answer(*point) | _services(*point, options["service"])
        self.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False))


def _number(text: str) -> float:
    try:
        return float(text)
    except (TypeError, ValueError) as error:
        raise ValueError(f"“{text}” is not a number of degrees, such as 41.88.") from error


def _answer(lat: float, long: float) -> dict[str, Any]:
    answering = routing.jurisdictions_at(lat, long)
    answer: dict[str, Any] = {
        "lat": lat,
        "long": long,
        "jurisdictions": [_described(each) for each in answering],
        "near_border": [_near(each) for each in routing.near_border(lat, long)],
    }
    if not answering:
        answer["nearest"] = [_near(each) for each in routing.nearest(lat, long)]
    return answer


def _services(lat: float, long: float, words: str) -> dict[str, Any]:
    """What may be reported there as it is known now (nobody is asked), and what routing rules did to it.

    What the bodies across a border near by take is offered to residents too, and stands apart here.
    """
    found = routing.offers_at(lat, long)
    across = [near.jurisdiction.pk for near in routing.near_border(lat, long)]
    here = {each.pk for each in found.services}
    theirs = [each for each in routing.services_at(lat, long, also=across) if each.pk not in here] if across else []
    return {
        "services": [_service(each) for each in found.services if _is_meant(each, words)],
        "across_the_border": [_service(each) for each in theirs if _is_meant(each, words)],
        "redirected": [
            {"service": _service(each.service), "rule": _rule(each.rule), "to": [_service(to) for to in each.to]}
            for each in found.redirected
            if _is_meant(each.service, words)
        ],
        "rules_without_effect": [
            {"service": _service(each.service), "rule": _rule(each.rule), "why": each.why}
            for each in found.without_effect
            if _is_meant(each.service, words)
        ],
    }


def _is_meant(service: Service, words: str) -> bool:
    return not words.strip() or rules.is_about(words, service)


def _service(service: Service) -> dict[str, Any]:
    shown = {
        "service_code": service.service_code,
        "service_name": service.shown_name,
        "group": service.shown_group,
        "jurisdiction": service.endpoint.jurisdiction.slug,
        "endpoint": str(service.endpoint),
    }
    return shown | ({"because": service.routed_because} if service.routed_because else {})


def _rule(rule: RoutingRule) -> dict[str, Any]:
    return {"id": rule.pk, "words": rule.words, "kind": rule.kind, "to": rule.to.slug, "reason": rule.reason}


def _described(answering: routing.Answering) -> dict[str, Any]:
    jurisdiction = answering.jurisdiction
    shown = Q(services__override__isnull=True) | Q(services__override__hidden=False)
    offered = Count("services", filter=Q(services__suspended=False, services__active=True) & shown)
    endpoints = Endpoint.objects.filter(jurisdiction=jurisdiction).order_by("pk").annotate(offered=offered)
    return {
        "name": jurisdiction.name,
        "slug": jurisdiction.slug,
        "area_km2": round(jurisdiction.area, 3),
        "reason": answering.reason,
        "border_metres": round(answering.border_metres, 1),
        "endpoints": [
            {
                "label": endpoint.label,
                "dialect": endpoint.dialect,
                "environment": endpoint.environment,
                "active": endpoint.active,
                "services": endpoint.offered,
            }
            for endpoint in endpoints
        ],
    }


def _near(nearby: routing.Nearby) -> dict[str, Any]:
    return {"name": nearby.jurisdiction.name, "slug": nearby.jurisdiction.slug, "metres": round(nearby.metres, 1)}
