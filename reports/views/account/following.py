"""What the account's addresses are told of by mail: reports, and watch areas. Each is stopped here, and resumed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reports.models import DigestForm, Rhythm, Subscription, WatchSubscription
from reports.notifications import digests, unsubscribe
from reports.participation import belonging, following, watching
from reports.participation.belonging import Person
from reports.views.account.pages import back, not_found, of_account, page_of

ONE = require_http_methods(["GET", "HEAD", "POST"])  # opened by somebody who comes back from signing in


@require_safe
@of_account
def followed(request: HttpRequest, person: Person) -> HttpResponse:
    """The reports that the addresses follow, 25 a page, and all watch areas. A page past the end answers 404."""
    related = ("service_request__jurisdiction", "service_request__service__override")
    rows = belonging.subscriptions(person).select_related(*related)
    context = {
        "page": page_of(request, rows.defer("service_request__jurisdiction__boundary")),
        "areas": belonging.watch_subscriptions(person).select_related("area").defer("area__shape"),
        "rhythms": Rhythm.choices,
        "over": belonging.OVER,
        "addresses": person.addresses,
        "here": request.get_full_path(),
    }
    return render(request, "account/following.html", context)


@ONE
@of_account
def subscription(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Stop or resume one subscription by a POST of `do`; 404 for anybody else's. GET leads to the list."""
    row = belonging.subscriptions(person).select_related("service_request").filter(pk=pk).first()
    if row is None:
        return not_found(request, _("None of your confirmed addresses follows this report."))
    if request.method == "POST":
        _change(request, row)
    return back(request, "account_following")


@ONE
@of_account
def area(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Stop or resume the digests of one watch area, or change how often they come; 404 for anybody else's."""
    row = belonging.watch_subscriptions(person).select_related("area").filter(pk=pk).first()
    if row is None:
        return not_found(request, _("You do not watch this area."))
    if request.method == "POST":
        _change_watch(request, person, row)
    return redirect("account_following")


def _change(request: HttpRequest, row: Subscription) -> None:
    named = {"reference": row.service_request.reference, "email": row.email}
    if request.POST.get("do") == "stop":
        unsubscribe.unsubscribe(row)
        messages.success(request, _("Mails about %(reference)s no longer go to %(email)s.") % named)
    elif request.POST.get("do") == "resume":
        try:
            belonging.resume(row)
        except following.NotFollowed:
            messages.warning(request, _("%(reference)s has ended or is not shown. No more mails come of it.") % named)
        else:
            messages.success(request, _("Mails about %(reference)s go to %(email)s again.") % named)
    else:
        messages.error(request, _("The form did not arrive whole. Nothing was changed."))


def _change_watch(request: HttpRequest, person: Person, row: WatchSubscription) -> None:
    named = {"area": row.area.name, "email": row.email}
    wanted = request.POST.get("do", "")
    if wanted == "stop":
        digests.stop(row)
        messages.success(request, _("Digests of “%(area)s” no longer go to %(email)s.") % named)
    elif not belonging.is_own(person, row):
        messages.error(request, _("%(email)s is not a confirmed address of this account. Nothing was changed.") % named)
    elif wanted == "resume":
        _watch_again(request, person, row)
    elif wanted == "rhythm" and row.form == DigestForm.SHEET:
        messages.error(request, _("A sheet comes once a week. Nothing was changed."))
    elif wanted == "rhythm" and request.POST.get("rhythm") in Rhythm.values:
        belonging.set_rhythm(row, request.POST["rhythm"])
        messages.success(request, _("How often digests of “%(area)s” come is saved.") % named)
    else:
        messages.error(request, _("The form did not arrive whole. Nothing was changed."))


def _watch_again(request: HttpRequest, person: Person, row: WatchSubscription) -> None:
    named = {"area": row.area.name, "email": row.email}
    try:
        belonging.watch_again(person, row)
    except watching.TooMany:
        messages.warning(request, _("%(email)s watches as many areas as it may. Stop another one first.") % named)
    else:
        messages.success(request, _("Digests of “%(area)s” go to %(email)s again.") % named)
