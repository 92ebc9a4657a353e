"""Following a report and saying that it is still there: no account needed, and none in the way.

Without an account a link is mailed, and nothing is done until it is used (`views/confirm.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reports import callers
from reports.forms.participation import EmailForm
from reports.models import ConfirmationKind, ServiceRequest, User, person_mark
from reports.participation import confirmations, following, sightings
from reports.views import protection, signed_in
from reports.views.service_requests.page import find_request, missing
from reports.views.service_requests.participation import purpose

MOST_BYTES: Final = 16 * 1024  # an address, and the form's own fields
PAGE: Final = "service_requests/participation.html"
SENT, DONE, REFUSED = "sent", "done", "refused"

Kind = ConfirmationKind


@dataclass(frozen=True, slots=True)
class Way:
    """One way to take part: whether a report is open to it, and how somebody with an account does it at once."""

    kind: ConfirmationKind
    is_open: Callable[[ServiceRequest], bool]
    do: Callable[[ServiceRequest, User], None]


def _follow(service_request: ServiceRequest, account: User) -> None:
    following.follow(service_request, account.email, account.locale or get_language() or "en")


def _see(service_request: ServiceRequest, account: User) -> None:
    # Marked by the address, which was confirmed, so that whoever also comes by mail counts once.
    sightings.see(service_request, person_mark("email", account.email))


FOLLOW: Final = Way(Kind.FOLLOW, following.may_be_followed, _follow)
SIGHTING: Final = Way(Kind.SIGHTING, sightings.is_open, _see)


@csrf_exempt  # the page sets no cookie; `protection` stands in for the token
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, reference: str) -> HttpResponse:
    """A small page that asks for an address, and mails a link to it; with an account that is signed in at once."""
    return _take_part(request, reference, FOLLOW)


@csrf_exempt  # the page sets no cookie; `protection` stands in for the token
@require_http_methods(["GET", "HEAD", "POST"])
def sighting(request: HttpRequest, reference: str) -> HttpResponse:
    """The same for saying that it is still there."""
    return _take_part(request, reference, SIGHTING)


def _take_part(request: HttpRequest, reference: str, way: Way) -> HttpResponse:
    problem = _refuse_unread(request)
    if problem is not None:
        return problem
    reference = reference.replace("\x00", "")  # PostgreSQL cannot even be asked about one
    service_request = find_request(reference)
    gone = missing(request, reference, service_request)
    if gone is not None or service_request is None:
        return gone or HttpResponse(status=404)
    with timezone.override(service_request.jurisdiction.zone):
        if request.method == "POST":
            return _post(request, service_request, way)
        state = next((name for name in (SENT, DONE) if name in request.GET), "")
        return _show(request, service_request, way, state=state)


def _refuse_unread(request: HttpRequest) -> HttpResponse | None:
    """The answer to a post that is too large or another site's; None for any other."""
    if request.method != "POST":
        return None
    context = {"frame": "report/base.html", "start_url": reverse("report:start"), "again_url": request.path}
    if callers.too_large(request, MOST_BYTES):
        return render(request, "report/too_large.html", context, status=413)
    if protection.cross_site(request):
        return render(request, "report/other_site.html", context, status=403)
    try:
        len(request.POST)  # reading it is when Django counts its fields
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        return render(request, "report/too_large.html", context, status=413)
    return None


def _post(request: HttpRequest, service_request: ServiceRequest, way: Way) -> HttpResponse:
    if not way.is_open(service_request):
        return _show(request, service_request, way, state=REFUSED)
    refusal = protection.refuse_step(request, purpose(way.kind, service_request))
    if refusal is not None:
        return _show(request, service_request, way, EmailForm(request.POST), refusal)
    account = protection.signed_in(request)
    if account is not None and signed_in.confirmed_address(account) and "email" not in request.POST:
        return _do(request, service_request, way, account)
    form = EmailForm(request.POST)
    if not form.is_valid():
        return _show(request, service_request, way, form)
    refusal = protection.refuse_rate(request, "confirmation")
    if refusal is not None:
        return _show(request, service_request, way, form, refusal)
    confirmations.ask_by_mail(way.kind, form.cleaned_data["email"], service_request)
    return HttpResponseRedirect(f"{request.path}?{SENT}=1")


def _do(request: HttpRequest, service_request: ServiceRequest, way: Way, account: User) -> HttpResponse:
    try:
        way.do(service_request, account)
    except (sightings.NotOpen, following.NotFollowed):  # at this moment
        return _show(request, service_request, way, state=REFUSED)
    return HttpResponseRedirect(f"{request.path}?{DONE}=1")


def _show(
    request: HttpRequest,
    service_request: ServiceRequest,
    way: Way,
    form: EmailForm | None = None,
    refusal: protection.Refusal | None = None,
    state: str = "",
) -> HttpResponse:
    if not state and not way.is_open(service_request):
        state = REFUSED
    seen = sightings.seen(service_request)
    context = {
        "kind": way.kind,
        "state": state,
        "service_request": service_request,
        "held": service_request.held_at is not None,
        "people": seen.people,
        "last_at": seen.last_at,
        "address": signed_in.address_of(request),
        "form": form or EmailForm(),
        "refusal": refusal,
        "form_key": protection.form_key(purpose(way.kind, service_request)),
        "honeypot": protection.HONEYPOT,
    }
    status = refusal.status if refusal else 409 if state == REFUSED else 200
    response = render(request, PAGE, context, status=status)
    patch_cache_control(response, private=True, no_cache=True)
    response["X-Robots-Tag"] = "noindex"
    if refusal and refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return response
