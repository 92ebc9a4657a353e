"""Where a body is told that what it calls done is not, once somebody has said so who counts; it may open it again."""

import uuid
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reports import callers, tasks
from reports.delivery import comments
from reports.forms.fixed import ReopenForm
from reports.models import Comment, CommentState, ServiceRequest
from reports.views import protection
from reports.views.service_requests import beside
from reports.views.service_requests.closing import may_reopen, offer
from reports.views.service_requests.held import WAITS
from reports.views.service_requests.page import current_submission

PAGE: Final = "service_requests/reopen.html"


@never_cache
@csrf_exempt  # no cookie comes with it; `protection` stands in for the token
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """The words for the body on GET; on POST a comment that asks to open the request again, once for each closing."""
    again = reverse("service_requests:reopen", args=[reference])
    if request.method == "POST" and (answer := beside.turned_away(request, again)):
        return answer
    service_request = beside.find(request, reference)
    if isinstance(service_request, HttpResponse):
        return service_request
    with timezone.override(service_request.jurisdiction.zone):
        if not may_reopen(service_request):
            return HttpResponseRedirect(service_request.get_absolute_url())
        if request.method == "POST":
            return _take(request, service_request, ReopenForm(request.POST))
        return _show(request, service_request, ReopenForm(initial={"key": uuid.uuid4()}))


def _take(request: HttpRequest, service_request: ServiceRequest, form: ReopenForm) -> HttpResponse:
    refusal = protection.refuse_comment(request, _purpose(service_request))
    if refusal is not None or not form.is_valid():
        return _show(request, service_request, form, refusal)
    submission = current_submission(service_request)
    with transaction.atomic():
        # Once more under its lock: somebody else may have asked since, and a request is asked for once.
        if not may_reopen(ServiceRequest.objects.select_for_update().get(pk=service_request.pk)):
            return HttpResponseRedirect(service_request.get_absolute_url())
        given, address = form.cleaned_data, callers.exact_address(request)
        kept = comments.add(service_request, submission, given["key"], given["text"], address=address)
        if kept is not None:
            _ask(kept)
    if kept is None:
        used = _("This form was sent before with other words. Press the button again to send these.")
        fresh = ReopenForm({"text": form.cleaned_data["text"], "key": str(uuid.uuid4())})
        return _show(request, service_request, fresh, protection.Refusal(409, used))
    if kept.held_at is not None:
        return HttpResponseRedirect(f"{service_request.get_absolute_url()}?{WAITS}=1")
    return HttpResponseRedirect(f"{service_request.get_absolute_url()}#comment-{kept.pk}")


def _ask(comment: Comment) -> None:
    """Mark it before it is sent: what waits is sent when this transaction has ended."""
    pk = comment.pk
    Comment.objects.filter(pk=pk).update(reopens=True)
    if comment.state == CommentState.PENDING:
        transaction.on_commit(lambda: tasks.send_comment.delay(pk), robust=True)


def _show(
    request: HttpRequest, service_request: ServiceRequest, form: ReopenForm, refusal: protection.Refusal | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "form_key": protection.form_key(_purpose(service_request)),
        "service_request": service_request,
        "jurisdiction": service_request.jurisdiction,
        "reopening": offer(service_request, current_submission(service_request)),
    }
    return beside.show(request, PAGE, context, refusal)


def _purpose(service_request: ServiceRequest) -> str:
    return f"reopen-{service_request.pk}"
