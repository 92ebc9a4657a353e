"""Mails to the volunteers: what waits for them, and which systems are away."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.jurisdictions import Endpoint
from reports.models.people import MailRow


class VolunteerMailKind(models.TextChoices):
    """What a volunteer is told."""

    NEW = "new", _("reports that need a volunteer")
    REMINDER = "reminder", _("reports that still need one")
    OUTAGE = "outage", _("a system that is away")
    RECOVERY = "recovery", _("a system that is back")
    HELD = "held", _("what waits to be published")


class VolunteerMail(MailRow):
    """One thing owed to one address; the mail's own outbox row. What is due together leaves as one mail.

    `about` tells one occasion from another: for reports the `volunteers_told_at` that they were given, for a system
    the `trouble_since` of its outage, for what is held the moment at which it was told.
    """

    email = models.EmailField(_("e-mail"))
    kind = models.CharField(_("what"), max_length=8, choices=VolunteerMailKind)
    about = models.DateTimeField(_("of"))
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("endpoint")
    )

    class Meta:
        verbose_name = _("mail to a volunteer")
        verbose_name_plural = _("mails to volunteers")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="volunteer_mail_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["email", "kind", "about", "endpoint"],
                name="volunteer_mail_once",
                condition=models.Q(endpoint__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"
