"""The page on which somebody says what they want to watch. Works without JavaScript, and without an account."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reports.browsing import filters, index, occurring
from reports.browsing.filters import Circle, Filter
from reports.browsing.index import Index
from reports.forms import watch as forms
from reports.forms.location import chosen_since, hit_value
from reports.forms.watch import WatchForm
from reports.geo import geocoding, routing
from reports.geo.coordinates import parse_coordinates
from reports.geo.geocoding import GeocodedPlace
from reports.models import Jurisdiction
from reports.participation import watching
from reports.views import protection, signed_in
from reports.views.watch import posts

PAGE: Final = "watch/make.html"
PURPOSE: Final = "watch"
MOST_BYTES: Final = forms.LARGEST_FILE + 2_500_000  # the file, and the form beside it
OFFERED: Final = 12
LONGEST: Final = 200  # characters of a suggestion in the address
SEVERAL: Final = ("districts", "services")
SENT: Final = "sent"


@csrf_exempt  # the page sets no cookie; `protection` stands in for the token
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """GET takes suggestions: `body` (slug), `lat`, `long` and `metres`, `q` (words), `service` (name).

    A post makes the area at once for an account with a confirmed address, and owes everybody else a mail with a link.
    413 for one that is too large, 403 for another site's, 429 for too many.
    """
    if request.method != "POST":
        return _show(request, _suggested(request.GET), sent=SENT in request.GET)
    refused = posts.refuse_unread(request, MOST_BYTES)
    if refused is not None:
        return refused
    refusal = protection.refuse_step(request, PURPOSE)
    if refusal is not None:
        return _show(request, _typed(request), refusal)
    if "show_districts" in request.POST:
        return _show(request, _typed(request))
    query = request.POST.get("q", "").strip()[:LONGEST]
    if query and _asks_for(query, request.POST):
        return _search(request, query)
    form = _form(request, request.POST)
    return _make(request, form) if form.is_valid() else _show(request, form)


def _make(request: HttpRequest, form: WatchForm) -> HttpResponse:
    account = posts.account_of(request)
    if account is not None and "email" not in request.POST:
        try:
            subscription = watching.begin(form.area(), form.wish(account.email), account, form.parts)
        except watching.TooMany:
            form.add_error(None, too_many())
            return _show(request, form)
        return redirect("watch:area", subscription.area.key)
    refusal = protection.refuse_rate(request, "confirmation")
    if refusal is not None:
        return _show(request, form, refusal)
    watching.ask(form.area(), form.wish(form.cleaned_data["email"]), form.parts)
    return HttpResponseRedirect(f"{request.path}?{SENT}=1")


def too_many() -> str:
    """Why an address may not watch one more area."""
    words = _("You watch %(count)d areas, which is the most. End one of them by the link in its mails.")
    return words % {"count": settings.WATCH_AREAS_MOST}


def _asks_for(query: str, data: Mapping[str, str]) -> bool:
    """Whether the address is to be looked up first: nobody has chosen a point for it yet."""
    if data.get("where") != forms.CIRCLE:
        return False
    return "search" in data or (query != data.get("searched") and not chosen_since(data))


def _search(request: HttpRequest, query: str) -> HttpResponse:
    refusal = protection.refuse_lookup(request)
    if refusal is not None:
        return _show(request, _typed(request), refusal)
    point = parse_coordinates(query)
    if point is not None:
        return _show(request, _typed(request, lat=str(point[0]), long=str(point[1]), q=""))
    try:
        hits = geocoding.search(query, locale=get_language() or "en")
    except geocoding.GeocodingUnavailable:
        return _show(request, _typed(request), note=_("The address search does not answer just now."))
    if not hits:
        return _show(request, _typed(request), note=_("No place was found for “%(query)s”.") % {"query": query})
    if len(hits) > 1:
        return _show(request, _typed(request, hits, lat="", long=""))
    coordinates, _bar, address = hit_value(hits[0]).partition("|")
    lat, long = coordinates.split(", ")
    return _show(request, _typed(request, lat=lat, long=long, address_string=address, address_at=coordinates))


def _form(request: HttpRequest, data: QueryDict) -> WatchForm:
    own = posts.account_of(request) is not None and "email" not in data
    if data.get("districts_of") != data.get("body"):  # they were shown for another body than is chosen now
        data = data.copy()
        data.setlist("districts", [])
    return WatchForm(data, request.FILES, own_address=own, hits=_shown_hits(data), **_of_place(data))


def _typed(request: HttpRequest, hits: Sequence[GeocodedPlace] = (), **changed: str) -> WatchForm:
    """What was typed, unjudged, to be gone on with."""
    data = request.POST
    initial: dict[str, Any] = {name: data.getlist(name) if name in SEVERAL else data[name] for name in data}
    shown = hits or _shown_hits(data)
    own = posts.account_of(request) is not None
    return WatchForm(initial={**initial, **changed}, own_address=own, hits=shown, **_of_place(data))


def _suggested(given: QueryDict) -> WatchForm:
    """What a link suggests; nobody is told of what it says that makes no sense, as it is only shown."""
    text = {name: given.get(name, "").replace("\0", "")[:LONGEST] for name in ("lat", "long", "metres", "q", "service")}
    place = _of_place(given)
    body = place["chosen_body"]
    where = forms.BODY if body and not text["lat"] else forms.CIRCLE
    known = [name for name in given.getlist("service") if name in place["offered"]]
    return WatchForm(
        initial={
            "where": where,
            "lat": text["lat"],
            "long": text["long"],
            "metres": text["metres"] or forms.USUAL_METRES,
            "words": text["q"][:100],
            "body": body.slug if body else "",
            "services": known,
            "how": "daily",
        },
        **place,
    )


def _of_place(data: QueryDict) -> dict[str, Any]:
    """The body whose districts are offered, and the services that are most frequent at the place, or anywhere; those
    that were asked for too, where there are reports of them."""
    slug = data.get("body", "").replace("\0", "")[:LONGEST]
    known = Jurisdiction.objects.filter(slug=slug, active=True, boundary__isnull=False).defer("boundary")
    body = known.first() if slug else None
    now = index.current()
    asked = [*data.getlist("services"), *data.getlist("service")][: forms.MOST_SERVICES]
    names = _frequent(now, data, body if data.get("where", forms.BODY) == forms.BODY else None)
    return {"chosen_body": body, "offered": list(dict.fromkeys([*names, *occurring.services(now, asked)]))}


def _frequent(now: Index, data: QueryDict, body: Jurisdiction | None) -> list[str]:
    try:
        lat, long = routing.checked(float(data.get("lat", "")), float(data.get("long", "")))
        metres = float(data.get("metres") or forms.USUAL_METRES)
    except ValueError:
        return occurring.names(now, "service", body.pk if body else None)[:OFFERED]
    if not math.isfinite(metres):
        metres = forms.USUAL_METRES
    near = Circle(lat, long, min(max(metres, 2000), forms.MOST_METRES))
    found = filters.matching(Filter(circle=near), now)
    counts = np.bincount(found.index.service[found.positions], minlength=1)
    names = [found.index.services.texts[each] for each in np.argsort(-counts, kind="stable") if counts[each]]
    return [name for name in names if name][:OFFERED] or occurring.names(now, "service")[:OFFERED]


def _shown_hits(data: QueryDict) -> list[GeocodedPlace]:
    """The list of hits as it was shown, so that a page which comes back with an error still has it."""
    hits = []
    for value in data.getlist("shown_hit")[:10]:
        coordinates, _bar, address = value.partition("|")
        point = parse_coordinates(coordinates)
        if point is not None and address:
            hits.append(GeocodedPlace(lat=point[0], long=point[1], address_string=address, raw={}))
    return hits


def _show(
    request: HttpRequest,
    form: WatchForm,
    refusal: protection.Refusal | None = None,
    note: str = "",
    *,
    sent: bool = False,
) -> HttpResponse:
    address = signed_in.address_of(request)
    if address and not form.is_bound:
        form.fields.pop("email", None)
    source = request.POST if request.method == "POST" else {}
    context = {
        "form": form,
        "sent": sent,
        "address": address,
        "refusal": refusal,
        "search_note": note,
        "searched": source.get("q", "")[:LONGEST] if form.hits or note or source.get("searched") else "",
        "kept": {name: form.initial.get(name) or source.get(name, "") for name in ("address_string", "address_at")},
        "form_key": protection.form_key(PURPOSE),
        "honeypot": protection.HONEYPOT,
        "drawing": drawing_words(),
    }
    response = render(request, PAGE, context, status=refusal.status if refusal else 200)
    patch_cache_control(response, private=True, no_cache=True)
    if refusal and refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def drawing_words() -> dict[str, str]:
    """What the tools for drawing say, in the page's language."""
    return {
        "polygon": _("Draw an area"),
        "start": _("Tap the first corner."),
        "continue": _("Tap the next corner."),
        "end": _("Tap the first corner again to finish."),
        "crosses": _("The outline must not cross itself."),
        "finish": _("Finish"),
        "undo": _("Take the last corner away"),
        "cancel": _("Cancel"),
        "save": _("Keep"),
        "clear": _("Take all away"),
        "edit": _("Move corners"),
        "remove": _("Take an area away"),
        "moving": _("Drag the corners, then press Keep."),
        "removing": _("Tap the area that is to go, then press Keep."),
        "nothing": _("Nothing is drawn yet."),
    }
