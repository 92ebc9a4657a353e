"""The page of one report: how far it has got, what was said of it, and where to add to that."""

import hashlib
import re
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from reports import clock
from reports.browsing.filters import public
from reports.forms.comment import CommentForm
from reports.links import take_away_link
from reports.models import Media, ServiceRequest, Submission, SubmissionState
from reports.views import protection
from reports.views.service_requests import closing, comment_form, conversation, participation, timeline
from reports.views.service_requests.held import WAITS, veiled, without_notes
from reports.views.service_requests.progress import hops, news, over, status_words, what_next
from reports.views.service_requests.sharing import share
from reports.views.service_requests.trouble import trouble_of

REFERENCE = re.compile(r"[^0-9A-Z]")
DUPLICATES = 20
AGING = re.compile(r'<span data-ago="[^"]*">[^<]*</span>|name="form_key" value="[^"]*"')


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
    context = _progress(service_request, submission) | closing.context(service_request, submission, request)
    fragment = render_to_string("service_requests/progress.html", context, request)
    version = _version(fragment)
    if request.GET.get("fragment"):
        return _fragment(request, fragment, version)
    context |= comment_form.context(service_request, submission, form or CommentForm(), refusal)
    context |= participation.page_context(service_request, request)
    photos = list(_photos(service_request))
    context |= {"fragment": fragment, "version": version, "media": photos, "looked_at": clock.now()}
    context["comment_waits"] = WAITS in request.GET
    context["share"] = share(veiled(service_request), photos)
    context["take_away_url"] = _take_away_url(request, service_request)
    context["page_path"] = service_request.get_absolute_url()  # comments are posted to an address that has no page
    response = render(request, "service_requests/detail.html", context, status=refusal.status if refusal else 200)
    patch_cache_control(response, private=True, no_cache=True)
    if refusal and refusal.retry_after:
        response.headers["Retry-After"] = str(refusal.retry_after)
    if service_request.private or service_request.held_at:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _fragment(request: HttpRequest, fragment: str, version: str) -> HttpResponse:
    """The progress alone, or 304 where the reader has this version of it; kept by no cache."""
    tags = {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
    known = f'"{version}"' in tags
    response = HttpResponse(status=304) if known else HttpResponse(fragment)
    response["ETag"], response["X-Version"] = f'"{version}"', version
    response["Cache-Control"], response["X-Robots-Tag"] = "no-store", "noindex"
    return response


def _version(fragment: str) -> str:
    """What tells one state of the progress from another: not how long ago things were, and not the form keys."""
    return hashlib.sha256(AGING.sub("", fragment).encode()).hexdigest()[:16]


def _take_away_url(request: HttpRequest, service_request: ServiceRequest) -> str:
    """Where the person takes it away who is signed in and filed it with that account; else empty."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or service_request.account_id is None:
        return ""
    return take_away_link(service_request) if request.user.pk == service_request.account_id else ""


def canonical_reference(text: str) -> str:
    """`7kq4mx9ghw` and `7KQ 4MX-9GHW` as `7KQ-4MX-9GHW`; what cannot be a reference comes back as it is."""
    letters = REFERENCE.sub("", text.upper())
    return f"{letters[:3]}-{letters[3:6]}-{letters[6:]}" if len(letters) == 10 else text


def _progress(service_request: ServiceRequest, submission: Submission | None) -> dict[str, Any]:
    trouble = trouble_of(submission)
    updates = without_notes(service_request, service_request.status_updates.filter(private=False, hidden=False))
    comments = service_request.comments.filter(hidden=False, held_at=None).prefetch_related("media")
    comments = comments.none() if service_request.held_at else comments
    return {
        "service_request": veiled(service_request),
        "jurisdiction": service_request.jurisdiction,
        "submission": submission,
        "next": what_next(service_request, submission, trouble),
        "trouble": None if over(service_request) else trouble,
        "over": over(service_request),
        "late": service_request.expected_datetime is not None and service_request.expected_datetime < clock.now(),
        "hops": hops(service_request, submission, trouble),
        "status_words": status_words(service_request, trouble),
        "said": timeline.merged(
            news(updates, trouble), conversation.remarks(service_request, submission, comments, updates)
        ),
        "original": veiled(service_request).original(),
        "duplicates": _duplicates(service_request, submission),
    }


def _photos(service_request: ServiceRequest) -> QuerySet[Media]:
    photos = service_request.media.all()
    return photos.none() if service_request.held_at else photos


def _duplicates(service_request: ServiceRequest, submission: Submission | None) -> QuerySet[ServiceRequest]:
    """The public reports here of which the body says that they are duplicates of this one."""
    if submission is None or not submission.service_request_id:
        return ServiceRequest.objects.none()
    if service_request.duplicate_of == submission.service_request_id:
        return ServiceRequest.objects.none()  # it has that number as a duplicate itself
    same = public().filter(endpoint=service_request.endpoint_id, duplicate_of=submission.service_request_id)
    return same.exclude(pk=service_request.pk)[:DUPLICATES]
