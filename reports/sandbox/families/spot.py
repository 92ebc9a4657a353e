"""Connected Bits "Spot", as Austin runs it: keys that lift a rate limit, a token in every row, notes and photos.

Source: DIALECTS 4.1, 4.2 and 4.4; the addendum that Austin, San Francisco and Boston publish.
"""

from dataclasses import replace
from math import ceil
from typing import Any

from reports.sandbox import work
from reports.sandbox.cities import City, Service
from reports.sandbox.filing import Filing
from reports.sandbox.georeport_v2 import GeoReportV2
from reports.sandbox.posting import Posting
from reports.sandbox.refusals import CityError, given_key
from reports.sandbox.request_rows import local
from reports.sandbox.state import StoredRequest
from reports.sandbox.wire import Answer, Request

CITIES = (
    City(
        key="austin",
        name="City of Austin",
        base="austin/open311/v2",
        jurisdiction_id="austintexas.gov",
        speaks="austin",
        type="batch",
        id_form="{year:02d}-{serial:08d}",
        first_serial=214_300,
        api_keys=("austin-key",),
        takes_bearer=True,
        token_as_id=True,
        page_size=50,
        max_page_size=100,
        page_size_names=("per_page",),
        anonymous_limit=10,
        empty="omit",
        extensions=True,
        contact="Austin 3-1-1. Dial 3-1-1 or 512-974-2000. Powered by Connected Bits.",
        changeset="2026-01-20T10:15:00-06:00",
    ),
)
LIMIT_SECONDS = 60.0
NOTE_TYPES = {"opened": "opened", "closed": "closed", "duplicate": "closed", "cancelled": "closed"}
NOTE_TEXTS = {"opened": "Opened", "closed": "Closed"}


class SpotPosting(Posting):
    """As the standard's, but a service that is switched off takes nothing."""

    def problems(self, service: Service, filing: Filing, request: Request) -> list[str]:
        if not service.more.get("active", True):
            return ["Invalid service request: service is not active."]
        return super().problems(service, filing, request)


class Spot(GeoReportV2):
    """Answers for one Spot city. Callers without a key share one allowance: a caller has no name here."""

    posting = SpotPosting

    def resource(self, request: Request, path: tuple[str, ...], format_: str) -> Answer:
        wait = 0.0
        if not self.knows(request) and self.city.anonymous_limit:
            wait = self.store.note_call(self.city.key, self.city.anonymous_limit, LIMIT_SECONDS)
        if wait:
            refused = self.refuse(CityError(429, "Rate limit exceeded."), format_)
            return replace(refused, headers=(("Retry-After", str(ceil(wait))),))
        return super().resource(request, path, format_)

    def knows(self, request: Request) -> bool:
        return self.city.accepts_key(given_key(self.city, request))

    def tokens(self, asked: str, request: Request) -> list[dict[str, Any]]:
        if not self.knows(request):
            raise CityError(404, f"Token not found: {asked}")
        return super().tokens(asked, request)

    def by_ids(self, request: Request) -> list[StoredRequest] | None:
        token = request.arg("token")
        if token and not request.arg("service_request_id"):
            return [stored for stored in self.held() if stored.token == token]
        return super().by_ids(request)

    def passing(self, request: Request) -> list[StoredRequest]:
        """Newest first, but oldest first where a date is asked for (DIALECTS 4.1, reported for Austin)."""
        words = request.arg("q").casefold()
        found = [stored for stored in super().passing(request) if words in self._text(stored)]
        dated = any(request.arg(name) for name in ("start_date", "end_date", "updated_after", "updated_before"))
        return found[::-1] if dated else found

    def row(self, stored: StoredRequest, request: Request) -> dict[str, Any]:
        shown = self.plain_row(stored)
        if request.arg("extensions").lower() == "true":
            shown |= self.extension(stored)
        return shown

    def extension(self, stored: StoredRequest) -> dict[str, Any]:
        """The blocks that extensions=true adds, in the addendum's form."""
        answers = _answers(self.city.services[stored.service_code], stored)
        return {
            "attributes": answers,
            "details": {answer["label"]: answer["value"] for answer in answers},
            "extended_attributes": self.extended_attributes(stored),
            "notes": self._notes(stored),
        }

    def extended_attributes(self, stored: StoredRequest) -> dict[str, Any]:
        extended: dict[str, Any] = {"channel": "api"}
        if stored.lat is not None and stored.long is not None:  # state plane feet, more or less
            extended |= {"x": round((stored.long + 105) * 317_000, 3), "y": round(stored.lat * 332_500, 3)}
        if stored.media_url:
            photo = {"media_url": stored.media_url, "title": "Submitted", "created_at": self._received(stored)}
            extended["photos"] = [photo | {"width": 1024, "height": 768, "orientation": "landscape"}]
        return extended

    def _notes(self, stored: StoredRequest) -> list[dict[str, str]]:
        kind = self.city.services[stored.service_code].kind
        history = work.progress(self.city.key, kind, stored, self.store.clock.now()).history
        notes = [{"datetime": self._received(stored), "description": "Submitted via API", "type": "submitted"}]
        for step in history:
            type_ = NOTE_TYPES.get(step.event, "activity")
            text = step.note or NOTE_TEXTS.get(type_, step.event.capitalize())
            notes.append({"datetime": local(self.city, step.at), "description": text, "type": type_})
        return notes

    def _received(self, stored: StoredRequest) -> str:
        return local(self.city, work.received(stored))

    def _text(self, stored: StoredRequest) -> str:
        name = self.city.services[stored.service_code].name
        return f"{name} {stored.description} {stored.address_string}".casefold()


def _answers(service: Service, stored: StoredRequest) -> list[dict[str, str]]:
    """One entry for each answer: the question, the value as it is shown, and its key where it comes from a list."""
    questions = {attribute["code"]: attribute for attribute in service.definition}
    answers = []
    for code, values in stored.attributes.items():
        question = questions.get(code, {})
        names = {str(choice["key"]): choice["name"] for choice in question.get("values", ())}
        for value in values:
            answer = {"label": question.get("description", code), "name": code, "value": names.get(value, value)}
            answers.append(answer | ({"code": value} if value in names else {}))
    return answers
