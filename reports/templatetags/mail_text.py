"""Filters for mails: other people's words, as text that cannot break out of where it stands."""

import html
import re
import unicodedata

import nh3
from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString, mark_safe

from reports.templatetags.components import city_html

register = template.Library()

# Embeddings, overrides and isolates of the bidirectional algorithm: with them words read in another order.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# A note may be HTML or plain text, and nothing says which. Plain text may hold "<5 cm", so only whole tags count.
_TAG = re.compile(r"</?(?:a|b|br|div|em|i|li|ol|p|span|strong|ul)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_LINE_END = re.compile(r"<br\s*/?>|</(?:p|div|li)>", re.IGNORECASE)


@register.filter
def plain(value: object) -> str:
    """The words without control characters and without the marks that turn text round; line breaks and tabs stay."""
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char in "\n\t" or not _is_control(char))


def _is_control(char: str) -> bool:
    return char in TURNING or unicodedata.category(char) in ("Cc", "Cs")


@register.filter
def one_line(value: object) -> str:
    """The words on one line."""
    return " ".join(plain(value).split())


@register.filter
def said_in_text(value: object) -> str:
    """A body's words as plain text; tags go, line ends that they made stay."""
    text = plain(value)
    if _TAG.search(text):
        text = html.unescape(nh3.clean(_LINE_END.sub("\n", text), tags=set()))
    return re.sub(r"\n{3,}", "\n\n", plain(text)).strip()


@register.filter
def quoted(value: object) -> str:
    """Each line behind a “> ”, as mails quote."""
    return "\n".join(f"> {line}".rstrip() for line in str(value).splitlines())


@register.filter
def said_in_html(value: object) -> SafeString:
    """A body's words for an HTML mail: its harmless marks where it sent HTML, line breaks where it sent text."""
    text = plain(value).strip()
    if _TAG.search(text):
        return city_html(text)
    return mark_safe(str(linebreaksbr(text, autoescape=True)))  # noqa: S308 - escaped on this very line
