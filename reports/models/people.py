"""What belongs to a person: an unfinished report, contact details, what they want to be told and were."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from reports import clock
from reports.models.jurisdictions import Endpoint
from reports.models.service_requests import ServiceRequest, StatusUpdate

DRAFT_LIFE = timedelta(days=7)

# `email__lower` asks whose an address is. `iexact` compares capitals on PostgreSQL, where those of a dotless i and a
# long s are I and S: the owner of a domain that is written with one of them would be somebody else.
models.EmailField.register_lookup(Lower)


class UserManager(BaseUserManager["User"]):
    """Makes accounts from an e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an ordinary account; ValueError without an address."""
        if not email:
            raise ValueError("an account needs an e-mail address")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an account that may do everything."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """An account. Residents need none; volunteers sign in with one."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    pass_on = models.BooleanField(
        _("pass my details on"), default=False, help_text=_("Only the box's first state; each report asks again.")
    )
    follow_own = models.BooleanField(
        _("mail me about my reports"), default=True, help_text=_("Only the box's first state; each report asks again.")
    )
    locale = models.CharField(_("language"), max_length=10, blank=True, help_text=_("Of mails; empty: of each page."))
    is_staff = models.BooleanField(_("volunteer"), default=False, help_text=_("May sign in to the admin."))
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=clock.now)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        """First and last name; else the name that a volunteer once gave it, or the address."""
        return f"{self.first_name} {self.last_name}".strip() or self.name or self.email


def _draft_expiry() -> datetime:
    return clock.now() + DRAFT_LIFE


class Draft(models.Model):
    """The answers so far, an object for each question page. Found by a signed link, never by a cookie."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    locale = models.CharField(_("language"), max_length=10, default="en")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="drafts",
        verbose_name=_("account"),
        help_text=_("Where its writer was signed in and the request came from this site."),
    )
    created_at = models.DateTimeField(_("begun"), default=clock.now)
    updated_at = models.DateTimeField(_("last change"), default=clock.now)
    expires_at = models.DateTimeField(_("expires"), default=_draft_expiry)
    service_request = models.OneToOneField(
        ServiceRequest, models.SET_NULL, null=True, blank=True, related_name="draft", verbose_name=_("filed as")
    )

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering: ClassVar = ["-updated_at"]
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="draft_by_expiry")]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Contact(models.Model):
    """Who filed a request. Never public; `pass_on` is the consent to give it to the body behind `endpoint`."""

    service_request = models.OneToOneField(
        ServiceRequest, models.CASCADE, related_name="contact", verbose_name=_("service request")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    pass_on = models.BooleanField(_("may be passed on to the body"), default=False)
    endpoint = models.ForeignKey(
        Endpoint,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agreed to for"),
        help_text=_("The one endpoint that the consent named."),
    )

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes: ClassVar = [models.Index(Lower("email"), name="contact_by_address")]

    def __str__(self) -> str:
        return f"contact of {self.service_request_id}"

    def agreed_for(self, endpoint_id: int) -> bool:
        """Whether these details may be given to that endpoint's body."""
        return self.pass_on and self.endpoint_id == endpoint_id


class Subscription(models.Model):
    """An address that wants to hear of each change of one request, in one language."""

    service_request = models.ForeignKey(
        ServiceRequest, models.CASCADE, related_name="subscriptions", verbose_name=_("service request")
    )
    email = models.EmailField(_("e-mail"))
    locale = models.CharField(_("language"), max_length=10, default="en")
    created_at = models.DateTimeField(_("created"), default=clock.now)
    by_reporter = models.BooleanField(_("filed it"), default=False, help_text=_("Of whoever filed the request."))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        indexes: ClassVar = [models.Index(Lower("email"), name="subscription_by_address")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["service_request", "email"], name="subscription_once")]

    def __str__(self) -> str:
        return f"subscription to {self.service_request_id}"


class NotificationState(models.TextChoices):
    """How far one mail has got."""

    QUEUED = "queued", _("queued")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("not wanted any more")


class MailRow(models.Model):
    """What every row of an outbox of mails has; `notifications/mail_rows.py` sends them."""

    state = models.CharField(_("state"), max_length=8, choices=NotificationState, default=NotificationState.QUEUED)
    due_at = models.DateTimeField(_("due"), null=True, blank=True, default=clock.now)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        abstract = True


class Notification(MailRow):
    """One mail owed to one subscription about one status update; the mail's own outbox row."""

    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="notifications", verbose_name=_("subscription")
    )
    status_update = models.ForeignKey(
        StatusUpdate, models.CASCADE, related_name="notifications", verbose_name=_("status update")
    )

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="notification_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscription", "status_update"], name="notification_once")
        ]

    def __str__(self) -> str:
        return f"notification {self.pk} ({self.state})"
