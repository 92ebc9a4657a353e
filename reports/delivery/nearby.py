"""What was reported already close to a place and about the same thing: a hint before somebody reports it once more."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from reports.browsing.filters import Circle, Filter, matching
from reports.delivery import mirror
from reports.delivery.statuses import OVER
from reports.geo.around import metres_between
from reports.geo.rules import fold
from reports.models import (
    Jurisdiction,
    Media,
    MirroredRequest,
    PlaceMeant,
    PublicStatus,
    Service,
    ServiceRequest,
    Sighting,
)

METRES: Final = 250  # where no volunteer has said otherwise for the service
MOST: Final = 5
LOOKED_AT: Final = 500  # rows of the neighbourhood, the newest


@dataclass(frozen=True, slots=True)
class Near:
    """A request close by: one of ours or a mirrored one, how many metres off, and how many say that it is still there.

    `photo` is the first of ours.
    """

    metres: float
    service_request: ServiceRequest | None = None
    mirrored: MirroredRequest | None = None
    photo: Media | None = None
    seen_by: int = field(default=0)

    @property
    def key(self) -> str:
        """What it is called in forms and in a draft."""
        return f"r{self.service_request.pk}" if self.service_request else f"m{self._theirs.pk}"

    @property
    def name(self) -> str:
        """What it is about: the service under which it was filed."""
        if self.service_request:
            return self.service_request.shown_name
        return self._theirs.service_name or self._theirs.service_code or self._theirs.service_request_id

    @property
    def language(self) -> str:
        """The language of `name`."""
        return self.service_request.name_language if self.service_request else self.body.language

    @property
    def address(self) -> str:
        """Where it is, in words; may be empty."""
        return (self.service_request or self._theirs).address_string

    @property
    def filed_at(self) -> datetime | None:
        """When it was filed; None where the body does not say."""
        return (self.service_request or self._theirs).requested_datetime

    @property
    def body(self) -> Jurisdiction:
        """Who handles it."""
        if self.service_request:
            return self.service_request.jurisdiction
        return self._theirs.endpoint.jurisdiction

    @property
    def status(self) -> PublicStatus:
        """How far it has got; of a mirrored one that is open it is known only that the body has it."""
        return self.service_request.shown_status if self.service_request else PublicStatus.ACCEPTED

    @property
    def _theirs(self) -> MirroredRequest:
        if self.mirrored is None:
            raise LookupError("neither a request of ours nor a mirrored one")
        return self.mirrored


def reach(service: Service) -> int:
    """Within how many metres something counts as perhaps the same; 0 where it is never looked for."""
    said: int | None = getattr(getattr(service, "override", None), "duplicate_metres", None)
    return METRES if said is None else said


def near(place: Mapping[str, Any], service: Service, most: int | None = None) -> list[Near]:
    """The open public requests of the same service or group round a draft's place, nearest first; not only MOST, but
    `most` of them where that is given.

    Names are compared without case and accents, so that another body's service of the same name counts. A place that
    is known by words alone has no neighbourhood. ValueError for coordinates that are none.
    """
    metres = reach(service)
    if not metres or place.get("place_meant") == PlaceMeant.WORDS:
        return []
    at = (float(place["lat"]), float(place["long"]))
    theirs = mirror.near(*at, metres)  # which says whether it is a place
    found = [*_ours(at, metres, service, most), *_mirrored(theirs, service)]
    return sorted(found, key=lambda each: (each.metres, each.key))[:most]


def candidates(place: Mapping[str, Any], service: Service) -> list[Near]:
    """The nearest MOST of these, with their first photo and how many say that they are still there."""
    shown = near(place, service, MOST)
    ours = [each.service_request.pk for each in shown if each.service_request]
    theirs = [each.mirrored.pk for each in shown if each.mirrored]
    photos = _first_photos(ours)
    counts = _counts(ours, "service_request"), _counts(theirs, "mirrored")
    return [_with_details(each, photos, *counts) for each in shown]


def open_to_all(rows: QuerySet[ServiceRequest]) -> QuerySet[ServiceRequest]:
    """Those of these requests that anybody may see and that have not ended."""
    shown = rows.filter(hidden=False, private=False, taken_away_at=None, held_at=None)
    return shown.exclude(status__in=OVER).exclude(verdict=PublicStatus.CONFIRMED)


def _ours(at: tuple[float, float], metres: float, service: Service, most: int | None) -> list[Near]:
    """The nearest `most`. Only these are read whole: at a busy spot there are hundreds of others."""
    around = matching(Filter(circle=Circle(*at, metres), state="open")).keys(count=LOOKED_AT)
    rows = open_to_all(ServiceRequest.objects.filter(pk__in=around)).exclude(place_meant=PlaceMeant.WORDS).order_by()
    names, groups = _names(service), _groups(service)
    same = {
        pk: metres_between(*at, lat, long)
        for pk, lat, long, of, name, group in rows.values_list(
            "pk", "lat", "long", "service_id", "service_name", "group"
        )
        if of == service.pk or fold(name.strip()) in names or fold(group.strip()) in groups
    }
    nearest = sorted((far, f"r{pk}", pk) for pk, far in same.items() if far <= metres)[:most]
    whole = ServiceRequest.objects.filter(pk__in=[pk for _far, _key, pk in nearest])
    whole = whole.select_related("jurisdiction", "service__override").order_by()
    whole = whole.defer("jurisdiction__boundary", "attributes", "description", "service__definition")
    return [Near(same[row.pk], service_request=row) for row in whole]


def _mirrored(neighbours: Iterable[mirror.Neighbour], service: Service) -> list[Near]:
    neighbours = list(neighbours)
    names, groups = _names(service), _groups(service)
    known = _groups_of_codes(neighbours) if groups else {}
    found = []
    for each in neighbours:
        row = each.mirrored
        code = (row.endpoint_id, row.service_code)
        same = code == (service.endpoint_id, service.service_code) or fold(row.service_name.strip()) in names
        if same or known.get(code) in groups:
            found.append(Near(each.metres, mirrored=row))
    return found


def _groups_of_codes(neighbours: Iterable[mirror.Neighbour]) -> dict[tuple[int, str], str]:
    """The folded group of each mirrored service, which mirrored rows do not say themselves."""
    rows = [each.mirrored for each in neighbours]
    codes, endpoints = {row.service_code for row in rows} - {""}, {row.endpoint_id for row in rows}
    if not codes:
        return {}
    services = Service.objects.filter(endpoint__in=endpoints, service_code__in=codes).select_related("override")
    return {(each.endpoint_id, each.service_code): fold(each.group_on_record.strip()) for each in services}


def _names(service: Service) -> set[str]:
    return {fold(name.strip()) for name in (service.service_name, service.name_on_record)} - {""}


def _groups(service: Service) -> set[str]:
    return {fold(group.strip()) for group in (service.group, service.group_on_record)} - {""}


def _first_photos(requests: list[int]) -> dict[int, Media]:
    found: dict[int, Media] = {}
    if requests:
        for photo in Media.objects.filter(service_request__in=requests).exclude(file="").order_by("position", "pk"):
            found.setdefault(photo.service_request_id or 0, photo)
    return found


def _counts(keys: list[int], of: str) -> Counter[int]:
    return Counter(Sighting.objects.filter(**{f"{of}__in": keys}).values_list(of, flat=True)) if keys else Counter()


def _with_details(each: Near, photos: dict[int, Media], ours: Counter[int], theirs: Counter[int]) -> Near:
    if each.service_request:
        pk = each.service_request.pk
        return Near(each.metres, each.service_request, photo=photos.get(pk), seen_by=ours[pk])
    return Near(each.metres, mirrored=each.mirrored, seen_by=theirs[each.mirrored.pk] if each.mirrored else 0)
