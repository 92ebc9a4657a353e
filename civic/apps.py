"""The admin without autodiscovery: `civic.urls` imports `reports.admin`, which names its modules."""

from django.contrib.admin.apps import SimpleAdminConfig


class CivicAdminConfig(SimpleAdminConfig):
    """Django admin with the site of `reports.admin`, which asks staff for a second factor."""

    default_site = "reports.admin.site.StaffSite"
