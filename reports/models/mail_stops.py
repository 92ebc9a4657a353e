"""Addresses to which nothing more is sent: the mail came back, or its receiver complained."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports import clock


class StopReason(models.TextChoices):
    """Why nothing more is sent."""

    BOUNCED = "bounced", _("mail to it came back for good")
    COMPLAINED = "complained", _("its receiver called our mail spam")
    REFUSED = "refused", _("the mail server refused the address for good")


class MailStop(models.Model):
    """One address to which no mail goes any more. It is kept as a mark (`person_mark("email", …)`), which is enough to
    recognise it; a volunteer who is asked about an address looks for its mark."""

    address = models.CharField(_("address (mark)"), max_length=64, unique=True, editable=False)
    reason = models.CharField(_("reason"), max_length=10, choices=StopReason)
    words = models.CharField(_("the server's words"), max_length=300, blank=True)
    stopped_at = models.DateTimeField(_("since"), default=clock.now)

    class Meta:
        verbose_name = _("stopped address")
        verbose_name_plural = _("stopped addresses")
        ordering: ClassVar = ["-stopped_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, {self.stopped_at:%Y-%m-%d}"
