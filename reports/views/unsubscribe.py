"""Ending a subscription from a mail. Mail scanners open every link, so GET changes nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reports.links import LinkExpired, LinkForged, subscription_from_key
from reports.notifications import unsubscribe as ending
from reports.views.keyed_pages import closed

PAGE = "unsubscribe.html"


@never_cache
@csrf_exempt  # the signed key is the permission; a mail provider's one-click POST (RFC 8058) has no cookie and no form
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, key: str) -> HttpResponse:
    """Ask on GET, end on POST, as often as it comes. 404 for a key that is not ours, 410 where the report is gone."""
    try:
        subscription = subscription_from_key(key)
    except LinkForged:
        return closed(render(request, PAGE, {"state": "forged"}, status=404))
    except LinkExpired:
        return closed(render(request, PAGE, {"state": "gone"}, status=410))
    if request.method == "POST":
        ending.unsubscribe(subscription)
    ended = request.method == "POST" or subscription.ended_at is not None
    context = {"state": "ended" if ended else "ask", "service_request": subscription.service_request}
    return closed(render(request, PAGE, context))
