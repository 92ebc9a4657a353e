"""Words for the question pages."""

from django import template
from django.utils import formats
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def distance(metres: float) -> str:
    """A distance as people say it: 40 m, 2.3 km, 120 km."""
    if metres < 1000:
        return _("%(metres)d m") % {"metres": round(metres)}
    return _("%(kilometres)s km") % {"kilometres": formats.number_format(metres / 1000, 1 if metres < 10_000 else 0)}
