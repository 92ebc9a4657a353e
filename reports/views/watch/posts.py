"""What the pages of watched areas share: which posts are not read at all, and who is meant by one."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from reports import callers
from reports.models import User
from reports.views import protection, signed_in


def refuse_unread(request: HttpRequest, most_bytes: int) -> HttpResponse | None:
    """The answer to a post that is too large or another site's; None for any other."""
    if callers.too_large(request, most_bytes):
        return _too_large(request)
    if protection.cross_site(request):
        return render(request, "watch/refused.html", {"state": "cross_site"}, status=403)
    try:
        len(request.POST)  # reading it is when Django counts its fields
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        return _too_large(request)
    return None


def account_of(request: HttpRequest) -> User | None:
    """Whose account posts, where its address is confirmed: it needs no mail to confirm anything."""
    account = protection.signed_in(request)
    return account if account is not None and signed_in.confirmed_address(account) else None


def _too_large(request: HttpRequest) -> HttpResponse:
    return render(request, "watch/refused.html", {"state": "too_large"}, status=413)
