"""The project's addresses: accounts, the admin (its modules are imported by name), and the site.

Pages for people carry their language in the path: none for English, `/es/` for Spanish. No cookie and no header chooses
it, so that an address means the same to whoever opens it.
"""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from reports.admin import admin_site
from reports.urls import machine_patterns

urlpatterns = [
    *machine_patterns,
    *i18n_patterns(
        path("accounts/", include("allauth.urls")),
        path("admin/", admin_site.urls),
        path("", include("reports.urls")),
        prefix_default_language=False,
    ),
]
