"""What the pages of an account have in common: who it is, pages of long lists, and where a form leads back to."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.core.paginator import InvalidPage, Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from reports.models import User
from reports.participation import belonging
from reports.participation.belonging import Person

PAGE: Final = 25  # rows

View = Callable[..., HttpResponseBase]


class NoSuchPage(Exception):
    """A page past the end of a list; the sentence says of which."""


def of_account(view: View) -> View:
    """Decorate a page of the account: kept by no cache, and for nobody but its owner. It is handed the person.

    Whoever is not signed in is asked to, and comes back.
    """

    @never_cache
    @login_required
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, _person(request), *args, **kwargs)
        except NoSuchPage as error:
            return not_found(request, str(error))

    return wrapper


def once_more(view: View) -> View:
    """Decorate what is only done for somebody who has just given their password, or their second factor. Whoever has
    not is asked to, and what they posted is done after that."""
    asked: View = reauthentication_required(view)
    return asked


def page_of(request: HttpRequest, rows: Any) -> "Page[Any]":
    """The page of a list that the address names, the first one without a name; NoSuchPage past its end."""
    try:
        return Paginator(rows, PAGE).page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise NoSuchPage(_("This list has no page “%(page)s”.") % {"page": request.GET["page"]}) from error


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: nothing on the first look at it."""
    return request.POST if request.method == "POST" else None


def not_found(request: HttpRequest, why: str) -> HttpResponse:
    """404, with the reason. What is somebody else's is answered like what is not there."""
    return render(request, "404.html", {"why": why}, status=404)


def back(request: HttpRequest, name: str) -> HttpResponseRedirect:
    """To the page of the account from which a form came, or else to the one of that name."""
    home, wanted = reverse("account"), request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted if ours and wanted.startswith(home) else reverse(name))


def _person(request: HttpRequest) -> Person:
    if not isinstance(request.user, User):
        raise LookupError("a page of an account was opened without one")
    return belonging.person(request.user)
