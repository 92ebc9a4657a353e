"""The record. Every other part may be lost and made again from these rows."""

from reports.models.comments import Comment, CommentState
from reports.models.jurisdictions import Endpoint, Environment, Jurisdiction
from reports.models.mirrored import MirroredRequest
from reports.models.people import Contact, Draft, Notification, NotificationState, Subscription, User
from reports.models.routing_rules import RoutingRule, RuleKind
from reports.models.service_requests import Media, PublicStatus, ServiceRequest, StatusUpdate
from reports.models.services import CatalogueChange, PlaceListing, Service, ServiceOverride
from reports.models.submissions import Attempt, Submission, SubmissionState

__all__ = [
    "Attempt",
    "CatalogueChange",
    "Comment",
    "CommentState",
    "Contact",
    "Draft",
    "Endpoint",
    "Environment",
    "Jurisdiction",
    "Media",
    "MirroredRequest",
    "Notification",
    "NotificationState",
    "PlaceListing",
    "PublicStatus",
    "RoutingRule",
    "RuleKind",
    "Service",
    "ServiceOverride",
    "ServiceRequest",
    "StatusUpdate",
    "Submission",
    "SubmissionState",
    "Subscription",
    "User",
]
