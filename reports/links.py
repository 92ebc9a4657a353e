"""Links that carry their own permission: signed, with a salt for each purpose, and no secret in the database."""

import base64
import binascii
import uuid
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer, b62_decode, b62_encode
from django.urls import reverse

from reports import clock
from reports.models import (
    Confirmation,
    Draft,
    ServiceRequest,
    Submission,
    Subscription,
    WatchArea,
    WatchSubscription,
)

SEPARATOR = "."
CONFIRMATION_LIFE = timedelta(days=7)
VERDICT_LINK_LIFE = timedelta(days=365)
OWNER_LINK_LIFE = timedelta(days=3650)  # old mails have to work, and not for ever


class LinkForged(Exception):
    """The signature does not fit: the link was never one of ours, or was cut short on its way."""


class LinkExpired(Exception):
    """The link was ours, and its time is over or what it led to has been deleted."""


def absolute(path: str) -> str:
    """The public address of a path of this site, as bodies and mails need it."""
    return f"{settings.SITE_URL}{path}"


def draft_key(draft: Draft) -> str:
    """The key under which a draft is found, safe in a path. The same for the draft's whole life."""
    return _sign_until("draft", _pack(draft.pk), draft.expires_at)


def draft_from_key(key: str) -> Draft:
    """The draft of a key. LinkForged for a key that is not ours, LinkExpired when its time or the draft is over."""
    packed = _unsign_in_time("draft", key)
    draft = Draft.objects.select_related("service_request").filter(pk=_unpack(packed)).first()
    if draft is None:
        raise LinkExpired
    return draft


def subscription_key(subscription: Subscription) -> str:
    """The key that ends a subscription. It does not expire: an old mail has to be able to stop the next one."""
    return _signer("subscription").sign(str(subscription.pk))


def unsubscribe_link(subscription: Subscription) -> str:
    """The absolute address of the page that ends a subscription."""
    return absolute(reverse("unsubscribe", args=[subscription_key(subscription)]))


def subscription_from_key(key: str) -> Subscription:
    """The subscription of a key. LinkForged for a key that is not ours, LinkExpired when its request is deleted."""
    subscription = (
        Subscription.objects.select_related("service_request").filter(pk=int(_unsign("subscription", key))).first()
    )
    if subscription is None:
        raise LinkExpired
    return subscription


def confirmation_key(confirmation: Confirmation) -> str:
    """The key by which somebody without an account does what they asked for. Good for seven days from the asking."""
    return _sign_until("confirmation", confirmation.pk, confirmation.created_at + CONFIRMATION_LIFE)


def confirmation_link(confirmation: Confirmation) -> str:
    """The absolute address of the page on which they do it, in the language that is active."""
    return absolute(reverse("confirm", args=[confirmation_key(confirmation)]))


def confirmation_from_key(key: str) -> Confirmation:
    """The confirmation of a key. LinkForged for a key that is not ours, LinkExpired when its time is over."""
    pk = _unsign_in_time("confirmation", key)
    ours = ("service_request__jurisdiction", "service_request__service__override")
    rows = Confirmation.objects.select_related(*ours, "mirrored__endpoint__jurisdiction", "watch__area__body")
    found = rows.filter(pk=int(pk)).first()
    if found is None:
        raise LinkExpired
    return found


def verdict_key(subscription: Subscription) -> str:
    """The key by which whoever follows a report says whether it is really fixed: a year from now."""
    return _sign_until("verdict", subscription.pk, clock.now() + VERDICT_LINK_LIFE)


def verdict_link(subscription: Subscription) -> str:
    """The absolute address of the page on which that is said."""
    return absolute(reverse("verdict", args=[verdict_key(subscription)]))


def subscription_from_verdict_key(key: str) -> Subscription:
    """The subscription of a key. LinkForged for a key that is not ours, LinkExpired when its time or the subscription
    is over; one that was ended still may say it."""
    pk = _unsign_in_time("verdict", key)
    found = Subscription.objects.select_related("service_request").filter(pk=int(pk)).first()
    if found is None:
        raise LinkExpired
    return found


def watch_stop_key(subscription: WatchSubscription) -> str:
    """The key that ends the mails about a watch area. It does not expire: an old mail has to stop the next one."""
    return _signer("watch").sign(str(subscription.pk))


def watch_stop_link(subscription: WatchSubscription) -> str:
    """The absolute address of the page that ends them, in the language that is active."""
    return absolute(reverse("watch:stop", args=[watch_stop_key(subscription)]))


def watch_subscription_from_key(key: str) -> WatchSubscription:
    """The subscription of a key. LinkForged for a key that is not ours, LinkExpired when it is deleted."""
    found = WatchSubscription.objects.select_related("area").filter(pk=int(_unsign("watch", key))).first()
    if found is None:
        raise LinkExpired
    return found


def watch_link(area: WatchArea, page: str = "area") -> str:
    """The absolute address of one of an area's pages: `area`, or the `sheet` to print."""
    return absolute(reverse(f"watch:{page}", args=[area.key]))


def reply_key(submission: Submission) -> str:
    """The key by which a body that was told by mail may answer. It is good while the submission is kept."""
    return _signer("reply").sign(str(submission.pk))


def reply_link(submission: Submission) -> str:
    """The absolute address of the page on which a body answers."""
    return absolute(reverse("reply", args=[reply_key(submission)]))


def submission_from_reply_key(key: str) -> Submission:
    """The submission of a key. LinkForged for a key that is not ours, LinkExpired when the submission is deleted."""
    found = Submission.objects.select_related("request__jurisdiction", "request__endpoint", "endpoint")
    submission = found.filter(pk=int(_unsign("reply", key))).first()
    if submission is None:
        raise LinkExpired
    return submission


def owner_key(service_request: ServiceRequest) -> str:
    """The key by which whoever filed a report may take it away. The same for ten years from the filing."""
    return _sign_until("owner", service_request.pk, service_request.requested_datetime + OWNER_LINK_LIFE)


def take_away_link(service_request: ServiceRequest) -> str:
    """The absolute address of the page on which a report is taken away."""
    return absolute(reverse("take_away", args=[owner_key(service_request)]))


def service_request_from_owner_key(key: str) -> ServiceRequest:
    """The report of a key. LinkForged for a key that is not ours, LinkExpired when its time or the report is over."""
    pk = _unsign_in_time("owner", key)
    found = ServiceRequest.objects.select_related("jurisdiction").filter(pk=int(pk)).first()
    if found is None:
        raise LinkExpired
    return found


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"reports.links.{purpose}", sep=SEPARATOR)


def _sign_until(purpose: str, subject: object, until: datetime) -> str:
    return _signer(purpose).sign(f"{subject}{SEPARATOR}{b62_encode(int(until.timestamp()))}")


def _unsign_in_time(purpose: str, key: str) -> str:
    """What `_sign_until` signed; LinkExpired once its time is over."""
    subject, _separator, expiry = _unsign(purpose, key).partition(SEPARATOR)
    if clock.now() >= datetime.fromtimestamp(b62_decode(expiry), UTC):
        raise LinkExpired
    return subject


def _unsign(purpose: str, key: str) -> str:
    try:
        return _signer(purpose).unsign(key)
    except BadSignature as error:
        raise LinkForged from error


def _pack(value: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(value.bytes).decode().rstrip("=")


def _unpack(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(bytes=base64.urlsafe_b64decode(f"{text}=="))
    except (ValueError, binascii.Error) as error:
        raise LinkForged from error
