"""What is asked on the page of a report that its body calls done: is it really fixed, and what now if it is not."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from reports.delivery import closings, comments
from reports.models import Comment, PlaceMeant, PublicStatus, ServiceRequest, Submission, Verdict, VerdictAnswer
from reports.participation import verdicts
from reports.views import protection, signed_in
from reports.views.service_requests import conversation


def context(service_request: ServiceRequest, submission: Submission | None, request: HttpRequest) -> dict[str, Any]:
    """What `service_requests/fixed.html` shows, under the one name `closing`; None for a report that is not closed."""
    if service_request.status != PublicStatus.CLOSED:
        return {"closing": None}
    one_tap = signed_in.address_of(request) != ""
    return {
        "closing": {
            "counts": verdicts.counts(service_request),
            "one_tap": one_tap,
            "form_key": protection.form_key(purpose(service_request)) if one_tap else "",
            "honeypot": protection.HONEYPOT,
            "reopening": offer(service_request, submission) if may_reopen(service_request) else None,
        }
    }


def purpose(service_request: ServiceRequest) -> str:
    """What a form key is for: this question of this report."""
    return f"fixed-{service_request.pk}"


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be done where it is not fixed: whether the body gets words, whether it can open it again by them, and
    the addresses of both ways."""

    reaches_body: bool
    opens_again: bool
    tell_url: str
    file_again_url: str


def may_reopen(service_request: ServiceRequest) -> bool:
    """Whether the body may be asked: somebody who counts has said of this closing that it is not fixed, and nobody has
    told the body yet."""
    closing = closings.closing_of(service_request)
    if closing is None or not conversation.is_open(service_request):
        return False
    if not Verdict.objects.filter(closing=closing, answer=VerdictAnswer.NO).exists():
        return False
    told = Comment.objects.filter(service_request=service_request, reopens=True, created_at__gte=closing.recorded_at)
    return not told.exists()


def offer(service_request: ServiceRequest, submission: Submission | None) -> Offer:
    """The two ways on: to tell the body, and to file it again at the same place for the same service."""
    return Offer(
        reaches_body=comments.goes_to_body(submission),
        opens_again=comments.opens_again(submission),
        tell_url=reverse("service_requests:reopen", args=[service_request.reference]),
        file_again_url=file_again_url(service_request),
    )


def file_again_url(service_request: ServiceRequest) -> str:
    """The start of a new report with the same place and service; without the place where it was given in words."""
    given = {"service": service_request.service_code}
    if service_request.place_meant != PlaceMeant.WORDS:
        given = {"lat": f"{service_request.lat:.6f}", "long": f"{service_request.long:.6f}"} | given
    return f"{reverse('report:start')}?{urlencode(given)}"
