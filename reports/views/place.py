"""The first question, where it is: with a draft to change the place, without one to begin. A GET saves nothing."""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.forms.location import QUERY_MOST, LocationForm, chosen_since, hit_value
from reports.forms.service import find_service
from reports.geo import geocoding
from reports.geo.coordinates import parse_coordinates
from reports.geo.geocoding import GeocodedPlace
from reports.views import conditions, drafts, protection
from reports.views.flow import FlowView
from reports.views.whereabouts import Whereabouts, address_of, covered, look


class PlacePage(FlowView):
    """`/report/` and a draft's place. GET takes `q` (an address), `lat` and `long`, and `service` as suggestions."""

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
        return LocationForm(data, hits=_posted_hits(data))

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
        return "search" in data or (query != data.get("searched") and not chosen_since(data))

    def accept(self, form: LocationForm) -> HttpResponse:
        given = form.answer()
        here = look(given["lat"], given["long"])
        if not here.covered:
            return self._outside(form, here)
        if not given["address_string"]:
            given["address_string"] = address_of(given["lat"], given["long"])
        if self.has_draft:
            return self.save_and_go_on(given)
        self.draft = drafts.begin({"location": given, **self._wanted_service(here)})
        return self.to(conditions.next_page(self.draft.answers, self.page))

    def extra_context(self, form: LocationForm) -> dict[str, Any]:
        posted = self.request.method == "POST"
        source = self.request.POST if posted else self.request.GET
        return {
            "searched": source.get("searched" if posted else "q", "")[:QUERY_MOST],
            "wanted_service": source.get("service", "")[:QUERY_MOST],
            "here": self._here(form),
            "address": form["address_string"].value() or "",
            "swapped": self._swapped(form),
        }

    def _here(self, form: LocationForm) -> Whereabouts | None:
        if form.is_bound:
            return look(*form.point, ask=False) if form.is_valid() and form.point else None
        try:
            return look(float(form.initial["lat"]), float(form.initial["long"]), ask=False)
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
        if not place:
            return {name: self.request.GET.get(name, "") for name in ("q", "place_detail")}
        at = f"{place['lat']}, {place['long']}"
        chosen = "1" if place.get("place_meant") == "address" else ""
        return {**place, "q": self.request.GET.get("q", ""), "address_at": at, "chosen": chosen}

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
        near = self.answers.get("location")
        try:
            hits = geocoding.search(
                query, near=(near["lat"], near["long"]) if near else None, locale=get_language() or "en"
            )
        except geocoding.GeocodingUnavailable:
            return self.show(self.get_form(), search_note=_("The address search does not answer just now."))
        if not hits:
            return self.show(self.get_form(), search_note=_("No place was found for “%(query)s”.") % {"query": query})
        return self.show(self._form_of_hits(hits), hits=len(hits))

    def _form_of_hits(self, hits: Sequence[GeocodedPlace]) -> LocationForm:
        detail = self.request.GET.get("place_detail") or self._kept().get("place_detail", "")
        asked = {"q": self.request.GET["q"], "place_detail": detail}
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
        kept = {name: self.request.POST.get(name, "") for name in ("place_detail", "service")}
        asked = {name: value for name, value in {"q": query, **kept}.items() if value}
        return HttpResponseRedirect(f"{self.request.path}?{urlencode(asked)}")

    def _outside(self, form: LocationForm, here: Whereabouts) -> HttpResponse:
        again = urlencode({"lat": here.lat, "long": here.long, "place_detail": form.cleaned_data["place_detail"]})
        return self.render(
            "report/outside.html",
            {"form": form, "again_url": f"{self.request.path}?{again}", **self.extra_context(form)},
        )

    def _wanted_service(self, here: Whereabouts) -> dict[str, Any]:
        wanted = find_service(here.services, self.request.POST.get("service", ""))
        if wanted is None or wanted.stop_message:
            return {}
        return {"service": {"service": wanted.pk, "definition_hash": wanted.definition_hash}}


def _posted_hits(data: Any) -> list[GeocodedPlace]:
    """The list of hits as it was shown, so that a page which comes back with an error still has it."""
    hits = []
    for value in data.getlist("shown_hit")[:10]:
        coordinates, _bar, address = value.partition("|")
        point = parse_coordinates(coordinates)
        if point is not None and address:
            hits.append(GeocodedPlace(lat=point[0], long=point[1], address_string=address, raw={}))
    return hits
