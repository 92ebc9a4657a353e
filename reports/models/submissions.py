"""The outbox: what is to be told to which endpoint, how far that has got, and every wire call made for it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports import clock
from reports.models.jurisdictions import Endpoint
from reports.models.service_requests import ServiceRequest


class SubmissionState(models.TextChoices):
    """Where a submission stands. `MOVES` says what may follow what."""

    PENDING = "pending", _("waiting to be sent")
    SENDING = "sending", _("being sent")
    RETRY = "retry", _("to be tried again")
    UNCERTAIN = "uncertain", _("sent, answer lost")
    REFUSED = "refused", _("refused by the body")
    NEEDS_ATTENTION = "needs_attention", _("needs a volunteer")
    ACCEPTED = "accepted", _("taken, number to come")
    DELIVERED = "delivered", _("delivered")
    CANCELLED = "cancelled", _("cancelled")


S = SubmissionState

MOVES: dict[SubmissionState, frozenset[SubmissionState]] = {
    S.PENDING: frozenset({S.SENDING, S.NEEDS_ATTENTION, S.CANCELLED}),
    S.SENDING: frozenset({S.ACCEPTED, S.DELIVERED, S.RETRY, S.UNCERTAIN, S.REFUSED, S.NEEDS_ATTENTION, S.CANCELLED}),
    S.RETRY: frozenset({S.SENDING, S.ACCEPTED, S.DELIVERED, S.NEEDS_ATTENTION, S.CANCELLED}),  # a late receipt counts
    S.UNCERTAIN: frozenset({S.DELIVERED, S.ACCEPTED, S.RETRY, S.NEEDS_ATTENTION, S.CANCELLED}),
    S.REFUSED: frozenset({S.NEEDS_ATTENTION, S.CANCELLED}),
    S.NEEDS_ATTENTION: frozenset({S.RETRY, S.DELIVERED, S.ACCEPTED, S.CANCELLED}),
    S.ACCEPTED: frozenset({S.DELIVERED, S.NEEDS_ATTENTION, S.CANCELLED}),
    S.DELIVERED: frozenset({S.CANCELLED}),
    S.CANCELLED: frozenset(),
}

SENDABLE = frozenset({S.PENDING, S.RETRY})


class Submission(models.Model):
    """One request on its way to one endpoint. `due_at` is when the next step is owed; null when none is.

    In `accepted` the next step is a token look-up, in `delivered` a look at the request's status, in `uncertain` a look
    whether the body has it.
    """

    # Not `service_request`: its column would take the standard's name for the body's own number.
    request = models.ForeignKey(
        ServiceRequest, models.PROTECT, related_name="submissions", verbose_name=_("service request")
    )
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, related_name="submissions", verbose_name=_("endpoint"))
    state = models.CharField(_("state"), max_length=16, choices=SubmissionState, default=SubmissionState.PENDING)
    due_at = models.DateTimeField(_("next step due"), null=True, blank=True, default=clock.now)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    posts = models.PositiveSmallIntegerField(_("times sent"), default=0)
    looks = models.PositiveIntegerField(_("look-ups"), default=0)
    token = models.CharField(_("token"), max_length=200, blank=True)
    service_request_id = models.CharField(_("the body's number"), max_length=200, blank=True)
    held = models.BooleanField(
        _("held for review"), default=False, help_text=_("The body looks at it before it counts.")
    )
    reason = models.TextField(_("reason"), blank=True, help_text=_("Plain words on why it is where it is."))
    created_at = models.DateTimeField(_("created"), default=clock.now)
    released_at = models.DateTimeField(_("released"), default=clock.now, help_text=_("From when its patience counts."))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    token_at = models.DateTimeField(_("token given"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    looked_at = models.DateTimeField(_("last looked at"), null=True, blank=True)
    row_hash = models.CharField(max_length=64, blank=True, editable=False)  # of what the body showed of it last
    evidence = models.JSONField(
        _("evidence"), default=list, blank=True, help_text=_("What looking for it in the body's list has shown.")
    )
    attention_at = models.DateTimeField(_("needs a volunteer since"), null=True, blank=True, editable=False)
    volunteers_told_at = models.DateTimeField(_("volunteers told"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["endpoint", "state", "due_at"], name="submission_due"),
            models.Index(fields=["state", "lease_until"], name="submission_lease"),
            models.Index(fields=["endpoint", "service_request_id"], name="submission_by_number"),
            models.Index(fields=["endpoint", "token"], name="submission_by_token"),
        ]

    def __str__(self) -> str:
        return f"{self.service_request_id or self.token or self.pk} → {self.endpoint_id} ({self.state})"


class Attempt(models.Model):
    """One wire call, saved before it is made. Without `finished_at` nobody knows how it ended."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="attempts", verbose_name=_("submission"))
    operation = models.CharField(_("operation"), max_length=30)
    started_at = models.DateTimeField(_("started"), default=clock.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)
    detail = models.TextField(_("detail"), blank=True)
    status_code = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    exchanges = models.JSONField(_("exchange"), default=list, blank=True, help_text=_("Redacted before it was stored."))

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.operation} {self.outcome or '…'}"
