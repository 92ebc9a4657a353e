"""“Is it really fixed?”: asked on a page of its own, answered by the link in the closing's mail, with an account, or
by a link that is mailed to whoever asks for it."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reports.forms.fixed import AnswerForm
from reports.links import LinkExpired, LinkForged, subscription_from_verdict_key
from reports.models import ConfirmationKind, Mark, PublicStatus, ServiceRequest, VerdictAnswer, person_mark
from reports.participation import confirmations, verdicts
from reports.views import protection, signed_in
from reports.views.service_requests import beside
from reports.views.service_requests.closing import may_reopen, offer, purpose
from reports.views.service_requests.page import current_submission

PAGE: Final = "service_requests/fixed_page.html"
METHODS: Final = ["GET", "HEAD", "POST"]


@never_cache
@csrf_exempt  # in a person's name only where the browser says that the post comes from here: `_is_known`
@require_http_methods(METHODS)
def fixed(request: HttpRequest, reference: str) -> HttpResponse:
    """The question on GET. On POST an account's answer counts at once; anybody else is sent a link by mail."""
    again = reverse("service_requests:fixed", args=[reference])
    if request.method == "POST" and (answer := beside.turned_away(request, again)):
        return answer
    service_request = beside.find(request, reference)
    if isinstance(service_request, HttpResponse):
        return service_request
    with timezone.override(service_request.jurisdiction.zone):
        if service_request.status != PublicStatus.CLOSED:
            return _page(request, service_request, "open")
        by_mail = not signed_in.address_of(request)
        if by_mail and service_request.held_at is not None:  # about which no mail leaves
            return _page(request, service_request, "held")
        if request.method == "POST":
            return _take(request, service_request)
        form = AnswerForm(initial={"answer": request.GET.get("answer")}, by_mail=by_mail)
        return _page(request, service_request, "ask", form=form)


@never_cache
@csrf_exempt  # the signed key is the permission, and `protection` stands in for the token
@require_http_methods(METHODS)
def fixed_by_link(request: HttpRequest, key: str) -> HttpResponse:
    """The answer that the mail's link names as one button on GET, which mail scanners open, and the others below it; on
    POST the answer counts. 404 for a key that is not ours, 410 when its time is over."""
    if request.method == "POST" and (answer := beside.turned_away(request, reverse("verdict", args=[key]))):
        return answer
    try:
        subscription = subscription_from_verdict_key(key)
    except LinkForged:
        return _ended(request, "forged", 404)
    except LinkExpired:
        return _ended(request, "gone", 410)
    service_request = beside.find(request, subscription.service_request.reference)
    if isinstance(service_request, HttpResponse):
        return service_request
    with timezone.override(service_request.jurisdiction.zone):
        if service_request.status != PublicStatus.CLOSED:
            return _page(request, service_request, "open")
        if request.method != "POST":
            return _page(request, service_request, "buttons", chosen=_chosen(request))
        refusal = protection.refuse_step(request, purpose(service_request))
        answer_given = request.POST.get("answer", "")
        if refusal is None and answer_given not in VerdictAnswer.values:
            refusal = protection.Refusal(400, _("Choose one of the three answers."))
        if refusal is not None:
            return _page(request, service_request, "buttons", refusal=refusal)
        person = person_mark("email", subscription.email)
        own = subscription.by_reporter or confirmations.filed_it(service_request, subscription.email)
        return _recorded(request, service_request, person, answer_given, own)


def _chosen(request: HttpRequest) -> str:
    """The answer that the link names; empty where it names none, or something else."""
    answer = request.GET.get("answer", "")
    return answer if answer in VerdictAnswer.values else ""


def _take(request: HttpRequest, service_request: ServiceRequest) -> HttpResponse:
    account = protection.signed_in(request)
    address = signed_in.confirmed_address(account) if account else ""
    form = AnswerForm(request.POST, by_mail=not address)
    refusal = protection.refuse_step(request, purpose(service_request))
    if refusal is None and form.is_valid() and not address:
        refusal = protection.refuse_rate(request, "confirmation")
    if refusal is not None or not form.is_valid():
        return _page(request, service_request, "ask", form=form, refusal=refusal)
    answer = form.cleaned_data["answer"]
    if account and address:  # marked by the address, so that whoever also answers by mail counts once
        own = service_request.account_id == account.pk or confirmations.filed_it(service_request, address)
        return _recorded(request, service_request, person_mark("email", address), answer, own)
    email = form.cleaned_data["email"]
    confirmations.ask_by_mail(ConfirmationKind.VERDICT, email, service_request=service_request, answer=answer)
    return _page(request, service_request, "mailed", email=email)


def _recorded(
    request: HttpRequest, service_request: ServiceRequest, person: Mark, answer: str, by_reporter: bool
) -> HttpResponse:
    if not verdicts.record(service_request, person, answer, by_reporter=by_reporter):
        return _page(request, service_request, "open")
    return _page(request, service_request, "thanks", answer=answer)


def _page(
    request: HttpRequest,
    service_request: ServiceRequest,
    state: str,
    refusal: protection.Refusal | None = None,
    **more: Any,
) -> HttpResponse:
    context = {
        "state": state,
        "service_request": service_request,
        "jurisdiction": service_request.jurisdiction,
        "form_key": protection.form_key(purpose(service_request)),
        "page_url": reverse("service_requests:fixed", args=[service_request.reference]),
        "reopening": offer(service_request, current_submission(service_request))
        if may_reopen(service_request)
        else None,
        **more,
    }
    response = beside.show(request, PAGE, context, refusal)
    if state == "held":
        response.status_code = 409
    return response


def _ended(request: HttpRequest, state: str, status: int) -> HttpResponse:
    response = beside.show(request, PAGE, {"state": state})
    response.status_code = status
    return response
