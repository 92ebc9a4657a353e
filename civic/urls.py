"""The project's addresses: accounts, the admin (its modules are imported by name), and the site."""

from django.urls import include, path

from reports.admin import admin_site

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin_site.urls),
    path("", include("reports.urls")),
]
