"""The page in another language: the same address with another prefix, so that no cookie has to remember a choice."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.translation import get_language, get_language_from_request

register = template.Library()


@dataclass(frozen=True, slots=True)
class Version:
    """A page in one language: its code, its own name for itself, and the path of the page with its query."""

    code: str
    name: str
    path: str
    is_current: bool

    @property
    def address(self) -> str:
        """The absolute address, as `rel="alternate"` wants it."""
        return f"{settings.SITE_URL}{self.path}"


@register.simple_tag(takes_context=True)
def versions(context: template.Context | dict[str, Any]) -> list[Version]:
    """This page in every language of the site; the front page where the address leads nowhere, or is not known.

    A page that came as the answer to a POST is named by its address, so that the link opens it as a GET does. One that
    only takes POSTs gives the context a `page_path` to link to instead.
    """
    return versions_of(context.get("request"), str(context.get("page_path") or ""))


@register.simple_tag(takes_context=True)
def alternates(context: template.Context | dict[str, Any]) -> list[Version]:
    """The same for search engines; empty where no page was found, and for the questions of a report."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    return versions_of(request) if match is not None and match.namespace != "report" else []


@register.simple_tag(takes_context=True)
def version_to_offer(context: template.Context | dict[str, Any]) -> Version | None:
    """The page in the language that the browser prefers, where that is another one; None else.

    What it says depends on the header Accept-Language, which `LocaleMiddleware` names in Vary.
    """
    request = context.get("request")
    preferred = get_language_from_request(request) if request is not None else None
    return next((each for each in versions_of(request) if each.code == preferred and not each.is_current), None)


def versions_of(request: HttpRequest | None, path: str = "") -> list[Version]:
    """The page that was asked for (or of that path), in every language of the site and in their order."""
    current = get_language()
    here = path or (request.get_full_path() if request is not None else "")
    return [Version(code, str(name), _path(here, code, current), code == current) for code, name in settings.LANGUAGES]


def _path(here: str, code: str, current: str | None) -> str:
    there = translate_url(here, code) if here else here
    return _front_page(code) if there == here and code != current else there


def _front_page(code: str) -> str:
    with translation.override(code):
        return reverse("home")
