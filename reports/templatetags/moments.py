"""When something was: the exact time, and how long ago that is."""

from datetime import datetime

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from reports import clock

register = template.Library()


@register.simple_tag
def moment(value: datetime | None, *, ago: bool = True) -> SafeString | str:
    """A `<time>` in the page's clock and language, with how long ago in words (`data-ago`); empty without a value.

    The words age while the page is open, so that they count for nothing when two versions of it are compared.
    """
    if value is None:
        return ""
    local = timezone.localtime(value)
    exact = formats.date_format(local, "DATETIME_FORMAT")
    if not ago:
        return format_html('<time datetime="{}">{}</time>', local.isoformat(), exact)
    return format_html(
        '<time datetime="{}">{}</time> <span data-ago="{}">{}</span>',
        local.isoformat(),
        exact,
        local.isoformat(timespec="seconds"),
        _since(value),
    )


@register.filter
def zone_place(name: str) -> str:
    """The place that gives a time zone its name, as people read it: "New York" of "America/New_York"."""
    return name.rpartition("/")[2].replace("_", " ")


def _since(value: datetime) -> str:
    now = clock.now()
    if (now - value).total_seconds() < 60:
        return _("(just now)")
    return _("(%(age)s ago)") % {"age": timesince(value, now, depth=1)}
