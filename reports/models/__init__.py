"""The record. Every other part may be lost and made again from these rows."""

from reports.models.comments import Comment, CommentState
from reports.models.disclosures import Disclosure
from reports.models.heartbeats import Heartbeat
from reports.models.jurisdictions import Endpoint, Environment, Jurisdiction
from reports.models.mirrored import MirroredRequest
from reports.models.people import Contact, Draft, Notification, NotificationState, Subscription, User
from reports.models.pushed_updates import PushedUpdate
from reports.models.routing_rules import RoutingRule, RuleKind
from reports.models.service_requests import Media, PublicStatus, ServiceRequest, StatusUpdate
from reports.models.services import CatalogueChange, PlaceListing, Service, ServiceOverride
from reports.models.submissions import Attempt, Submission, SubmissionState
from reports.models.traffic import Breaker, Traffic
from reports.models.volunteer_mails import VolunteerMail, VolunteerMailKind

__all__ = [
    "Attempt",
    "Breaker",
    "CatalogueChange",
    "Comment",
    "CommentState",
    "Contact",
    "Disclosure",
    "Draft",
    "Endpoint",
    "Environment",
    "Heartbeat",
    "Jurisdiction",
    "Media",
    "MirroredRequest",
    "Notification",
    "NotificationState",
    "PlaceListing",
    "PublicStatus",
    "PushedUpdate",
    "RoutingRule",
    "RuleKind",
    "Service",
    "ServiceOverride",
    "ServiceRequest",
    "StatusUpdate",
    "Submission",
    "SubmissionState",
    "Subscription",
    "Traffic",
    "User",
    "VolunteerMail",
    "VolunteerMailKind",
]
