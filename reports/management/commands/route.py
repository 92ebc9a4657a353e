"""`manage.py route LAT LONG`: who answers for a point, most local first, and why."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Q

from reports.geo import routing
from reports.geo.coordinates import looks_swapped
from reports.models import Endpoint


class Command(BaseCommand):
    """JSON on stdout; CommandError where the coordinates are none, or look swapped."""

    help = "Print as JSON the jurisdictions that answer for a point (WGS84), most local first, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        """Texts and not floats, so that what is wrong with them can be said here."""
        parser.add_argument("lat", metavar="LAT", help="degrees north, such as 41.88")
        parser.add_argument("long", metavar="LONG", help="degrees east, such as -87.63")

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
        self.stdout.write(json.dumps(_answer(*point), indent=2, ensure_ascii=False))


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


def _described(answering: routing.Answering) -> dict[str, Any]:
    jurisdiction = answering.jurisdiction
    shown = Q(services__override__isnull=True) | Q(services__override__hidden=False)
    offered = Count("services", filter=Q(services__suspended=False) & shown)
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
