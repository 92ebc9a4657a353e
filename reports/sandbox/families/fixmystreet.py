"""A British council that mySociety's adapter speaks for: GeoReport v2, and updates that go both ways.

Source: DIALECTS section 18.
"""

from typing import Any

from reports.sandbox import work
from reports.sandbox.cities import City, Service
from reports.sandbox.clock import parse_moment
from reports.sandbox.encoding import encode
from reports.sandbox.filing import Filing
from reports.sandbox.georeport_v2 import GeoReportV2
from reports.sandbox.posting import Posting
from reports.sandbox.refusals import CityError, check_jurisdiction, check_key
from reports.sandbox.request_rows import local
from reports.sandbox.state import CLERK, StoredRequest
from reports.sandbox.storing import store_filing, uploaded
from reports.sandbox.wire import Answer, Request

CITIES = (
    City(
        key="merton",
        name="London Borough of Merton",
        base="merton/open311/v2",
        jurisdiction_id="merton",
        speaks="fixmystreet",
        time_zone="Europe/London",
        type="batch",
        id_form="{serial}",
        first_serial=740_200,
        api_keys=("merton-key",),
        contact="Merton Council, Civic Centre, London Road, Morden. 020 8545 3080.",
        changeset="2026-03-02T11:00:00+00:00",
    ),
)
UPDATES = ("servicerequestupdates",)
WINDOW_NAMES = ("start_date", "end_date")
POSTED_STATES = frozenset(
    {
        "OPEN", "CLOSED", "FIXED", "IN_PROGRESS", "ACTION_SCHEDULED", "INVESTIGATING", "DUPLICATE",
        "NOT_COUNCILS_RESPONSIBILITY", "NO_FURTHER_ACTION", "INTERNAL_REFERRAL", "FOR_TRIAGE", "CANCELLED", "REOPEN",
        "UNCHANGED",
    }
)  # fmt: skip
OPENING_STATES = frozenset({"OPEN", "REOPEN"})
# What the council calls the steps of its work, in the small letters that reading knows no rule against.
STATES = {
    "opened": "open",
    "assigned": "investigating",
    "scheduled": "action_scheduled",
    "inspected": "in_progress",
    "delayed": "action_scheduled",
    "closed": "fixed",
    "duplicate": "duplicate",
    "cancelled": "no_further_action",
    "reopened": "open",
}


class FixMyStreetPosting(Posting):
    """Several photographs by URL or as uploads, and answers that the sender's own machine gives."""

    def problems(self, service: Service, filing: Filing, request: Request) -> list[str]:
        """An attribute that is filled in by machine may be required too, though nobody is asked."""
        unasked = (each for each in service.definition if each.get("automated") and not each["variable"])
        missing = [
            f"{each['code']} required" for each in unasked if each["required"] and each["code"] not in filing.attributes
        ]
        return super().problems(service, filing, request) + missing

    def keep(self, filing: Filing, service: Service, words: list[str], request: Request) -> StoredRequest:
        links = [url.strip() for url in request.form.get("media_url", []) if url.strip()]
        photos = [uploaded(file) for file in request.files if file.field.startswith("photo")]
        more = {"media_urls": links} if links else {}
        return store_filing(self.city, self.store, filing, service, words, photos=photos, more=more)


class FixMyStreetCouncil(GeoReportV2):
    """Answers for one council."""

    posting = FixMyStreetPosting

    def operation(self, method: str, rest: tuple[str, ...]) -> str:
        """Writing an update is a comment, reading them the updates."""
        if rest and rest[0].partition(".")[0] == UPDATES[0]:
            return "comments" if method == "POST" else "updates"
        return super().operation(method, rest)

    def resource(self, request: Request, path: tuple[str, ...], format_: str) -> Answer:
        if path != UPDATES:
            return super().resource(request, path, format_)
        if request.method not in ("GET", "HEAD", "POST"):
            raise CityError(405, f"{request.method} is not allowed here")
        check_key(self.city, request)
        check_jurisdiction(self.city, request)
        rows = [self._take_update(request)] if request.method == "POST" else self._updates(request)
        return encode("service_request_updates", rows, format_)

    def service_row(self, service: Service, request: Request) -> dict[str, Any]:
        return super().service_row(service, request) | {"groups": service.more["groups"]}

    def _updates(self, request: Request) -> list[dict[str, Any]]:
        """The council's updates of a window, oldest first. Raises CityError 400 for a bad date."""
        try:
            start, end = (parse_moment(text) if (text := request.arg(name)) else None for name in WINDOW_NAMES)
        except ValueError as problem:
            raise CityError(400, str(problem)) from None
        rows = [update for stored in self.held() if self._numbered(stored) for update in self._updates_of(stored)]
        rows.sort(key=lambda row: parse_moment(row["updated_datetime"]))
        moments = [parse_moment(row["updated_datetime"]) for row in rows]
        return [
            row
            for row, at in zip(rows, moments, strict=True)
            if (start is None or start <= at) and (end is None or at <= end)
        ]

    def _updates_of(self, stored: StoredRequest) -> list[dict[str, Any]]:
        kind = self.city.services[stored.service_code].kind
        history = work.progress(self.city.key, kind, stored, self.store.clock.now()).history
        rows = [
            self._update(stored, str(number), local(self.city, step.at), _state(step), step.note)
            for number, step in enumerate(history)
            if step.event != "opened"
        ]
        for comment in stored.comments:
            if comment["by"] == CLERK:
                at = parse_moment(comment["at"])
                state = _state(next(step for step in reversed(history) if step.at <= at or step is history[0]))
                rows.append(self._update(stored, f"c{comment['id']}", local(self.city, at), state, comment["text"]))
        return rows

    def _update(self, stored: StoredRequest, number: str, at: str, state: str, text: str) -> dict[str, Any]:
        return {
            "update_id": f"{stored.service_request_id}_{number}",
            "service_request_id": stored.service_request_id,
            "status": state,
            "updated_datetime": at,
            "description": text,
            "media_url": "",
            "external_status_code": state[:3].upper(),
        }

    def _take_update(self, request: Request) -> dict[str, str]:
        """A resident's update, by way of the sender. Raises CityError 400 for what is missing or unknown."""
        needed = ("service_request_id", "update_id", "status", "updated_datetime", "description")
        missing = [f"{name} required" for name in needed if not request.arg(name)]
        if missing:
            raise CityError(400, *missing)
        if request.arg("status") not in POSTED_STATES:
            raise CityError(400, f"status is not known: {request.arg('status')}")
        try:
            parse_moment(request.arg("updated_datetime"))
        except ValueError as problem:
            raise CityError(400, f"updated_datetime is {problem}") from None
        stored = self.find(request.arg("service_request_id"))
        self._open_again(stored, request.arg("status"))
        name = " ".join(filter(None, (request.arg("first_name"), request.arg("last_name")))) or request.arg("email")
        comment = self.store.add_comment(
            self.city.key, stored.service_request_id, request.arg("description"), name or "resident"
        )
        links = [url.strip() for url in request.form.get("media_url", []) if url.strip()]
        if links:
            kept = [*stored.more.get("comment_images", ()), *({"url": url, "comment": comment["id"]} for url in links)]
            self.store.change(self.city.key, stored.service_request_id, comment_images=kept)
        return {"update_id": comment["id"]}

    def _open_again(self, stored: StoredRequest, word: str) -> None:
        """What the council had closed is open again where an update says so (DIALECTS section 18)."""
        kind = self.city.services[stored.service_code].kind
        step = work.progress(self.city.key, kind, stored, self.store.clock.now()).history[-1]
        if word in OPENING_STATES and step.status == "closed":
            self.store.write_status(self.city.key, stored.service_request_id, "open", "")

    def _numbered(self, stored: StoredRequest) -> bool:
        return work.token_ready(stored, self.store.clock.now())


def _state(step: work.Step) -> str:
    return STATES.get(step.event, step.status)
