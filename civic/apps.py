"""The admin without autodiscovery: `reports.urls` imports the admin modules that it wants, by name."""

from django.contrib.admin.apps import SimpleAdminConfig


class CivicAdminConfig(SimpleAdminConfig):
    """Django admin with the site of `reports.admin`, which asks staff for a second factor."""

    default_site = "reports.admin.site.StaffSite"
