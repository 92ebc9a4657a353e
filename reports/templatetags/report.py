"""Words for the question pages."""

import re
from typing import Final

from django import template
from django.utils import formats
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()
# By themselves: not within a longer number, an address of the web, or what stands in a tag.
SHORT_NUMBER: Final = re.compile(r"(?<![\w./@+-])(911|112|311)(?![\w/@-]|\.\w)(?![^<]*>)")


@register.filter(is_safe=True)
def callable_words(text: str) -> SafeString:
    """A volunteer's words on whom to call, escaped, with addresses as links and short numbers (911, 112, 311) to be
    dialled by a tap."""
    linked = urlize(text, nofollow=True, autoescape=True)
    return mark_safe(SHORT_NUMBER.sub(r'<a href="tel:\1">\1</a>', linked))  # noqa: S308 - urlize has escaped it


@register.filter
def distance(metres: float) -> str:
    """A distance as people say it: 40 m, 2.3 km, 120 km."""
    if metres < 1000:
        return _("%(metres)d m") % {"metres": round(metres)}
    digits = 1 if metres < 10_000 else 0
    kilometres = round(metres / 1000, digits)  # number_format itself cuts off
    return _("%(kilometres)s km") % {"kilometres": formats.number_format(kilometres, digits)}
