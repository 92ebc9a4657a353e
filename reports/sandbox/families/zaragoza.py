"""Zaragoza: objects where a list is due, a window cut in silence, times that are an offset off, nothing to file with.

Source: DIALECTS section 20. The requests are there from the start (data/zaragoza_requests.json).
"""

from calendar import monthrange
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from reports.sandbox.cities import City
from reports.sandbox.clock import parse_moment
from reports.sandbox.families.seeding import seed
from reports.sandbox.georeport_v2 import GeoReportV2
from reports.sandbox.posting import Posting
from reports.sandbox.refusals import CityError
from reports.sandbox.request_rows import whole
from reports.sandbox.state import StoredRequest
from reports.sandbox.wire import Answer, Request

CITIES = (
    City(
        key="zaragoza",
        name="Ayuntamiento de Zaragoza",
        base="zaragoza/api/recurso/open311",
        jurisdiction_id="zaragoza.es",
        speaks="zaragoza",
        time_zone="Europe/Madrid",
        jurisdiction="ignored",
        formats=("json",),
        number_ids=True,
        first_serial=947_100,
        empty="omit",
        contact="Quejas y sugerencias, Ayuntamiento de Zaragoza. 010.",
        changeset="2026-01-30T10:00:00+01:00",
    ),
)
ROWS, MOST_ROWS = 50, 1000
MONTHS = 3
MOMENTS = ("requested_datetime", "updated_datetime", "expected_datetime")


class ZaragozaPosting(Posting):
    """Nobody here can file: a call has to be signed, and a key is no signature."""

    def check_access(self, request: Request) -> None:
        raise CityError(403, "HMAC signature and account_id required")


class Zaragoza(GeoReportV2):
    """Answers for Zaragoza."""

    posting = ZaragozaPosting

    def answer(self, request: Request, rest: tuple[str, ...], *, key_revoked: bool = False) -> Answer:
        """With an ETag that no If-None-Match is ever compared with."""
        seed(self.city, self.store)
        answer = super().answer(request, rest, key_revoked=key_revoked)
        return replace(answer, headers=(*answer.headers, ("ETag", f'"{len(answer.body):x}"')))

    def requests(self, request: Request, format_: str) -> Answer:
        found = self.passing(request)
        start, size = whole(request.arg("start")), min(whole(request.arg("rows")) or ROWS, MOST_ROWS)
        rows = [self.row(stored, request) for stored in found[start : start + size]]
        if not rows:
            return self.show("", {"totalCount": 0, "start": 0, "rows": 0}, format_)
        return self.show("service_requests", [_chosen(row, request.arg("fl")) for row in rows], format_)

    def passing(self, request: Request) -> list[StoredRequest]:
        """Newest first, or oldest with sort=requested_datetime asc. The window is judged by the times as shown."""
        try:
            first, last = self._window(request)
        except ValueError as problem:
            raise CityError(400, str(problem)) from None
        codes = {part.strip() for part in request.arg("service_code").split(",") if part.strip()}
        kept = []
        for stored in reversed(self.held()):
            row = self.plain_row(stored)
            if (
                first <= datetime.fromisoformat(row["requested_datetime"]) <= last
                and (not codes or stored.service_code in codes)
                and request.arg("status") in ("", row["status"])
            ):
                kept.append(stored)
        return kept[::-1] if request.arg("sort").endswith("asc") else kept

    def one_request(self, request_id: str, request: Request, format_: str) -> Answer:
        return self.show("request", self.row(self.find(request_id), request), format_)

    def plain_row(self, stored: StoredRequest) -> dict[str, Any]:
        shown = super().plain_row(stored)
        return shown | {name: _off(shown[name]) for name in MOMENTS if name in shown}

    def row(self, stored: StoredRequest, request: Request) -> dict[str, Any]:
        return self.plain_row(stored) | {"service_code": int(stored.service_code)}

    def _window(self, request: Request) -> tuple[datetime, datetime]:
        """What is asked for, but not more than three months from its start."""
        now = self.store.clock.now()
        last = parse_moment(request.arg("end_date")) if request.arg("end_date") else now
        if not request.arg("start_date"):
            return _months_later(last, -MONTHS), last
        first = parse_moment(request.arg("start_date"))
        return first, min(last, _months_later(first, MONTHS))


def _off(moment: str) -> str:
    """Labelled Z, and the offset taken off once more than is due: an hour early in winter, two in summer."""
    local = datetime.fromisoformat(moment)
    wrong = local.replace(tzinfo=None) - 2 * (local.utcoffset() or timedelta())
    return wrong.isoformat() + "Z"


def _months_later(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last_day = monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last_day))


def _chosen(row: dict[str, Any], fields: str) -> dict[str, Any]:
    """The fields of `fl`; of `lat,long` the server gives the first alone."""
    if not fields:
        return row
    names = ["lat"] if fields.replace(" ", "") == "lat,long" else [name.strip() for name in fields.split(",")]
    return {name: value for name, value in row.items() if name in names}
