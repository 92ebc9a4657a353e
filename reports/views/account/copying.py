"""A copy of everything that is kept about the owner of an account."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from reports import clock
from reports.participation import account_copy
from reports.participation.belonging import Person
from reports.views.account.pages import of_account, once_more


@require_safe
@of_account
def copy(request: HttpRequest, person: Person) -> HttpResponse:
    """What the copy holds, and the way to it."""
    return render(request, "account/copy.html", {"ready": False, "addresses": person.addresses})


@require_http_methods(["GET", "HEAD", "POST"])
@of_account
@once_more
def download(request: HttpRequest, person: Person) -> HttpResponseBase:
    """Its owner has just shown who they are, or is asked to: a page with the button, and on POST the ZIP, streamed."""
    if request.method != "POST":
        return render(request, "account/copy.html", {"ready": True, "addresses": person.addresses})
    response = StreamingHttpResponse(account_copy.stream(person.account), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="account-{clock.now():%Y-%m-%d}.zip"'
    return response
