"""SeeClickFix's API 0.1: lists everywhere, Rails's XML, dates in five forms (DIALECTS section 13, source 000).

The shapes are those of public recordings from 2010 and 2011. Composed, for want of a record: the form of errors
(that of Rails 2), what a `select_values` holds that is not empty (names with commas), the dates of changes.
"""

import re
from typing import Any

from reports.sandbox.cities import City
from reports.sandbox.clock import parse_moment
from reports.sandbox.faults import magic_after, magic_before, magic_words
from reports.sandbox.seeclickfix.account import DALY_CITY, request_types
from reports.sandbox.seeclickfix.errors import number_of
from reports.sandbox.seeclickfix.v01_forms import (
    Refused,
    comment_problems,
    filing_of,
    issue_problems,
    locale_of,
    read_fields,
    say,
)
from reports.sandbox.seeclickfix.v01_lists import found, found_watchers
from reports.sandbox.seeclickfix.v01_rows import (
    comment_rows,
    created_comment,
    created_issue,
    details_row,
    question_row,
    type_row,
)
from reports.sandbox.seeclickfix.v01_xml import encode
from reports.sandbox.state import StoredRequest
from reports.sandbox.storing import store_filing
from reports.sandbox.system import System
from reports.sandbox.wire import Answer, Request

CITIES = (
    City(
        key="daly-city",
        name="City of Daly City (SeeClickFix API 0.1)",
        base="scf01/api/0.1",
        jurisdiction_id="dalycity.org",
        speaks="seeclickfix_v01",
        time_zone="America/Los_Angeles",
        number_ids=True,
        first_serial=108_600,
        api_keys=("daly-city-key",),
    ),
)
VERSIONS = ("0.1", "0")  # none at all means the latest, which is 0.1
FORMATS = ("json", "xml")
_VERSION = re.compile(r"\d+(\.\d+)?")


class SeeClickFixV01(System):
    """Answers for one city's neighbourhood. Reading takes no key, writing does."""

    organization = DALY_CITY

    def below(self, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        *root, _version = self.city.base.split("/")
        if segments[: len(root)] != tuple(root):
            return None
        rest = segments[len(root) :]
        if rest and _VERSION.fullmatch(rest[0]):
            return rest[1:] if rest[0] in VERSIONS else ("no such version",)
        return rest

    def operation(self, method: str, rest: tuple[str, ...]) -> str:
        name = rest[-1].partition(".")[0] if rest else "none"
        if method == "POST" and name == "issues":
            return "post"
        named = {"issues": "requests", "comments": "comments", "request_type_questions": "definition"}
        named |= {"at": "services", "service_list": "services", "list": "discovery"}
        return named.get(name, "requests" if rest[:1] == ("issues",) else "none")

    def answer(self, request: Request, rest: tuple[str, ...], *, key_revoked: bool = False) -> Answer:
        stem, dot, extension = (rest[-1] if rest else "").rpartition(".")
        path = (*rest[:-1], stem if dot else extension)
        # The extension decides, then the Accept header; XML is what is left.
        accepted = "json" if "json" in request.headers.get("accept", "") else "xml"
        format_ = extension if dot else accepted
        if format_ not in FORMATS:
            return Answer(406, b" ")
        try:
            if request.method == "POST":
                self._check_key(request, key_revoked=key_revoked)
                return self._write(request, path, format_)
            if request.method not in ("GET", "HEAD"):
                return Answer(405, b" ")
            return self._read(request, path, format_)
        except Refused as refused:
            return encode("errors", "error", refused.pairs, format_, refused.status)

    def _check_key(self, request: Request, *, key_revoked: bool) -> None:
        api_key = request.arg("api_key")
        if not api_key or key_revoked or not self.city.accepts_key(api_key):
            word = "invalid" if api_key else "blank"
            raise Refused(401, ("api_key", say(locale_of(request), word)))

    def _read(self, request: Request, path: tuple[str, ...], format_: str) -> Answer:
        now = self.store.clock.now()
        match path:
            case ("issues",):
                return encode("issues", "issue", found(self, request), format_)
            case ("issues", number):
                return encode("issues", "issue", [details_row(self.city, self._held(number), now)], format_)
            case ("issues", number, "comments"):
                return encode("comments", "comment", comment_rows(self.city, self._held(number), now), format_)
            case ("request_types", "at") | ("service_list",):
                return encode("request-types", "request-type", self._types(request), format_)
            case ("request_types", code, "request_type_questions"):
                return encode("request-type-questions", "request-type-question", self._questions(code), format_)
            case ("watchers", "list"):
                return encode("watchers", "watcher", found_watchers(self.organization, request), format_)
        raise Refused(404)

    def _write(self, request: Request, path: tuple[str, ...], format_: str) -> Answer:
        match path:
            case ("issues",):
                return self._create(request, format_)
            case ("issues", number, "comments"):
                return self._comment(request, self._held(number), format_)
        raise Refused(404)

    def _held(self, number: str) -> StoredRequest:
        for stored in self.store.requests(self.city.key):
            if stored.service_request_id == number:
                return stored
        raise Refused(404)

    def _types(self, request: Request) -> list[dict[str, Any]]:
        lat, lng = number_of(request.arg("lat"), 90), number_of(request.arg("lng"), 180)
        if lat is None or lng is None or not self.organization.area.holds(lat, lng):
            return []
        offered = enumerate(request_types(self.city.key).values(), 1)
        return [type_row(offer, position, self.organization.name) for position, offer in offered]

    def _questions(self, code: str) -> list[dict[str, Any]]:
        asked = request_types(self.city.key).get(code)
        if asked is None:
            raise Refused(404)
        return [question_row(question, position) for position, question in enumerate(asked.questions, 1)]

    def _create(self, request: Request, format_: str) -> Answer:
        fields = read_fields(request, "issue")
        filing = filing_of(fields)
        tries = self.store.note_post(self.city.key, filing.fingerprint)
        locale = locale_of(request)
        words = magic_words(f"{fields.single.get('summary', '')} {filing.description}")
        early = magic_before(words, tries)
        if early:
            return early
        types = request_types(self.city.key)
        wrong = issue_problems(fields, types, self.organization, locale)
        known = any(stored.fingerprint == filing.fingerprint for stored in self.store.requests(self.city.key))
        if "SANDBOX-REFUSE" in words:
            wrong.append(("base", say(locale, "refused")))
        if wrong or ("SANDBOX-DUPLICATE" in words and known):
            raise Refused(422, *(wrong or [("base", say(locale, "duplicate"))]))
        service = self.city.services[filing.service_code]
        more: dict[str, Any] = {"locale": locale, "reporter_display": fields.single.get("reporter_display") or None}
        more["summary"] = fields.single["summary"]
        more["typed"] = bool(fields.single.get("request_type_id"))
        stored = store_filing(self.city, self.store, filing, service, words, more=more, photos=fields.photos)
        if "SANDBOX-DUPLICATE" in words:
            raise Refused(422, ("base", say(locale, "duplicate")))
        row = created_issue(self.city, stored, self.store.clock.now())
        answer = encode("issues", "issue", [row], format_, 201)
        return magic_after(words, answer, self.timing)

    def _comment(self, request: Request, stored: StoredRequest, format_: str) -> Answer:
        fields, locale = read_fields(request, "comment"), locale_of(request)
        wrong = comment_problems(fields, locale)
        if wrong:
            raise Refused(422, *wrong)
        name = fields.single.get("name", "")
        made = self.store.add_comment(self.city.key, stored.service_request_id, fields.single["comment"], name)
        if fields.photos:
            kept = [
                *stored.more.get("comment_images", ()),
                *(photo | {"comment": made["id"]} for photo in fields.photos),
            ]
            self.store.change(self.city.key, stored.service_request_id, comment_images=kept)
        row = created_comment(stored, made, fields.single, locale, parse_moment(made["at"]))
        return encode("comments", "comment", [row], format_, 201)
