"""The page of one report: how far it has got, what was said of it, and where to add to that."""

import hashlib
import re
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from reports.delivery.comments import goes_to_body
from reports.forms.comment import CommentForm
from reports.models import ServiceRequest, Submission, SubmissionState
from reports.views import conversation, protection
from reports.views.listing import public
from reports.views.progress import hops, news, over, status_words, what_next
from reports.views.trouble import trouble_of

REFERENCE = re.compile(r"[^0-9A-Z]")
DUPLICATES = 20


def find_request(reference: str) -> ServiceRequest | None:
    """The report of a reference, hidden ones too."""
    related = ("jurisdiction", "endpoint", "service__override")
    return ServiceRequest.objects.select_related(*related).filter(reference=reference).first()


def missing(request: HttpRequest, reference: str, service_request: ServiceRequest | None) -> HttpResponse | None:
    """The answer where there is no page under a reference as it was written: elsewhere, nowhere, hidden, taken away."""
    canonical = canonical_reference(reference)
    if canonical != reference:
        return HttpResponsePermanentRedirect(reverse("service_requests:detail", args=[canonical]))
    if service_request is None:
        why = _("There is no report with the reference “%(reference)s”.") % {"reference": reference}
        return render(request, "404.html", {"why": why, "number": reference}, status=404)
    taken_away = service_request.taken_away_at is not None
    if not taken_away and not service_request.hidden:
        return None
    return render(request, "410.html", {"taken_away": taken_away}, status=410)


def current_submission(service_request: ServiceRequest) -> Submission | None:
    """The newest way to the body that was not cancelled."""
    ways = service_request.submissions.exclude(state=SubmissionState.CANCELLED).select_related("endpoint__traffic")
    return ways.order_by("-pk").first()


def page(
    request: HttpRequest,
    service_request: ServiceRequest,
    form: CommentForm | None = None,
    refusal: protection.Refusal | None = None,
) -> HttpResponse:
    """The page; with the comment form as it was typed, and under the refusal's status, where it was not taken.

    The form is this reader's own, so no cache shares the page. Where the body keeps the report private, search
    engines are told to leave it out.
    """
    submission = current_submission(service_request)
    context = _progress(service_request, submission)
    fragment = render_to_string("service_requests/progress.html", context, request)
    version = hashlib.sha256(fragment.encode()).hexdigest()[:16]
    if request.GET.get("fragment"):
        headers = {"X-Version": version, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
        return HttpResponse(fragment, headers=headers)
    form = form or CommentForm()
    context |= {
        "fragment": fragment,
        "version": version,
        "media": service_request.media.all(),
        "form": form,
        "refusal": refusal,
        "comments_open": conversation.is_open(service_request),
        "where_it_goes": conversation.where_it_goes(service_request, submission, goes_to_body(submission)),
        "honeypot": protection.HONEYPOT,
        "comment_key": (key := form.shown_key),
        "form_key": protection.form_key(conversation.form_purpose(service_request, key)),
    }
    response = render(request, "service_requests/detail.html", context, status=refusal.status if refusal else 200)
    patch_cache_control(response, private=True, no_cache=True)
    if refusal and refusal.retry_after:
        response.headers["Retry-After"] = str(refusal.retry_after)
    if service_request.private:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def canonical_reference(text: str) -> str:
    """`7kq4mx9ghw` and `7KQ 4MX-9GHW` as `7KQ-4MX-9GHW`; what cannot be a reference comes back as it is."""
    letters = REFERENCE.sub("", text.upper())
    return f"{letters[:3]}-{letters[3:6]}-{letters[6:]}" if len(letters) == 10 else text


def _progress(service_request: ServiceRequest, submission: Submission | None) -> dict[str, Any]:
    trouble = trouble_of(submission)
    updates = list(service_request.status_updates.filter(private=False, hidden=False))
    comments = service_request.comments.filter(hidden=False)
    return {
        "service_request": service_request,
        "jurisdiction": service_request.jurisdiction,
        "submission": submission,
        "next": what_next(service_request, submission, trouble),
        "trouble": None if over(service_request) else trouble,
        "over": over(service_request),
        "hops": hops(service_request, submission, trouble),
        "status_words": status_words(service_request, trouble),
        "updates": news(updates, trouble),
        "remarks": conversation.remarks(service_request, submission, comments, updates),
        "original": service_request.original(),
        "duplicates": _duplicates(service_request, submission),
    }


def _duplicates(service_request: ServiceRequest, submission: Submission | None) -> QuerySet[ServiceRequest]:
    """The public reports here of which the body says that they are duplicates of this one."""
    if submission is None or not submission.service_request_id:
        return ServiceRequest.objects.none()
    if service_request.duplicate_of == submission.service_request_id:
        return ServiceRequest.objects.none()  # it has that number as a duplicate itself
    same = public().filter(endpoint=service_request.endpoint_id, duplicate_of=submission.service_request_id)
    return same.exclude(pk=service_request.pk)[:DUPLICATES]
