"""The volunteers' site. Its modules are imported here by name: `civic.apps` says why there is no autodiscovery."""

from django.contrib import admin

from reports.admin import (
    accounts,
    catalogue_changes,
    comments,
    disclosures,
    heartbeats,
    jurisdictions,
    mirrored,
    people,
    pushed_updates,
    routing_rules,
    service_requests,
    services,
    submissions,
    traffic,
    volunteer_mails,
)

admin_site = admin.site

__all__ = [
    "accounts",
    "admin_site",
    "catalogue_changes",
    "comments",
    "disclosures",
    "heartbeats",
    "jurisdictions",
    "mirrored",
    "people",
    "pushed_updates",
    "routing_rules",
    "service_requests",
    "services",
    "submissions",
    "traffic",
    "volunteer_mails",
]
