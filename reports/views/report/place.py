"""The first question, where it is: with a draft to change the place, without one to begin. A GET saves nothing.

Five ways of equal rank: the address search, the map, the device, coordinates, and words alone.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.forms.location import QUERY_MOST, LocationForm, chosen_since, hit_value
from reports.forms.place_words import WORDS_MOST
from reports.forms.service import find_service
from reports.geo import geocoding, routing
from reports.geo.coordinates import parse_coordinates
from reports.geo.geocoding import GeocodedPlace
from reports.links import draft_key
from reports.models import Jurisdiction, PlaceMeant, Service
from reports.views import changes, conditions, drafts, protection
from reports.views.flow import FlowView
from reports.views.missing import MISSING, MissingPlaceForm
from reports.views.places import whole_number
from reports.views.whereabouts import Whereabouts, address_of, covered, look, look_at

TYPED = {"q": QUERY_MOST, "place_detail": 300, "body_name": 200, "words": WORDS_MOST}  # characters
KEPT = ("place_detail", "service", "jurisdiction", "body_name", "words")  # what a search takes along


class PlacePage(FlowView):
    """`/report/` and a draft's place.

    GET takes `q` (an address), `lat` and `long`, `service` and `jurisdiction` (a body's slug) as suggestions.
    """

    page: ClassVar = "place"
    template: ClassVar = "report/place.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        query = request.GET.get("q", "").strip()[:QUERY_MOST]
        if request.GET.get("lat") or request.GET.get("long"):
            return self._show_point(request.GET.dict())
        if not query:
            return self.show(self.get_form())
        point = parse_coordinates(query)
        if point is not None:
            return self._show_point({**request.GET.dict(), "lat": str(point[0]), "long": str(point[1])})
        return self._show_hits(query)

    def get_form(self, data: Any = None, files: Any = None) -> LocationForm:
        if data is None:
            return LocationForm(initial=self._kept())
        return LocationForm(data, hits=_posted_hits(data), in_words=self._meant_in_words())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        query = request.POST.get("q", "").strip()[:QUERY_MOST]
        refusal = protection.refuse_step(request, self.purpose)
        form = self.get_form(request.POST)
        if refusal is not None:
            return self.show(form, refusal)
        if query and self._asks_for(query):
            return self._search(query)
        if "search" in request.POST:
            return self.show(self._typed(), search_note=_("Write an address, a crossing or a landmark first."))
        if "swap" in request.POST:
            form = self._swapped_form(form)
        return self.accept(form) if form.is_valid() else self.show(form)

    def _asks_for(self, query: str) -> bool:
        """Continue searches too for what was typed and not searched yet, unless a point was chosen meanwhile."""
        data = self.request.POST
        if "by_words" in data:
            return False
        return "search" in data or (query != data.get("searched") and not chosen_since(data))

    def accept(self, form: LocationForm) -> HttpResponse:
        given = form.answer() | self._side()
        here = look_at(given)
        if here.side is None:
            given.pop("side", None)  # of a border that was near to another point
        if not here.covered:
            return self._outside(form, here)
        if here.want_a_point and not here.services:
            form.add_error("body_name", _needs_a_point(here.answering[0]))
            return self.show(form)
        if not given["address_string"]:
            given["address_string"] = address_of(given["lat"], given["long"])
        if self.preset:
            given["preset"] = self.preset.slug
        if self.has_draft:
            return self._change_place(given, here)
        wanted = find_service(here.services, self.request.POST.get("service", ""))
        stops = wanted is not None and bool(wanted.stop_message)
        self.draft = drafts.begin(
            {"location": given, **({} if stops else _chosen(wanted))}, account=protection.signed_in(self.request)
        )
        if wanted is not None and stops:
            return HttpResponseRedirect(f"{self.url('service')}?service={wanted.pk}")  # which says why it ends there
        return self.to(conditions.next_page(self.draft.answers, self.page))

    def _change_place(self, given: dict[str, Any], here: Whereabouts) -> HttpResponse:
        """Save it; where others answer there, the next page says so, once."""
        was = changes.before(look_at(self.answers["location"], ask=False))
        moved = bool(changes.sentences(was, here))
        response = self.save_and_go_on({**given, "before": was.as_dict()} if moved else given)
        if moved and isinstance(response, HttpResponseRedirect):
            return HttpResponseRedirect(f"{response.url}{'&' if '?' in response.url else '?'}moved=1")
        return response

    def _meant_in_words(self) -> bool:
        """Words count alone where their own button was pressed, or nothing else says where it is."""
        data = self.request.POST
        other = any(data.get(name, "").strip() for name in ("lat", "long", "hit"))
        return "by_words" in data or (bool(data.get("words", "").strip()) and not other)

    def _side(self) -> dict[str, Any]:
        side = whole_number(self.request.POST.get("side", ""))
        return {"side": side} if side is not None else {}

    @cached_property
    def preset(self) -> Jurisdiction | None:
        """The body at whose area the page begins, if a link named one."""
        slug = self._preset_slug
        if not slug:
            return None
        return Jurisdiction.objects.filter(slug=slug, active=True, boundary__isnull=False).defer("boundary").first()

    @property
    def _preset_slug(self) -> str:
        source = self.request.POST if self.request.method == "POST" else self.request.GET
        kept = (self.answers.get("location") or {}).get("preset", "")
        return str(source.get("jurisdiction", "") or kept).replace("\0", "").strip()[:100]

    def extra_context(self, form: LocationForm) -> dict[str, Any]:
        posted = self.request.method == "POST"
        source = self.request.POST if posted else self.request.GET
        return {
            "searched": source.get("searched" if posted else "q", "")[:QUERY_MOST],
            "wanted_service": source.get("service", "")[:QUERY_MOST],
            "here": self._here(form),
            "address": form["address_string"].value() or "",
            "swapped": self._swapped(form),
            **self._preset_context(),
        }

    def _preset_context(self) -> dict[str, Any]:
        inside = routing.point_inside(self.preset) if self.preset else None
        edges = routing.bounds(self.preset) if self.preset else None
        return {
            "preset": self.preset,
            "preset_unknown": "" if self.preset else self._preset_slug,
            "bounds": ",".join(f"{side:.5f}" for side in edges) if edges else "",
            "near": ",".join(f"{degrees:.4f}" for degrees in inside) if inside else "",
            "draft_key": draft_key(self.draft) if self.has_draft else "",
        }

    def _here(self, form: LocationForm) -> Whereabouts | None:
        if form.is_bound:
            if form.in_words or not form.is_valid() or not form.point:
                return None
            return look(*form.point, ask=False, side=self._side().get("side"))
        try:
            at = float(form.initial["lat"]), float(form.initial["long"])
            return look(*at, ask=False, side=form.initial.get("side"))
        except (KeyError, ValueError):
            return None

    @staticmethod
    def _swapped(form: LocationForm) -> tuple[float, float] | None:
        """Latitude and longitude the other way round, where only that is a place that somebody answers for."""
        if form.swapped is None or (form.point is not None and covered(*form.point)):
            return None
        return form.swapped if covered(*form.swapped) else None

    def _typed(self) -> LocationForm:
        """What was typed, unjudged."""
        return LocationForm(initial=self.request.POST.dict())

    def _swapped_form(self, form: LocationForm) -> LocationForm:
        """The same form with latitude and longitude the other way round, where that makes sense."""
        form.full_clean()
        if form.swapped is None:
            return form
        lat, long = (str(degrees) for degrees in form.swapped)
        return LocationForm({**self.request.POST.dict(), "lat": lat, "long": long, "hit": ""})

    def _kept(self) -> dict[str, Any]:
        place = self.answers.get("location")
        given = {name: self.request.GET.get(name, "")[:most] for name, most in TYPED.items()}
        if not place:
            return {**given, "body_name": given["body_name"] or (self.preset.slug if self.preset else "")}
        if place.get("place_meant") == PlaceMeant.WORDS:
            body = Jurisdiction.objects.filter(pk=place.get("body")).values_list("slug", flat=True).first() or ""
            kept = {"words": place.get("words", ""), "body_name": body, "place_detail": place.get("place_detail", "")}
            return {**given, **{name: given[name] or text for name, text in kept.items()}}
        at = f"{place['lat']}, {place['long']}"
        chosen = "1" if place.get("place_meant") == "address" else ""
        return {**given, **place, "q": given["q"], "address_at": at, "chosen": chosen}

    def _show_point(self, data: dict[str, str]) -> HttpResponse:
        """A point to be confirmed, with its address looked up where the geocoder answers."""
        data = {"place_detail": self._kept().get("place_detail", ""), **data, "hit": "", "chosen": ""}
        form = LocationForm(data)
        refusal = protection.refuse_lookup(self.request)
        if form.is_valid() and form.point and not refusal:
            lat, long = form.point
            known = {"address_string": address_of(lat, long), "address_at": f"{lat}, {long}"}
            form = LocationForm({**data, "lat": str(lat), "long": str(long), **known})
        return self.show(form, refusal)

    def _show_hits(self, query: str) -> HttpResponse:
        refusal = protection.refuse_lookup(self.request)
        if refusal is not None:
            return self.show(self.get_form(), refusal)
        try:
            hits = geocoding.search(query, near=self._search_near(), locale=get_language() or "en")
        except geocoding.GeocodingUnavailable:
            return self.show(self.get_form(), search_note=_("The address search does not answer just now."))
        if not hits:
            return self.show(self.get_form(), search_note=_("No place was found for “%(query)s”.") % {"query": query})
        return self.show(self._form_of_hits(hits), hits=len(hits))

    def _search_near(self) -> tuple[float, float] | None:
        """Where the search begins: at the draft's place, else in the area of the body that a link named."""
        place = self.answers.get("location")
        if place:
            return place["lat"], place["long"]
        return routing.point_inside(self.preset) if self.preset else None

    def _form_of_hits(self, hits: Sequence[GeocodedPlace]) -> LocationForm:
        kept = self._kept()
        typed = {name: self.request.GET.get(name, "")[:most] or kept.get(name, "") for name, most in TYPED.items()}
        asked = {**typed, "q": self.request.GET["q"]}
        if len(hits) > 1:
            return LocationForm(initial=asked, hits=hits)
        coordinates, _bar, address = hit_value(hits[0]).partition("|")
        lat, long = coordinates.split(", ")
        return LocationForm(
            initial={
                "lat": lat,
                "long": long,
                "address_string": address,
                "address_at": coordinates,
                "chosen": "1",
                **asked,
            }
        )

    def _search(self, query: str) -> HttpResponse:
        """Searching is asking anew by GET: it can be gone back to and shared, and keeps what was typed."""
        kept = {name: self.request.POST.get(name, "")[:WORDS_MOST] for name in KEPT}
        come_from = {"from": self.request.GET.get("from", "")}
        asked = {name: value for name, value in {"q": query, **kept, **come_from}.items() if value}
        return HttpResponseRedirect(f"{self.request.path}?{urlencode(asked)}")

    def _outside(self, form: LocationForm, here: Whereabouts) -> HttpResponse:
        again = {"lat": here.lat, "long": here.long, "place_detail": form.cleaned_data["place_detail"]}
        preset = {"jurisdiction": self.preset.slug} if self.preset else {}
        context = {
            **self.extra_context(form),
            "form": form,
            "here": here,
            "again_url": f"{self.request.path}?{urlencode(again | preset)}",
            "missing": MissingPlaceForm(initial={"lat": here.lat, "long": here.long}),
            "missing_form_key": protection.form_key(MISSING),
        }
        return self.render("report/outside.html", context)


def _chosen(wanted: Service | None) -> dict[str, Any]:
    """The answer that a link gave by naming a service; nothing where it named none that is offered here."""
    return {"service": {"service": wanted.pk, "definition_hash": wanted.questions_hash}} if wanted else {}


def _needs_a_point(body: Jurisdiction) -> str:
    if body.phone:
        words = _(
            "%(body)s takes no report without the exact point. Search for an address near by, use the map or give "
            "coordinates; or call %(phone)s."
        )
        return words % {"body": body.name, "phone": body.phone}
    words = _(
        "%(body)s takes no report without the exact point. Search for an address near by, use the map or give "
        "coordinates."
    )
    return words % {"body": body.name}


def _posted_hits(data: Any) -> list[GeocodedPlace]:
    """The list of hits as it was shown, so that a page which comes back with an error still has it."""
    hits = []
    for value in data.getlist("shown_hit")[:10]:
        coordinates, _bar, address = value.partition("|")
        point = parse_coordinates(coordinates)
        if point is not None and address:
            hits.append(GeocodedPlace(lat=point[0], long=point[1], address_string=address, raw={}))
    return hits
