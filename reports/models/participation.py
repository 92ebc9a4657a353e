"""What people add to a request without an account: still there, really fixed, follow it. Each person counts once."""

import hashlib
import hmac
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from reports import clock
from reports.models.mirrored import MirroredRequest
from reports.models.people import MailRow
from reports.models.service_requests import PublicStatus, ServiceRequest, StatusUpdate
from reports.models.watching import WatchSubscription


class Mark(str):
    """What stands for a person in rows that are counted: a keyed digest, from which nobody gets back to them.

    The text is made with SECRET_KEY, and is what is written; `forms` has those of SECRET_KEY_FALLBACKS too, by which a
    row from before a change of the key is known again.
    """

    forms: tuple[str, ...]


def person_mark(kind: str, value: str) -> Mark:
    """The mark of a person. `kind` and `value` say who it is: `email` and the address, `account` and its id, `draft`
    and its id."""
    told = f"{kind}:{value.strip().lower()}".encode()
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    forms = tuple(hmac.new(secret.encode(), told, hashlib.sha256).hexdigest() for secret in secrets)
    mark = Mark(forms[0])
    mark.forms = forms
    return mark


class Sighting(models.Model):
    """One person saw that it is still there, first and last on these dates; of a request of ours or a mirrored one."""

    service_request = models.ForeignKey(
        ServiceRequest,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="sightings",
        verbose_name=_("service request"),
    )
    mirrored = models.ForeignKey(
        MirroredRequest,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="sightings",
        verbose_name=_("mirrored request"),
    )
    person = models.CharField(max_length=64, editable=False)
    first_at = models.DateTimeField(_("first"), default=clock.now)
    last_at = models.DateTimeField(_("last"), default=clock.now)

    class Meta:
        verbose_name = _("sighting")
        verbose_name_plural = _("sightings")
        ordering: ClassVar = ["-last_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service_request", "person"], name="sighting_once"),
            models.UniqueConstraint(fields=["mirrored", "person"], name="sighting_of_mirrored_once"),
            models.CheckConstraint(
                condition=models.Q(service_request__isnull=True) ^ models.Q(mirrored__isnull=True),
                name="sighting_of_one_request",
            ),
        ]

    def __str__(self) -> str:
        return f"still there, {self.last_at:%Y-%m-%d}"


class VerdictAnswer(models.TextChoices):
    """What somebody says of a closing."""

    YES = "yes", _("yes, it is fixed")
    NO = "no", _("no, it is not")
    UNSURE = "unsure", _("cannot tell")


VERDICTS: Final = frozenset({PublicStatus.CONFIRMED, PublicStatus.DISPUTED})  # what the answers make of a closing


class Verdict(models.Model):
    """One person's answer to "is it really fixed?", of one closing; the last answer counts."""

    service_request = models.ForeignKey(
        ServiceRequest, models.CASCADE, related_name="verdicts", verbose_name=_("service request")
    )
    closing = models.ForeignKey(StatusUpdate, models.CASCADE, related_name="verdicts", verbose_name=_("closing"))
    person = models.CharField(max_length=64, editable=False)
    answer = models.CharField(_("answer"), max_length=6, choices=VerdictAnswer)
    by_reporter = models.BooleanField(_("filed it"), default=False)
    given_at = models.DateTimeField(_("given"), default=clock.now)

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering: ClassVar = ["-given_at", "-pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["closing", "person"], name="verdict_once")]

    def __str__(self) -> str:
        return f"{self.get_answer_display()} ({self.service_request_id})"


class ConfirmationKind(models.TextChoices):
    """What a person without an account confirms by the link in a mail."""

    FOLLOW = "follow", _("follow")
    SIGHTING = "sighting", _("still there")
    VERDICT = "verdict", _("really fixed?")
    WATCH = "watch", _("watch an area")


class Confirmation(MailRow):
    """One mail owed to an address that somebody typed in; nothing happens until its link is used."""

    kind = models.CharField(_("kind"), max_length=8, choices=ConfirmationKind)
    service_request = models.ForeignKey(
        ServiceRequest,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="confirmations",
        verbose_name=_("service request"),
    )
    mirrored = models.ForeignKey(
        MirroredRequest, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("mirrored request")
    )
    watch = models.ForeignKey(
        WatchSubscription, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("watch subscription")
    )
    answer = models.CharField(_("answer"), max_length=6, choices=VerdictAnswer, blank=True)
    email = models.EmailField(_("e-mail"))
    locale = models.CharField(_("language"), max_length=10, default="en")
    created_at = models.DateTimeField(_("asked"), default=clock.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["state", "due_at"], name="confirmation_due"),
            models.Index(Lower("email"), name="confirmation_by_address"),
        ]

    def __str__(self) -> str:
        return f"confirmation {self.pk} ({self.kind})"
