"""The page of a watched area: its outline, what is in it now, the same as files and as a sheet of paper, and mails.

Its address is the permission to see it. It says nothing of who watches.
"""

import uuid
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import InvalidPage
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from reports import clock
from reports.browsing import filters, watch_areas
from reports.browsing.filters import matching
from reports.forms.watch import JoinForm
from reports.links import absolute
from reports.models import ServiceRequest, WatchArea
from reports.notifications.digest_mails import figures
from reports.participation import watching
from reports.templatetags.components import place
from reports.views import protection, signed_in
from reports.views.feeds.answers import feed_response
from reports.views.feeds.kinds import taken_along
from reports.views.keyed_pages import closed
from reports.views.service_requests import listing
from reports.views.service_requests.sheet import qr_code
from reports.views.watch import posts
from reports.views.watch.making import too_many

MOST_BYTES: Final = 16 * 1024
SENT: Final = "sent"
JOINED: Final = "joined"
EARLIEST: Final = 2000  # the year; nothing was reported before
LISTED: Final = 100  # reports that a sheet names


def _found(key: uuid.UUID) -> WatchArea | None:
    return WatchArea.objects.select_related("body").defer("body__boundary").filter(key=key).first()


def _missing(request: HttpRequest) -> HttpResponse:
    return closed(render(request, "watch/missing.html", status=404))


@require_safe
def area(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What is in the area now, newest first, page by page; 404 for a key that opens nothing, or a page past the end."""
    row = _found(key)
    return _missing(request) if row is None else _show(request, row)


@csrf_exempt  # the page sets no cookie; `protection` stands in for the token
@require_http_methods(["POST"])
def join(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Be told of this area too: at once with an account, by a link in a mail without one."""
    refused = posts.refuse_unread(request, MOST_BYTES)
    if refused is not None:
        return refused
    row = _found(key)
    if row is None:
        return _missing(request)
    account = posts.account_of(request) if "email" not in request.POST else None
    form = JoinForm(request.POST, own_address=account is not None)
    refusal = protection.refuse_step(request, _purpose(row))
    if refusal is not None or not form.is_valid():
        return _show(request, row, form, refusal)
    if account is not None:
        try:
            watching.begin(row, form.wish(account.email), account)
        except watching.TooMany:
            form.add_error(None, too_many())
            return _show(request, row, form)
        return closed(redirect(f"{reverse('watch:area', args=[row.key])}?{JOINED}=1"))
    refusal = protection.refuse_rate(request, "confirmation")
    if refusal is not None:
        return _show(request, row, form, refusal)
    watching.ask(row, form.wish(form.cleaned_data["email"]))
    return closed(redirect(f"{reverse('watch:area', args=[row.key])}?{SENT}=1"))


@require_safe
def feed(request: HttpRequest, key: uuid.UUID, kind: str) -> HttpResponseBase:
    """The same list as a file for other programs. Its address is a key: no cache that others share keeps it."""
    row = _found(key)
    if row is None:
        return _missing(request)
    page = reverse("watch:area", args=[row.key])
    response = feed_response(request, kind, watch_areas.filter_of(row), row.name, page)
    response["X-Robots-Tag"], response["Referrer-Policy"] = "noindex", "same-origin"
    patch_cache_control(response, private=True)
    return response


@require_safe
def sheet(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Seven days in figures and lines, to print: those up to now, or up to the morning of `until` (YYYY-MM-DD)."""
    row = _found(key)
    if row is None:
        return _missing(request)
    zone = watch_areas.zone_of(row)
    address = absolute(reverse("watch:area", args=[row.key]))
    with timezone.override(zone):
        found = figures(row, _end(request.GET.get("until", ""), zone))
        keys = found["week"].keys
        context = {
            **found,
            **_about(row),
            "rows": listing.rows(filters.rows(keys[:LISTED])),
            "more": len(keys) - min(len(keys), LISTED),
            "address": address,
            "code": qr_code(address),
            "printed_at": clock.now(),
        }
        return _private(render(request, "watch/sheet.html", context))


def _end(until: str, zone: ZoneInfo) -> datetime:
    """The end of the seven days; now for a day that is none, or that is not over."""
    now = clock.now()
    try:
        day = date.fromisoformat(until)
    except ValueError:
        return now
    end = datetime.combine(day, time(settings.DIGEST_HOUR), zone)
    return end if day.year >= EARLIEST and day <= now.date() and end <= now else now


def _about(row: WatchArea) -> dict[str, Any]:
    return {"area": row, "where": watch_areas.described(row)}


def _show(
    request: HttpRequest,
    row: WatchArea,
    form: JoinForm | None = None,
    refusal: protection.Refusal | None = None,
) -> HttpResponse:
    found = matching(watch_areas.filter_of(row))
    try:
        page, rows = listing.page_of(found, request.GET.get("page", "1"))
    except InvalidPage:
        return _missing(request)
    address = signed_in.address_of(request)
    with timezone.override(watch_areas.zone_of(row)):
        context = {
            **_about(row),
            "page": page,
            "rows": rows,
            "capped": found.capped,
            **taken_along(len(found)),
            "outline": watch_areas.outline(row),
            "points": [_point(each) for each, _words in rows if not each.in_words],
            "feed_base": reverse("watch:feed", args=[row.key, "atom"]).removesuffix(".atom"),
            "state": next((state for state in (SENT, JOINED) if state in request.GET), ""),
            "form": form or JoinForm(initial={"how": "daily"}, own_address=bool(address)),
            "address": address,
            "refusal": refusal,
            "form_key": protection.form_key(_purpose(row)),
            "honeypot": protection.HONEYPOT,
        }
        status = refusal.status if refusal else 200
        response = _private(render(request, "watch/area.html", context, status=status))
    if refusal and refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def _point(row: ServiceRequest) -> dict[str, Any]:
    label = f"{row.shown_name}, {place(row)}. {row.shown_status.label}"
    return {"lat": row.lat, "long": row.long, "status": row.shown_status, "label": label, "url": row.get_absolute_url()}


def _purpose(row: WatchArea) -> str:
    return f"watch-{row.pk}"


def _private(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, no_cache=True)
    return closed(response)
