"""Dates as cities write them, to aware datetimes in UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Final

from reports.dialects.formats.coerce import text

_NUMERIC = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"(?:(?:[Tt]|\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,12}))?)?)?"
    r"\s*(?P<zone>[Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?|(?<=\d)\s\d{2}:\d{2})?"
)
# Seen at SeeClickFix 0.1, which has five forms in one API (its recordings, 2010), and in HTTP's own dates.
_WORDED: Final = (
    "%m/%d/%Y at %I:%M%p",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%a %b %d %H:%M:%S UTC %Y",
    "%a %b %d %H:%M:%S %z %Y",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%a, %d %b %Y %H:%M:%S %z",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
)


def moment(value: Any, zone: tzinfo, *, utc_is_local: bool = False) -> datetime | None:
    """An aware datetime in UTC, or None. A date that names no zone is in `zone`, the endpoint's; a date without a time
    is its midnight. With `utc_is_local` one that is labelled as UTC is in `zone` too: Boston labels so since its system
    was changed in 2025. Years outside 1900 to 2200 mean "unknown" (0001-01-01 and 9999-12-31 are other systems' null).
    """
    written = text(value)
    try:
        found = _epoch(written)
        if not found:
            found = _numeric(written, zone) or _worded(written, zone)
            if utc_is_local and found and found.utcoffset() == timedelta(0):
                found = found.replace(tzinfo=zone)
        return found.astimezone(UTC) if found and 1900 <= found.year <= 2200 else None
    except (ValueError, OverflowError, OSError):
        return None


def with_offset(early: datetime, zone: tzinfo) -> datetime:
    """The moment that a city meant who took the offset of `zone` off it once too often: Zaragoza's dates are an hour
    early in winter and two in summer (measured in 2026)."""
    near = early + (early.astimezone(zone).utcoffset() or timedelta(0))
    return early + (near.astimezone(zone).utcoffset() or timedelta(0))


def _epoch(written: str) -> datetime | None:
    """Seconds or milliseconds since 1970; eight digits are a date and not a moment of 1970."""
    if not re.fullmatch(r"\d{9,10}|\d{12,13}", written):
        return None
    return datetime.fromtimestamp(int(written) / (1000 if len(written) > 10 else 1), UTC)


def _numeric(written: str, zone: tzinfo) -> datetime | None:
    found = _NUMERIC.fullmatch(written)
    if not found:
        return None
    part = found.groupdict()
    fraction = int((part["fraction"] or "0").ljust(6, "0")[:6])
    return datetime(
        int(part["year"]),
        int(part["month"]),
        int(part["day"]),
        int(part["hour"] or 0),
        int(part["minute"] or 0),
        min(int(part["second"] or 0), 59),  # a leap second
        fraction,
        tzinfo=_offset(part["zone"], zone),
    )


def _offset(written: str | None, zone: tzinfo) -> tzinfo:
    """The written offset. "2013-05-02T11:02:07 03:00" is a "+" that was read as a space on its way."""
    if written is None:
        return zone
    if written.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    digits = re.sub(r"\D", "", written).ljust(4, "0")
    sign = -1 if written.startswith("-") else 1
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def _worded(written: str, zone: tzinfo) -> datetime | None:
    if not 8 <= len(written) <= 40:
        return None
    for form in _WORDED:
        try:
            found = datetime.strptime(written, form)
        except ValueError:
            continue
        if found.tzinfo is not None:
            return found
        return found.replace(tzinfo=UTC if "UTC" in form or "GMT" in form else zone)
    return None
