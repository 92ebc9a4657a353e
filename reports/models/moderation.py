"""What volunteers look at: words and senders that are held, abuse, missing places, words to call at once for."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports import clock
from reports.models.comments import Comment
from reports.models.jurisdictions import Jurisdiction
from reports.models.service_requests import Media, ServiceRequest


class HoldKind(models.TextChoices):
    """What a rule looks at."""

    WORDS = "words", _("words in what was written")
    SENDER = "sender", _("e-mail address, or @domain")
    NETWORK = "network", _("network address, or range")


class HoldRule(models.Model):
    """What it fits is not published until a volunteer has looked. Sending to the body goes on."""

    kind = models.CharField(_("looks at"), max_length=7, choices=HoldKind, default=HoldKind.WORDS)
    pattern = models.CharField(_("fits"), max_length=200)
    jurisdiction = models.ForeignKey(
        Jurisdiction,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="hold_rules",
        verbose_name=_("jurisdiction"),
        help_text=_("Empty: everywhere."),
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("rule for holding")
        verbose_name_plural = _("rules for holding")
        ordering: ClassVar = ["kind", "pattern"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.pattern}"


class AbuseReason(models.TextChoices):
    """Why somebody says that something should not be public."""

    PERSONAL = "personal", _("It shows somebody's name, face, number plate or telephone number")
    OFFENSIVE = "offensive", _("It insults or threatens somebody")
    SPAM = "spam", _("It is advertising, or makes no sense")
    OTHER = "other", _("Something else")


class AbuseReport(models.Model):
    """Somebody says that a request, a comment or a photo should not be public. Nothing is kept of who says it."""

    service_request = models.ForeignKey(
        ServiceRequest, models.CASCADE, related_name="abuse_reports", verbose_name=_("service request")
    )
    comment = models.ForeignKey(
        Comment, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("comment")
    )
    photo = models.ForeignKey(Media, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("photo"))
    reason = models.CharField(_("reason"), max_length=9, choices=AbuseReason)
    text = models.TextField(_("in their words"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("reported"), default=clock.now)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)

    class Meta:
        verbose_name = _("report of abuse")
        verbose_name_plural = _("reports of abuse")
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["handled_at", "-created_at"], name="abuse_waiting")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.service_request_id})"


class MissingPlace(models.Model):
    """Somebody says where this site should work and does not. Nothing is kept of who says it."""

    lat = models.FloatField(_("latitude"))
    long = models.FloatField(_("longitude"))
    words = models.CharField(_("in their words"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("said"), default=clock.now)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)

    class Meta:
        verbose_name = _("missing place")
        verbose_name_plural = _("missing places")
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.lat:.4f}, {self.long:.4f}"


class CallNowRule(models.Model):
    """Words that make it an emergency. Whoever types them is told whom to call before anything else is asked."""

    words = models.CharField(
        _("words"), max_length=500, help_text=_("Commas between them; each is looked for at the start of a word.")
    )
    message = models.CharField(_("message"), max_length=500)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    jurisdiction = models.ForeignKey(
        Jurisdiction,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="call_now_rules",
        verbose_name=_("jurisdiction"),
        help_text=_("Empty: everywhere."),
    )
    locale = models.CharField(_("language"), max_length=10, blank=True, help_text=_("Empty: every language."))
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("words to call at once for")
        verbose_name_plural = _("words to call at once for")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.words
