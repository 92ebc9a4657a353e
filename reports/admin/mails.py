"""Every mail that the site sends, for volunteers to read: as a page, as text, with its headers, in each language."""

from typing import Any, Final

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.mail import EmailMessage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reports.models import User
from reports.notifications import attention, previews, stops
from reports.notifications.previews import Preview

SHOWN_APART: Final = ("Subject", "Content-Type", "MIME-Version")
# Styles as mails have them, and nothing from anywhere: what a mail program would show that loads nothing.
AS_A_MAIL: Final = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "style-src-attr": ["'unsafe-inline'"],
    "img-src": [SELF, "data:"],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "form-action": [NONE],
}


def urls(site: AdminSite) -> list[URLPattern]:
    """The pages' addresses below the admin's own: `admin:mails`, `mail`, `mail_html` and `mail_send`."""

    def page(route: str, view: Any, name: str) -> URLPattern:
        def shown(request: HttpRequest, **found: str) -> HttpResponse:
            answer: HttpResponse = view(site, request, **found)
            return answer

        guarded = site.admin_view(csp(AS_A_MAIL)(shown) if name == "mail_html" else shown)
        allowed = require_POST if name == "mail_send" else require_safe
        return path(f"mails/{route}", allowed(guarded), name=name)

    return [
        page("", listing, "mails"),
        page("<slug:name>/<slug:language>/", detail, "mail"),
        page("<slug:name>/<slug:language>/html/", html, "mail_html"),
        page("<slug:name>/<slug:language>/send/", send, "mail_send"),
    ]


def listing(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """What there is, each in each language."""
    groups: dict[str, list[Preview]] = {}
    for preview in previews.every().values():
        groups.setdefault(str(preview.group), []).append(preview)
    context = {"groups": groups.items(), "languages": settings.LANGUAGES, "unreachable": _unreachable(request)}
    return _page(site, request, "admin/mails.html", _("Mails that this site sends"), context)


def detail(site: AdminSite, request: HttpRequest, name: str, language: str) -> HttpResponse:
    """One mail: subject, headers and text, and where its HTML is."""
    preview, mail = _found(name, language)
    shown = mail.message()
    context = {
        "preview": preview,
        "language": language,
        "languages": settings.LANGUAGES,
        "subject": mail.subject,
        "headers": [(key, str(value)) for key, value in shown.items() if key not in SHOWN_APART],
        "text": mail.body,
        "has_html": bool(previews.html_of(mail)),
        "to": _own_address(request),
    }
    return _page(site, request, "admin/mail.html", str(preview.title), context)


def html(site: AdminSite, request: HttpRequest, name: str, language: str) -> HttpResponse:
    """The HTML of one mail, as a page of its own."""
    _preview, mail = _found(name, language)
    said = previews.html_of(mail)
    if not said:
        raise Http404
    response = HttpResponse(said)
    response["X-Robots-Tag"] = "noindex"
    return response


def send(site: AdminSite, request: HttpRequest, name: str, language: str) -> HttpResponse:
    """Send one to the volunteer who asks: to nobody else."""
    _preview, mail = _found(name, language)
    address = _own_address(request)
    if stops.is_stopped(address):
        messages.error(request, _("Mail to your address came back before, so nothing is sent there."))
    else:
        mail.to = [address]
        try:
            mail.send()
        except OSError as error:  # SMTPException is one
            messages.error(request, _("The mail server did not take it: %(error)s") % {"error": type(error).__name__})
        else:
            messages.success(request, _("Sent to %(address)s.") % {"address": address})
    return redirect("admin:mail", name=name, language=language)


def _found(name: str, language: str) -> tuple[Preview, EmailMessage]:
    preview = previews.every().get(name)
    if preview is None or language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return preview, preview.mail(language)


def _unreachable(request: HttpRequest) -> list[str]:
    """The volunteers to whom no mail goes, for those who may see addresses."""
    return attention.unreachable() if request.user.has_perm("reports.view_contact") else []


def _own_address(request: HttpRequest) -> str:
    if not isinstance(request.user, User):
        raise Http404
    return request.user.email


def _page(site: AdminSite, request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    crumbs = {"list_url": reverse("admin:mails")}
    return TemplateResponse(request, template, {**site.each_context(request), "title": title, **crumbs, **context})
