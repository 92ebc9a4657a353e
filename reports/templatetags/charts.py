"""Charts as drawings in the page: bars beside the numbers of a table, and columns month by month.

The drawings stretch to their place; whatever is to be read stands beside them as text, at the size of all text.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

register = template.Library()

HOUR: Final = 3600
DAY: Final = 24 * HOUR
HOURS_UP_TO: Final = 48  # hours: from then on days say it
DAYS_UP_TO: Final = 90 * DAY
COLUMN, WIDTH, HEIGHT = 10, 7, 100  # in units of the drawing


@register.simple_tag
def bar(number: int, most: int, tone: str = "") -> SafeString:
    """A bar as long as this number is of the largest; for the eye alone, since the number stands beside it."""
    length = 100 * max(number, 0) / most if most > 0 else 0
    return format_html(
        '<svg class="bar{}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="bar__rest" width="100" height="10"/><rect width="{}" height="10"/></svg>',
        f" tag--{tone}" if tone else "",
        f"{min(length, 100):.2f}",
    )


@register.inclusion_tag("components/columns.html")
def columns(months: Sequence[Any], which: str, title: str, most: int) -> dict[str, Any]:
    """A column for each month (with `first`, `filed` and `ended`), as high as its number of `which` is of `most`."""
    values = [getattr(month, which) for month in months]
    highest = max(values, default=0)
    peak = values.index(highest) if highest else 0
    heights = [_height(value, most) for value in values]
    shapes = ((COLUMN * at + 1.5, f"{HEIGHT - high:.2f}", WIDTH, f"{high:.2f}") for at, high in enumerate(heights))
    return {
        "id": f"chart-{which}",
        "title": title,
        "months": list(zip(months, values, strict=True)),
        "view": f"0 0 {COLUMN * max(len(values), 1)} {HEIGHT}",
        "shapes": format_html_join("", '<rect x="{}" y="{}" width="{}" height="{}"/>', shapes),
        "highest": highest,
        "peak": months[peak].first if highest else None,
        "total": sum(values),
        "first": months[0].first,
        "last": months[-1].first,
    }


def _height(value: int, most: int) -> float:
    return 0.0 if value <= 0 or most <= 0 else max(HEIGHT * value / most, 1.5)


@register.filter
def duration(seconds: int | None) -> str:
    """How long, rounded up so that "within" holds: 5 hours, 3 days, 4 months; empty for none."""
    if seconds is None:
        return ""
    hours = max(math.ceil(seconds / HOUR), 1)
    if hours < HOURS_UP_TO:
        return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
    if seconds <= DAYS_UP_TO:
        days = math.ceil(seconds / DAY)
        return ngettext("%(number)d day", "%(number)d days", days) % {"number": days}
    months = math.ceil(seconds / (365.25 / 12 * DAY))
    return ngettext("%(number)d month", "%(number)d months", months) % {"number": months}
