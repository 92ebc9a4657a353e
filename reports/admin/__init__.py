"""The volunteers' site. Its modules are imported here by name: `civic.apps` says why there is no autodiscovery."""

from django.contrib import admin

from reports.admin import (
    accounts,
    catalogue_changes,
    comments,
    jurisdictions,
    mirrored,
    people,
    routing_rules,
    service_requests,
    services,
    submissions,
)

admin_site = admin.site

__all__ = [
    "accounts",
    "admin_site",
    "catalogue_changes",
    "comments",
    "jurisdictions",
    "mirrored",
    "people",
    "routing_rules",
    "service_requests",
    "services",
    "submissions",
]
