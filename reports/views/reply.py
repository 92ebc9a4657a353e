"""Where a body that was told by mail answers. Mail scanners open every link, so GET changes nothing."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reports import callers
from reports.delivery import replies
from reports.forms.reply import ReplyForm
from reports.links import LinkExpired, LinkForged, submission_from_reply_key
from reports.media import sealed_path
from reports.models import PublicStatus, Submission, SubmissionState
from reports.views import protection
from reports.views.keyed_pages import closed

PAGE: Final = "reply.html"
TAKEN: Final = "taken"


@never_cache
@csrf_exempt  # no cookie comes with it: the signed key is the permission, and `protection` stands in for the token
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, key: str) -> HttpResponse:
    """The report and a form on GET; on POST the answer is taken over, once however often it comes.

    404 for a key that is not ours, 410 where the report is gone, hidden or withdrawn, 403 for a post from another site,
    413 for one that is too large, 429 for too many.
    """
    try:
        submission = submission_from_reply_key(key)
    except LinkForged:
        return _page(request, {"state": "forged"}, status=404)
    except LinkExpired:
        return _page(request, {"state": "gone"}, status=410)
    if _is_over(submission):
        return _page(request, {"state": "gone"}, status=410)
    with timezone.override(submission.request.jurisdiction.zone):
        return _post(request, submission, key) if request.method == "POST" else _show(request, submission, key)


def _is_over(submission: Submission) -> bool:
    request = submission.request
    cancelled = submission.state == SubmissionState.CANCELLED or request.status == PublicStatus.CANCELLED
    return request.hidden or cancelled


def _post(request: HttpRequest, submission: Submission, key: str) -> HttpResponse:
    if callers.too_large(request, int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)):
        return _page(request, {"state": "too_large"}, status=413)
    if protection.cross_site(request):
        return _page(request, {"state": "cross_site"}, status=403)
    form = ReplyForm(request.POST, numbered=bool(submission.service_request_id))
    refusal = protection.refuse_step(request, _purpose(submission))
    if refusal is not None or not form.is_valid():
        return _show(request, submission, key, form, refusal)
    replies.take(submission, **form.answer())
    response = redirect("reply", key)
    response["Location"] += f"?{TAKEN}=1"
    return closed(response)


def _show(
    request: HttpRequest,
    submission: Submission,
    key: str,
    form: ReplyForm | None = None,
    refusal: protection.Refusal | None = None,
) -> HttpResponse:
    service_request = submission.request
    context = {
        "state": "form",
        "taken": form is None and TAKEN in request.GET,
        "form": form or ReplyForm(numbered=bool(submission.service_request_id)),
        "refusal": refusal,
        "form_key": protection.form_key(_purpose(submission)),
        "honeypot": protection.HONEYPOT,
        "submission": submission,
        "service_request": service_request,
        "jurisdiction": service_request.jurisdiction,
        "media": [(photo, sealed_path(photo)) for photo in service_request.media.all()],
        "updates": service_request.status_updates.filter(private=False, hidden=False, is_comment=False).order_by(
            "-datetime", "-pk"
        ),
    }
    response = _page(request, context, status=refusal.status if refusal else 200)
    if refusal and refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def _purpose(submission: Submission) -> str:
    return f"reply-{submission.pk}"


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return closed(render(request, PAGE, context, status=status))
