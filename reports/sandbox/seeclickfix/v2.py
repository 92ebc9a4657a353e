"""SeeClickFix's API v2: geographic and public, with report forms, comments, changes of status (DIALECTS section 11).

JSON alone, a User-Agent always, no token to read, pages with metadata, and answers that are conditional on an ETag.
"""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from typing import Any, Literal

from reports.sandbox.cities import City
from reports.sandbox.seeclickfix.account import CAMBRIDGE, OTHER, Organization, RequestType, request_types
from reports.sandbox.seeclickfix.commenting import act, comment
from reports.sandbox.seeclickfix.errors import SeeClickFixError, point_of
from reports.sandbox.seeclickfix.lists import listing
from reports.sandbox.seeclickfix.posting import report
from reports.sandbox.seeclickfix.rows import Viewer, comments_of, issue_row, question_row, user_row
from reports.sandbox.state import StoredRequest
from reports.sandbox.system import System
from reports.sandbox.wire import Answer, Request, json_answer

KEYED_LIMIT = 600  # calls a minute with a token that is accepted; without one the city's `anonymous_limit`
WINDOW = 60.0  # seconds
TRANSITIONS = ("close", "open", "acknowledge")

CITIES = (
    City(
        key="cambridge",
        name="City of Cambridge (SeeClickFix API v2)",
        base="scf/api/v2",
        jurisdiction_id="cambridgema.gov",
        speaks="seeclickfix_v2",
        time_zone="America/New_York",
        number_ids=True,
        first_serial=16_204_300,
        api_keys=("cambridge-key", "cambridge-official-key"),
        anonymous_limit=20,
    ),
)


@dataclass(frozen=True)
class User:
    """Who a token belongs to. `role` is that in the organisation: none, or "internal" or "manager" (its members)."""

    id: int
    name: str
    role: Literal["", "internal", "manager"] = ""


USERS: Mapping[str, User] = {
    "sandbox-key": User(65_773, "Civic Reports"),
    "cambridge-key": User(65_801, "Ada Lane"),
    "cambridge-official-key": User(65_900, "Cambridge Public Works", "manager"),
}


class SeeClickFixV2(System):
    """Answers for one place's organisation and for the neighbours' own category."""

    organization: Organization = CAMBRIDGE
    users: Mapping[str, User] = USERS
    needs_member = False
    keyed_limit = KEYED_LIMIT

    def below(self, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        parts = tuple(self.city.base.split("/"))
        return segments[len(parts) :] if segments[: len(parts)] == parts else None

    def operation(self, method: str, rest: tuple[str, ...]) -> str:
        match rest:
            case ("issues",):
                return "post" if method == "POST" else "requests"
            case ("issues", "new"):
                return "services"
            case ("issues", _):
                return "requests"
            case ("issues", _, _):
                return "comments"
            case ("request_types", _):
                return "definition"
        return "none"

    def answer(self, request: Request, rest: tuple[str, ...], *, key_revoked: bool = False) -> Answer:
        user = None if key_revoked else self._user(request)
        try:
            self._guard(request, user)
            return _conditional(request, self._resource(request, rest, user))
        except SeeClickFixError as error:
            return error.answer()

    def base(self, request: Request) -> str:
        return f"{request.origin}/{self.city.base}"

    def viewer(self, request: Request, user: User | None) -> Viewer:
        """What of an issue this caller is shown. API v2 is public: what is private never is in it."""
        return Viewer(self.base(request), signed_in=user is not None, official=bool(user and user.role))

    def offered(self, request: Request, user: User | None) -> list[RequestType]:
        """The request types at the asked point; the neighbours' own category is everywhere."""
        inside = self.organization.area.holds(*point_of(request))
        types = request_types(self.city.key).values()
        return [offer for offer in types if offer.code == OTHER or (inside and not offer.internal)]

    def visible(self, stored: StoredRequest, user: User | None) -> bool:
        return not (stored.more.get("held") or stored.more.get("private"))

    def _user(self, request: Request) -> User | None:
        """Bearer, or HTTP Basic with the token for a password, as single-user clients once had it."""
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        token = credentials.strip()
        if scheme.lower() == "basic":
            try:
                token = b64decode(token, validate=True).decode().partition(":")[2]
            except ValueError:
                return None
        elif scheme.lower() != "bearer":
            return None
        return self.users.get(token) if self.city.accepts_key(token) else None

    def _guard(self, request: Request, user: User | None) -> None:
        documentation = f"{self.base(request)}/documentation"
        if not request.headers.get("user-agent"):
            message = "Request forbidden by administrative rules. Please send a User-Agent header."
            raise SeeClickFixError(403, {"message": message, "documentation_url": documentation})
        counted_for = f"{self.city.key}/{user.id if user else ''}"
        most = self.keyed_limit if user else self.city.anonymous_limit
        wait = self.store.note_call(counted_for, most, WINDOW) if most else 0.0
        if wait:
            body = {"message": "Too Many Requests", "documentation_url": documentation}
            raise SeeClickFixError(429, body, ("Retry-After", str(round(wait))))
        if user is None and (self.needs_member or request.method not in ("GET", "HEAD")):
            body = {"message": "Requires authentication", "documentation_url": documentation}
            raise SeeClickFixError(401, body, ("WWW-Authenticate", "Bearer"))

    def _resource(self, request: Request, rest: tuple[str, ...], user: User | None) -> Answer:
        if request.method == "POST":
            return self._write(request, rest, user)
        if request.method in ("GET", "HEAD"):
            return self._read(request, rest, user)
        raise SeeClickFixError(405)

    def _write(self, request: Request, rest: tuple[str, ...], user: User | None) -> Answer:
        match rest:
            case ("issues",):
                return report(self, request, user)
            case ("issues", number, "comments"):
                return comment(self, request, self.held(number, user), user)
            case ("issues", number, word) if word in TRANSITIONS:
                return act(self, request, self.held(number, user), word, user)
        raise SeeClickFixError(404)

    def _read(self, request: Request, rest: tuple[str, ...], user: User | None) -> Answer:
        match rest:
            case ("issues",):
                return json_answer(listing(self, request, user))
            case ("issues", "new"):
                return json_answer({"request_types": [self._offer(request, o) for o in self.offered(request, user)]})
            case ("issues", number):
                return self._issue(request, number, user)
            case ("issues", number, "comments"):
                viewer, now = self.viewer(request, user), self.store.clock.now()
                shown = comments_of(self.city, self.held(number, user), viewer, now)
                return json_answer({"comments": shown, "metadata": {}, "errors": {}})
            case ("request_types", code):
                return self._request_type(code, user)
            case ("profile",):
                return json_answer(user_row(user.id, user.name, official=bool(user.role)) if user else {"id": None})
        return self.further(request, rest, user)

    def further(self, request: Request, rest: tuple[str, ...], user: User | None) -> Answer:
        """What only some accounts have to read."""
        raise SeeClickFixError(404)

    def held(self, number: str, user: User | None) -> StoredRequest:
        for stored in self.store.requests(self.city.key):
            if stored.service_request_id == number and self.visible(stored, user):
                return stored
        raise SeeClickFixError(404)

    def _issue(self, request: Request, number: str, user: User | None) -> Answer:
        details = request.arg("details") == "true"
        stored = self.held(number, user)
        viewer = self.viewer(request, user)
        return json_answer(issue_row(self, stored, viewer, self.store.clock.now(), details=details))

    def _offer(self, request: Request, offer: RequestType) -> dict[str, Any]:
        """There is no id in it: only the address tells."""
        organization = None if offer.code == OTHER else self.organization.name
        url = f"{self.base(request)}/request_types/{offer.code}"
        return {"title": offer.title, "organization": organization, "url": url}

    def _request_type(self, code: str, user: User | None) -> Answer:
        found = request_types(self.city.key).get(code)
        if found is None or (found.internal and not (user and user.role)):
            raise SeeClickFixError(404)
        other = found.code == OTHER
        return json_answer(
            {
                "id": None if other else int(found.code),
                "title": found.title,
                "organization": "Community" if other else self.organization.name,
                "questions": [question_row(question) for question in found.questions],
            }
        )


def _conditional(request: Request, answer: Answer) -> Answer:
    """With an ETag on what was read, and 304 where the caller has it already. An issue also tells when it last
    changed."""
    if request.method not in ("GET", "HEAD") or answer.status != 200:
        return answer
    tag = f'W/"{blake2b(answer.body, digest_size=16).hexdigest()}"'
    headers = [("ETag", tag)]
    body = json.loads(answer.body)
    changed = None
    if isinstance(body, dict) and "updated_at" in body:
        changed = datetime.fromisoformat(body["updated_at"])
        headers.append(("Last-Modified", format_datetime(changed.astimezone(UTC), usegmt=True)))
    known = request.headers.get("if-none-match", "")
    fresh = tag in [part.strip() for part in known.split(",")]
    if not known and changed and request.headers.get("if-modified-since"):
        try:
            fresh = changed <= parsedate_to_datetime(request.headers["if-modified-since"])
        except (ValueError, TypeError):  # not a date, or one without a zone
            fresh = False
    if fresh:
        return Answer(304, b"", answer.content_type, tuple(headers))
    return Answer(200, answer.body, answer.content_type, tuple(headers))
