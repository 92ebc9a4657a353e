"""A comment on a report, posted from its page: no account and no cookie; guarded as the anonymous flow is."""

import uuid
from dataclasses import replace

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from reports import callers, tasks
from reports.delivery import comments
from reports.forms.comment import CommentForm
from reports.models import CommentState, ServiceRequest
from reports.views import protection
from reports.views.service_requests import conversation
from reports.views.service_requests.held import WAITS
from reports.views.service_requests.page import current_submission, find_request, missing, page

MOST_BYTES = 64 * 1024  # 2,000 characters of any script, percent-encoded, and the form's own fields


def most_bytes() -> int:
    """The longest body that is read: the words, and as many photos as a comment may have."""
    return int(MOST_BYTES + settings.PHOTOS_MAX * settings.PHOTO_MAX_BYTES)


@csrf_exempt  # the page sets no cookie; `protection` stands in for the token
@require_POST
def comment(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep one comment and go back to the page, which shows it; the page again, as typed, where it is not taken."""
    again = reverse("service_requests:detail", args=[reference])
    problem = {"frame": "report/base.html", "start_url": reverse("report:start"), "again_url": again}
    problem["page_path"] = again  # of which there is a version in each language; of this address there is no page
    if callers.too_large(request, most_bytes()):
        return render(request, "report/too_large.html", problem, status=413)
    if protection.cross_site(request):
        return render(request, "report/other_site.html", problem, status=403)
    try:
        form = CommentForm(request.POST, request.FILES)  # reading it is when Django counts its fields
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        return render(request, "report/too_large.html", problem, status=413)
    reference = reference.replace("\x00", "")  # PostgreSQL cannot even be asked about one
    service_request = find_request(reference)
    gone = missing(request, reference, service_request)
    if gone is not None or service_request is None:
        return gone or HttpResponse(status=404)
    with timezone.override(service_request.jurisdiction.zone):
        return _take(request, service_request, form)


def _take(request: HttpRequest, service_request: ServiceRequest, form: CommentForm) -> HttpResponse:
    refusal = _refusal(request, service_request, form)
    if refusal is not None:
        return page(request, service_request, form, _with_photos(refusal, request))
    if not form.is_valid():
        return page(request, service_request, form)
    photos = form.pictures()
    if form.errors:
        return page(request, service_request, form)
    submission = current_submission(service_request)
    with transaction.atomic():
        given = form.cleaned_data
        address = callers.exact_address(request)
        kept = comments.add(service_request, submission, given["key"], given["text"], photos, address)
        if kept is not None and kept.state == CommentState.PENDING:
            pk = kept.pk
            transaction.on_commit(lambda: tasks.send_comment.delay(pk), robust=True)
    if kept is None:  # the back button, and other words in the same form
        used = _("This form was sent before with other words or photos. Send these as a new comment: press the button.")
        fresh = CommentForm({"text": form.cleaned_data["text"], "key": str(uuid.uuid4())})
        return page(request, service_request, fresh, _with_photos(protection.Refusal(409, used), request))
    if kept.held_at is not None:
        return HttpResponseRedirect(f"{service_request.get_absolute_url()}?{WAITS}=1")
    return HttpResponseRedirect(f"{service_request.get_absolute_url()}#comment-{kept.pk}")


def _refusal(request: HttpRequest, service_request: ServiceRequest, form: CommentForm) -> protection.Refusal | None:
    if not conversation.is_open(service_request):
        return protection.Refusal(403, _("Comments on this report are closed."))
    return protection.refuse_comment(request, conversation.form_purpose(service_request, form.shown_key))


def _with_photos(refusal: protection.Refusal, request: HttpRequest) -> protection.Refusal:
    """No page can keep what a file field holds, so it has to be said."""
    if not request.FILES:
        return refusal
    sentence = _("%(refusal)s The photos were not kept: choose them again.") % {"refusal": refusal.sentence}
    return replace(refusal, sentence=sentence)
