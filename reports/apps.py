"""The application: on start it hands the network's rules from the settings to the one door."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Everything that this project is for."""

    name = "reports"
    verbose_name = _("Reports")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from reports import http
        from reports.checks import register

        http.configure(
            http.Policy(
                user_agent=settings.USER_AGENT,
                connect_timeout=settings.HTTP_CONNECT_TIMEOUT,
                read_timeout=settings.HTTP_READ_TIMEOUT,
                total_timeout=settings.HTTP_TOTAL_TIMEOUT,
                max_bytes=settings.HTTP_MAX_BYTES,
                allowed_private=tuple(settings.HTTP_ALLOWED_PRIVATE),
            )
        )
        register()
