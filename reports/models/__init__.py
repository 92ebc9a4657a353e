"""The record. Every other part may be lost and made again from these rows."""

from reports.models.jurisdictions import Endpoint, Environment, Jurisdiction
from reports.models.people import Contact, Draft, Notification, NotificationState, Subscription, User
from reports.models.service_requests import Media, PublicStatus, ServiceRequest, StatusUpdate
from reports.models.services import Service, ServiceOverride
from reports.models.submissions import Attempt, Submission, SubmissionState

__all__ = [
    "Attempt",
    "Contact",
    "Draft",
    "Endpoint",
    "Environment",
    "Jurisdiction",
    "Media",
    "Notification",
    "NotificationState",
    "PublicStatus",
    "Service",
    "ServiceOverride",
    "ServiceRequest",
    "StatusUpdate",
    "Submission",
    "SubmissionState",
    "Subscription",
    "User",
]
