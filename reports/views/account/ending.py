"""Where an account is deleted. It asks who it is, says what happens, and happens on a POST alone."""

from allauth.account.adapter import get_adapter
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reports.delivery import taken_away
from reports.forms.account import EndForm
from reports.participation import account_end, belonging
from reports.participation.belonging import Person
from reports.views.account.pages import of_account, once_more, posted


@require_http_methods(["GET", "HEAD", "POST"])
@of_account
def delete(request: HttpRequest, person: Person) -> HttpResponseBase:
    """What would go and what would stay; a POST asks for the password, or the second factor, and then deletes.

    409 for the last superuser, and while a report that is to be taken away is being sent.
    """
    form = EndForm(posted(request), has_reports=bool(belonging.service_request_keys(person)))
    if request.method == "POST" and form.is_valid():
        return _delete(request, person, form)
    return _show(request, person, form)


@require_safe
@never_cache
def deleted(request: HttpRequest) -> HttpResponse:
    """Where whoever has no account any more is told so."""
    return render(request, "account/deleted.html")


@once_more
def _delete(request: HttpRequest, person: Person, form: EndForm) -> HttpResponseBase:
    email = person.addresses[0] if person.addresses else ""
    try:
        account_end.end(person.account, take_away=form.takes_away)
    except account_end.LastSuperuser:
        return _show(request, person, form)
    except account_end.StillBeingSent as error:
        return _show(request, person, form, being_sent=error.count)
    logout(request)
    if email:
        _tell(request, email, took_away=form.takes_away)
    return redirect("account_deleted")


def _tell(request: HttpRequest, email: str, *, took_away: bool) -> None:
    """A mail that no row owes, as the address is not kept. A mail server that is away undoes nothing."""
    get_adapter(request).send_mail("account/email/account_deleted", email, {"took_away": took_away})


def _show(request: HttpRequest, person: Person, form: EndForm, being_sent: int = 0) -> HttpResponse:
    last_superuser = account_end.is_last_superuser(person.account)
    context = {
        "form": form,
        "reports": len(belonging.service_request_keys(person)),
        "last_superuser": last_superuser,
        "being_sent": being_sent,
        "minutes": taken_away.minutes_of_a_call(),
        "addresses": person.addresses,
    }
    conflict = being_sent or (last_superuser and request.method == "POST")
    return render(request, "account/delete.html", context, status=409 if conflict else 200)
