"""The comment form on the page of a report: what its template needs, and what is said of where a comment goes."""

from typing import Any

from django.conf import settings

from reports.delivery.comments import goes_to_body, photos_to_body
from reports.forms.comment import CommentForm
from reports.models import ServiceRequest, Submission
from reports.views import protection
from reports.views.service_requests import conversation


def context(
    service_request: ServiceRequest,
    submission: Submission | None,
    form: CommentForm,
    refusal: protection.Refusal | None = None,
) -> dict[str, Any]:
    """What `service_requests/comment_form.html` shows; `form` as it was typed where a comment was not taken."""
    key = form.shown_key
    goes = goes_to_body(submission)
    photos = photos_to_body(submission) if goes else 0
    return {
        "form": form,
        "refusal": refusal,
        "comments_open": conversation.is_open(service_request),
        "where_it_goes": conversation.where_it_goes(service_request, submission, goes),
        "where_photos_go": conversation.where_photos_go(service_request, photos) if goes else "",
        "most_photos": settings.PHOTOS_MAX,
        "megabytes": settings.PHOTO_MAX_BYTES / 2**20,
        "most_bytes": settings.PHOTO_MAX_BYTES,
        "longest_side": settings.PHOTO_LONGEST_SIDE,
        "honeypot": protection.HONEYPOT,
        "comment_key": key,
        "form_key": protection.form_key(conversation.form_purpose(service_request, key)),
    }
