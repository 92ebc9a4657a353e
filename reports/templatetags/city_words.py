"""A body's own words on a page in another language: left as they are, with `lang`, so that they are read out rightly.

Names of bodies are proper names and need none (WCAG 2.2, 3.1.2).
"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from reports.models import Jurisdiction, Service, ServiceRequest

register = template.Library()

NAME = "service_name"
SHOWN = {NAME: "shown_name", "group": "shown_group", "description": "shown_description"}


@register.filter
def name_here(named: Service | ServiceRequest) -> SafeString | str:
    """The name of a service, or what a report was filed as; marked where it is not in the page's language."""
    if isinstance(named, ServiceRequest):
        return marked(named.shown_name, named.name_language)
    return words_here(named, NAME)


@register.filter
def words_here(service: Service, field: str) -> SafeString | str:
    """Words of a service (the field's name); marked where they are not in the page's language."""
    return marked(str(getattr(service, SHOWN.get(field, field))), service.language_of(field))


@register.filter
def said_by(words: object, jurisdiction: Jurisdiction) -> SafeString | str:
    """Words that a body wrote itself (a question, an answer in its list, its note): marked likewise."""
    return marked(words, jurisdiction.language)


@register.filter
def marked_as(words: object, language: str) -> SafeString | str:
    """Words in that language, whosever they are: marked likewise."""
    return marked(words, language)


@register.filter
def lang_for(named: Service | ServiceRequest, field: str) -> SafeString | str:
    """The attribute `lang`, for an element that holds those words of a service (or of a report, the name) and nothing
    else; empty if it needs none."""
    return attribute(named.name_language if isinstance(named, ServiceRequest) else named.language_of(field))


@register.simple_tag
def city_lang(jurisdiction: Jurisdiction) -> SafeString | str:
    """The attribute `lang`, for an element that holds a body's own words and nothing else; empty if it needs none."""
    return attribute(jurisdiction.language)


def marked(words: object, language: str) -> SafeString | str:
    """The words in an element with `lang` where the page is in another language; else just the words, to be escaped."""
    lang = attribute(language)
    return format_html("<span{}>{}</span>", lang, words) if lang and str(words) else str(words)


def attribute(language: str) -> SafeString | str:
    """` lang="…"` where the page is in another language; direction follows from it by `dir="auto"`."""
    return "" if is_of_the_page(language) else format_html(' lang="{}" dir="auto"', language)


def is_of_the_page(language: str) -> bool:
    """Whether it is the page's language, of whatever country: es-MX on a Spanish page needs no mark."""
    return language.partition("-")[0].lower() == (get_language() or "").partition("-")[0].lower()
