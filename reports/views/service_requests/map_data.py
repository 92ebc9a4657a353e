"""What the map of reports asks whenever it has moved: the reports in view, gathered, and the newest in words."""

import hashlib
import json
import math
from dataclasses import replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from reports.browsing.clusters import DEEPEST, Cluster, clusters
from reports.browsing.filters import Box, Filter, Matches, matching, rows
from reports.forms.filters import FilterForm
from reports.views.service_requests.browse import on_the_map
from reports.views.service_requests.listing import PAGE, feature, properties

SECONDS: Final = 30  # for which a cache may repeat the answer
WORLD: Final = Box(-180.0, -90.0, 180.0, 90.0)


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """GeoJSON of what a map shows in `bbox` (west,south,east,north) at `zoom`, under the filters of the address.

    A feature is one report, or several in one place: then it has `count`, `open`, a `label`, and a `bbox` round them;
    `listed` where going nearer is of no use. At most 500. Beside them `total`, a `note` to be shown, and in `rows` the
    newest 25 of all in view, which `list_url` leads on from. 400 with an `error` for a bad box or zoom.
    """
    form = FilterForm(request.GET)
    try:
        zoom = _zoom(request.GET.get("zoom"))
        _check_box(request, form)
    except ValueError as error:
        return JsonResponse({"error": str(error)}, status=400)
    wanted = replace(on_the_map(form), pointed=True)
    matches = matching(wanted)
    found = clusters(matches, wanted.box or matches.bounds() or WORLD, zoom)
    asked = form.asked()
    asked.setdefault("ended", "recent")
    body = json.dumps(
        {
            "type": "FeatureCollection",
            **_told(found, matches),
            "total": len(matches),
            "capped": matches.capped,
            "note": _note(matches, wanted),
            "list_url": f"{reverse('service_requests:list')}?{urlencode(asked)}",
        },
        separators=(",", ":"),
    ).encode()
    return _cacheable(request, body)


def _cacheable(request: HttpRequest, body: bytes) -> HttpResponse:
    etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    response = HttpResponse(body, content_type="application/geo+json", headers={"ETag": etag})
    patch_cache_control(response, public=True, max_age=SECONDS)
    answer: HttpResponse = get_conditional_response(request, etag=etag, response=response) or response
    return answer


def _zoom(text: str | None) -> int:
    try:
        zoom = DEEPEST if text is None else int(text)
    except ValueError:
        zoom = -1
    if not 0 <= zoom <= DEEPEST:
        raise ValueError(_("zoom takes a whole number from 0 to %(most)d.") % {"most": DEEPEST})
    return zoom


def _check_box(request: HttpRequest, form: FilterForm) -> None:
    if "bbox" in form.errors:
        raise ValueError(str(form.errors["bbox"][0]))
    if "bbox" in request.GET and not form.wanted().box:
        raise ValueError(_("bbox takes four numbers: west, south, east, north."))


def _told(found: list[Cluster], matches: Matches) -> dict[str, Any]:
    """The features, and the rows for the list: one query for both."""
    newest = matches.keys(count=PAGE)
    single = [cluster.key for cluster in found if cluster.key is not None]
    by_key = {row.pk: row for row in rows([*newest, *single])}
    features = []
    for cluster in found:
        if cluster.key is None:
            features.append(_several(cluster))
        elif cluster.key in by_key:
            features.append(feature(by_key[cluster.key]))
    return {"features": features, "rows": [properties(by_key[key]) for key in newest if key in by_key]}


def _several(cluster: Cluster) -> dict[str, Any]:
    words = {"count": number_format(cluster.count, force_grouping=True)}
    words["open"] = number_format(cluster.open, force_grouping=True)
    label = ngettext(
        "%(count)s report, %(open)s of them open", "%(count)s reports, %(open)s of them open", cluster.count
    )
    way = _("Show them.") if cluster.listed else _("Zoom in.")
    return {
        "type": "Feature",
        "id": cluster.name,
        "bbox": _outward(cluster.box),
        "geometry": {"type": "Point", "coordinates": [round(cluster.long, 6), round(cluster.lat, 6)]},
        "properties": {
            "count": cluster.count,
            "open": cluster.open,
            "listed": cluster.listed,
            "label": f"{label % words}. {way}",
        },
    }


def _outward(box: Box) -> list[float]:
    """The box in degrees with six decimals, and never a smaller one."""
    low = (math.floor(side * 1e6) / 1e6 for side in (box.west, box.south))
    high = (math.ceil(side * 1e6) / 1e6 for side in (box.east, box.north))
    return [*low, *high]


def _note(matches: Matches, wanted: Filter) -> str:
    total = len(matches)
    if not total and wanted.box and not len(matching(replace(wanted, box=None))):
        return _("No report fits. Use fewer words, or take a filter away.")
    if not total:
        return _("No reports in this part of the map. Move it or zoom out.")
    count = number_format(total, force_grouping=True)
    if matches.capped:
        return _("At least %(count)s reports in this part of the map") % {"count": count}
    words = ngettext("%(count)s report in this part of the map", "%(count)s reports in this part of the map", total)
    return words % {"count": count}
