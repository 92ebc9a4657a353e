"""The volunteers' site: Django admin behind allauth's sign-in, so that a second factor counts here too."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from reports.admin import mails, traffic_words
from reports.admin.waiting import waiting as waits_beside
from reports.models import Endpoint, Jurisdiction, Submission, SubmissionState


class StaffSite(AdminSite):
    """Django admin for volunteers. With STAFF_NEED_MFA no page opens to an account without a second factor."""

    site_header = settings.SITE_NAME
    site_title = settings.SITE_NAME
    index_title = gettext_lazy("What there is to do")
    index_template = "admin/volunteers_index.html"

    def get_urls(self) -> list[Any]:
        """With the pages that belong to no table."""
        return [*mails.urls(self), *super().get_urls()]

    def has_permission(self, request: HttpRequest) -> bool:
        """Active volunteers, with a second factor where the settings ask for one."""
        return super().has_permission(request) and not self.lacks_second_factor(request)

    def lacks_second_factor(self, request: HttpRequest) -> bool:
        """Whether this account has to set up an authenticator before anything opens."""
        return settings.STAFF_NEED_MFA and not is_mfa_enabled(request.user)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people to allauth's sign-in. Django's own form knows no second factor and is neither shown nor read."""
        response: HttpResponse = secure_admin_login(self._let_in)(request)
        return response

    def _let_in(self, request: HttpRequest) -> HttpResponse:
        if self.lacks_second_factor(request):
            messages.warning(request, _("Volunteers need a second factor. Set one up, then open the admin again."))
            return redirect("mfa_index")
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
            return redirect(wanted)
        return redirect("admin:index")

    def password_change(  # type: ignore[override]  # a redirect, where Django shows a form
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Passwords are changed where everybody changes them."""
        return redirect("account_change_password")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The first page, with what waits for a volunteer on top."""
        waiting = Submission.objects.filter(state=SubmissionState.NEEDS_ATTENTION).count()
        setup = {
            "troubled": traffic_words.troubled(),
            "waiting": waiting,
            "waits_beside": waits_beside(self, request),
            "jurisdictions": Jurisdiction.objects.filter(active=True).count(),
            "live_endpoints": Endpoint.objects.filter(active=True).count(),
        }
        return super().index(request, (extra_context or {}) | setup)
