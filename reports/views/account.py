"""The account's own page: the reports filed with it. E-mail, password and second factor are allauth's pages."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import InvalidPage, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reports.links import take_away_link
from reports.models import ServiceRequest
from reports.views.service_requests.browse import rows
from reports.views.service_requests.listing import PAGE


@never_cache
@require_safe
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Every report filed with this account, hidden ones too, newest first. A page that is not there answers 404."""
    mine = ServiceRequest.objects.filter(account_id=request.user.pk).select_related("jurisdiction", "service__override")
    try:
        page = Paginator(mine, PAGE).page(request.GET.get("page", 1))
    except InvalidPage:
        why = _("Your list of reports has no page “%(page)s”.") % {"page": request.GET["page"]}
        return render(request, "404.html", {"why": why}, status=404)
    listed = [(*row, take_away_link(row[0])) for row in rows(page.object_list)]
    return render(request, "account/account.html", {"page": page, "rows": listed})
