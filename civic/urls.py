"""The project's addresses. Everything of the site itself stands in `reports.urls`."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("reports.urls")),
]
