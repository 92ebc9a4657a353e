"""The volunteers' site. Its modules are imported here by name: `civic.apps` says why there is no autodiscovery."""

from django.contrib import admin

from reports.admin import (
    abuse,
    accounts,
    call_now_rules,
    catalogue_changes,
    comments,
    disclosures,
    heartbeats,
    hold_rules,
    jurisdictions,
    mirrored,
    missing_places,
    participation,
    people,
    photos,
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
    "abuse",
    "accounts",
    "admin_site",
    "call_now_rules",
    "catalogue_changes",
    "comments",
    "disclosures",
    "heartbeats",
    "hold_rules",
    "jurisdictions",
    "mirrored",
    "missing_places",
    "participation",
    "people",
    "photos",
    "pushed_updates",
    "routing_rules",
    "service_requests",
    "services",
    "submissions",
    "traffic",
    "volunteer_mails",
]
