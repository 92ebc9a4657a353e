"""Where anybody tells the volunteers that something of a report should not be public."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reports.forms.abuse import WHOLE, AbuseForm
from reports.models import AbuseReport, Comment, Media, ServiceRequest
from reports.views import protection
from reports.views.service_requests import beside

PAGE: Final = "service_requests/abuse.html"
MOST_THINGS: Final = 50


@never_cache
@csrf_exempt  # no cookie comes with it; `protection` stands in for the token
@require_http_methods(["GET", "HEAD", "POST"])
def report_abuse(request: HttpRequest, reference: str) -> HttpResponse:
    """The form on GET; on POST one row for the volunteers, and a thank-you. Nothing is kept of who says it, and the
    same said again is no other row until it was handled."""
    again = reverse("service_requests:report_abuse", args=[reference])
    if request.method == "POST" and (answer := beside.turned_away(request, again)):
        return answer
    service_request = beside.find(request, reference)
    if isinstance(service_request, HttpResponse):
        return service_request
    with timezone.override(service_request.jurisdiction.zone):
        things = _things(service_request)
        if request.method == "POST":
            return _take(request, service_request, AbuseForm(request.POST, things=things))
        return _show(request, service_request, AbuseForm(things=things, initial={"about": request.GET.get("about")}))


def _take(request: HttpRequest, service_request: ServiceRequest, form: AbuseForm) -> HttpResponse:
    refusal = protection.refuse_step(request, _purpose(service_request))
    if refusal is None and form.is_valid():
        refusal = protection.refuse_rate(request, "abuse")
    if refusal is not None or not form.is_valid():
        return _show(request, service_request, form, refusal)
    kind, _dash, number = form.cleaned_data["about"].partition("-")
    said = {
        "service_request": service_request,
        "comment_id": int(number) if kind == "comment" else None,
        "photo_id": int(number) if kind == "photo" else None,
        "reason": form.cleaned_data["reason"],
        "text": form.cleaned_data["text"],
    }
    if not AbuseReport.objects.filter(**said, handled_at=None).exists():
        AbuseReport.objects.create(**said)
    return beside.show(request, PAGE, {"state": "thanks", "service_request": service_request})


def _show(
    request: HttpRequest,
    service_request: ServiceRequest,
    form: AbuseForm,
    refusal: protection.Refusal | None = None,
) -> HttpResponse:
    context = {
        "state": "ask",
        "form": form,
        "form_key": protection.form_key(_purpose(service_request)),
        "service_request": service_request,
    }
    return beside.show(request, PAGE, context, refusal)


def _things(service_request: ServiceRequest) -> list[tuple[str, str]]:
    """What of it is shown now: the whole, and each comment and photo. Of one that is held nothing else is shown."""
    whole = (WHOLE, _("The report itself: its description, its answers, its place"))
    if service_request.held_at is not None:
        return [whole]
    comments = Comment.objects.filter(service_request=service_request, hidden=False, held_at=None)
    photos = Media.objects.filter(service_request=service_request).exclude(file="")
    return [
        whole,
        *((f"photo-{photo.pk}", _("Photo %(number)d") % {"number": n}) for n, photo in enumerate(photos, 1)),
        *((f"comment-{comment.pk}", _words(comment)) for comment in comments.order_by("-pk")[:MOST_THINGS]),
    ]


def _words(comment: Comment) -> str:
    """The comment as one recognises it: when it was written, and how it begins."""
    date = formats.date_format(timezone.localtime(comment.created_at), "DATE_FORMAT")
    if not comment.text:
        return _("The comment of %(date)s, a photo") % {"date": date}
    said = Truncator(comment.text).chars(80)
    return _("The comment of %(date)s: “%(words)s”") % {"date": date, "words": said}


def _purpose(service_request: ServiceRequest) -> str:
    return f"abuse-{service_request.pk}"
