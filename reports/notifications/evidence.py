"""What looking in a body's list has shown of a report whose answer was lost, as lines to read."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def lines(evidence: Any) -> list[str]:
    """A line for each look, oldest first: when, what was seen, and what came into question. Times in the current zone.

    Looks in a row that showed the same are one line. An entry in a form that nobody foresaw stands there as it is.
    """
    entries = evidence if isinstance(evidence, list) else [evidence] if evidence else []
    told = [(_words(entry), _moment(entry)) for entry in entries]
    return list(_together([(words, moment) for words, moment in told if words]))


def _together(told: list[tuple[str, datetime | None]]) -> Iterator[str]:
    for words, same in groupby(told, key=lambda each: each[0]):
        moments = [moment for _words, moment in same]
        first, last = moments[0], moments[-1]
        if first is None or last is None:
            yield words
        elif len(moments) == 1:
            yield f"{_clock(first)}: {words}"
        else:
            times = ngettext("%(count)d time", "%(count)d times", len(moments)) % {"count": len(moments)}
            yield f"{_clock(first)} – {_clock(last)}, {times}: {words}"


def _words(entry: Any) -> str:
    if not isinstance(entry, dict):
        return str(entry or "").strip()
    said = str(entry.get("words") or entry.get("seen") or entry.get("what") or "").strip()
    candidates = entry.get("candidates")
    named = "; ".join(_candidate(each) for each in candidates) if isinstance(candidates, list) else ""
    return " ".join(part for part in (said, _("Possibly: %(those)s.") % {"those": named} if named else "") if part)


def _candidate(candidate: Any) -> str:
    if not isinstance(candidate, dict):
        return str(candidate)
    number, token = candidate.get("number"), candidate.get("token")
    parts = [str(number) if number else _("token %(token)s") % {"token": token} if token else _("one without a number")]
    if isinstance(metres := candidate.get("metres"), int | float):
        parts.append(_("%(metres)d m away") % {"metres": metres})
    if moment := _parsed(candidate.get("requested_datetime")):
        parts.append(_("filed %(when)s") % {"when": _clock(moment)})
    return ", ".join(parts)


def _moment(entry: Any) -> datetime | None:
    return _parsed(entry.get("at")) if isinstance(entry, dict) else None


def _parsed(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _clock(moment: datetime) -> str:
    try:
        return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
    except OverflowError:  # the first and the last day that there are, in another zone
        return moment.strftime("%Y-%m-%d %H:%M")
