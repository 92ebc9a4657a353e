"""Where the link of a mail leads that somebody without an account asked for. Mail scanners open every link, so GET
changes nothing."""

from datetime import tzinfo
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reports import callers
from reports.browsing import watch_areas
from reports.links import LinkExpired, LinkForged, confirmation_from_key
from reports.models import Confirmation, Jurisdiction
from reports.notifications import watch_mails
from reports.notifications.confirmations import about, headline
from reports.participation import confirmations
from reports.views import protection
from reports.views.keyed_pages import closed

PAGE: Final = "confirm.html"
WATCH_PAGE: Final = "watch/confirm.html"


@never_cache
@csrf_exempt  # no cookie comes with it: the signed key is the permission, and `protection` stands in for the token
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """What would be done on GET; on POST it is done, once however often it comes.

    404 for a key that is not ours, 410 when its time is over or the report no longer takes it, 403 for a post from
    another site, 413 for one that is too large, 429 for too many.
    """
    try:
        confirmation = confirmation_from_key(key)
    except LinkForged:
        return _page(request, {"state": "forged"}, status=404)
    except LinkExpired:
        return _page(request, {"state": "gone"}, status=410)
    with timezone.override(_zone(confirmation)):
        return _post(request, confirmation, key) if request.method == "POST" else _show(request, confirmation)


def _post(request: HttpRequest, confirmation: Confirmation, key: str) -> HttpResponse:
    if callers.too_large(request, int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)):
        return _page(request, {"state": "too_large"}, status=413)
    if protection.cross_site(request):
        return _page(request, {"state": "cross_site"}, status=403)
    refusal = protection.refuse_step(request, _purpose(confirmation))
    if refusal is not None:
        return _show(request, confirmation, refusal)
    try:
        confirmations.confirm(confirmation)
    except confirmations.Refused:
        return _page(request, {"state": "over", **_about(confirmation)}, status=410)
    return closed(redirect("confirm", key))


def _show(request: HttpRequest, confirmation: Confirmation, refusal: protection.Refusal | None = None) -> HttpResponse:
    done = confirmations.is_done(confirmation)
    if not done and not confirmations.may_be_done(confirmation):
        return _page(request, {"state": "over", **_about(confirmation)}, status=410)
    context = {
        "state": "done" if done else "ask",
        "refusal": refusal,
        "form_key": protection.form_key(_purpose(confirmation)),
        "honeypot": protection.HONEYPOT,
        **_about(confirmation),
    }
    response = _page(request, context, status=refusal.status if refusal else 200)
    if refusal and refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def _about(confirmation: Confirmation) -> dict[str, Any]:
    """The report in the page's words; without them where it is no longer public. Or the area that is to be watched."""
    if confirmation.watch is not None:
        area = confirmation.watch.area
        often = watch_mails.often(confirmation.watch)
        where = watch_areas.described(area)
        return {"watch": area, "headline": headline(confirmation), "where": where, "often": often,
                "email": confirmation.email}  # fmt: skip
    request = confirmation.service_request
    hidden = request is not None and bool(request.hidden or request.held_at or request.taken_away_at)
    return {
        "kind": confirmation.kind,
        "answer": confirmation.answer,
        "headline": headline(confirmation),
        "about": None if hidden else about(confirmation),
        "body": _body(confirmation).name,
        "email": confirmation.email,
    }


def _zone(confirmation: Confirmation) -> tzinfo:
    if confirmation.watch is not None:
        return watch_areas.zone_of(confirmation.watch.area)
    return _body(confirmation).zone


def _body(confirmation: Confirmation) -> Jurisdiction:
    target = confirmation.service_request or confirmation.mirrored
    if target is None:
        raise LookupError(f"confirmation {confirmation.pk} is about nothing")
    return target.jurisdiction if target is confirmation.service_request else target.endpoint.jurisdiction


def _purpose(confirmation: Confirmation) -> str:
    return f"confirm-{confirmation.pk}"


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return closed(render(request, WATCH_PAGE if "watch" in context else PAGE, context, status=status))
