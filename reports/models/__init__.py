"""The record. Every other part may be lost and made again from these rows."""

from reports.models.comments import Comment, CommentState
from reports.models.disclosures import Disclosure
from reports.models.heartbeats import Heartbeat
from reports.models.jurisdictions import Endpoint, Environment, Jurisdiction
from reports.models.listing_changes import ChangeReader, ListingChange
from reports.models.mail_stops import MailStop, StopReason
from reports.models.mirrored import MirroredRequest
from reports.models.moderation import AbuseReason, AbuseReport, CallNowRule, HoldKind, HoldRule, MissingPlace
from reports.models.participation import (
    VERDICTS,
    Confirmation,
    ConfirmationKind,
    Mark,
    Sighting,
    Verdict,
    VerdictAnswer,
    person_mark,
)
from reports.models.people import Contact, Draft, Notification, NotificationState, Subscription, User
from reports.models.pushed_updates import PushedUpdate
from reports.models.routing_rules import RoutingRule, RuleKind
from reports.models.service_requests import Media, PlaceMeant, PublicStatus, ServiceRequest, StatusUpdate
from reports.models.services import CatalogueChange, PlaceListing, Service, ServiceOverride
from reports.models.submissions import Attempt, Submission, SubmissionState
from reports.models.traffic import Breaker, Traffic
from reports.models.volunteer_mails import VolunteerMail, VolunteerMailKind
from reports.models.watching import (
    Digest,
    DigestForm,
    District,
    Rhythm,
    WatchArea,
    WatchItem,
    WatchSubscription,
)

__all__ = [
    "VERDICTS",
    "AbuseReason",
    "AbuseReport",
    "Attempt",
    "Breaker",
    "CallNowRule",
    "CatalogueChange",
    "ChangeReader",
    "Comment",
    "CommentState",
    "Confirmation",
    "ConfirmationKind",
    "Contact",
    "Digest",
    "DigestForm",
    "Disclosure",
    "District",
    "Draft",
    "Endpoint",
    "Environment",
    "Heartbeat",
    "HoldKind",
    "HoldRule",
    "Jurisdiction",
    "ListingChange",
    "MailStop",
    "Mark",
    "Media",
    "MirroredRequest",
    "MissingPlace",
    "Notification",
    "NotificationState",
    "PlaceListing",
    "PlaceMeant",
    "PublicStatus",
    "PushedUpdate",
    "Rhythm",
    "RoutingRule",
    "RuleKind",
    "Service",
    "ServiceOverride",
    "ServiceRequest",
    "Sighting",
    "StatusUpdate",
    "StopReason",
    "Submission",
    "SubmissionState",
    "Subscription",
    "Traffic",
    "User",
    "Verdict",
    "VerdictAnswer",
    "VolunteerMail",
    "VolunteerMailKind",
    "WatchArea",
    "WatchItem",
    "WatchSubscription",
    "person_mark",
]
