"""What residents add to a request, and how far that has got on its way to the body."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports import clock
from reports.models.service_requests import ServiceRequest


class CommentState(models.TextChoices):
    """Where a comment stands. One that was perhaps sent is never sent again by itself."""

    PENDING = "pending", _("waiting to be sent")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent to the body")
    HELD = "held", _("sent, and held for moderation there")
    KEPT = "kept", _("kept here")
    UNCERTAIN = "uncertain", _("sent, answer lost")
    REFUSED = "refused", _("refused by the body")


class Comment(models.Model):
    """One comment on one request, by whoever wrote it here. Public unless `hidden`; nothing is kept of who wrote it.

    `key` is the form's: posting the same form twice meets it. `due_at` is when the next step is owed: to be sent, or,
    while `uncertain`, to be looked for in the body's system; null when the machine does no more.
    """

    service_request = models.ForeignKey(
        ServiceRequest, models.CASCADE, related_name="comments", verbose_name=_("service request")
    )
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    text = models.TextField(_("text"), max_length=2000)
    created_at = models.DateTimeField(_("written"), default=clock.now)
    state = models.CharField(_("state"), max_length=10, choices=CommentState, default=CommentState.PENDING)
    due_at = models.DateTimeField(_("to be sent"), null=True, blank=True, default=clock.now)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(_("times tried"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    comment_id = models.CharField(_("the body's number of it"), max_length=200, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    reopens = models.BooleanField(
        _("asks to reopen"),
        default=False,
        help_text=_("The body said that it was done, and the writer says it is not."),
    )
    held_at = models.DateTimeField(_("held"), null=True, blank=True, editable=False)
    held_because = models.CharField(_("why it is held"), max_length=300, blank=True, editable=False)
    hidden = models.BooleanField(_("hidden"), default=False)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering: ClassVar = ["created_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="comment_due")]

    def __str__(self) -> str:
        return f"comment on {self.service_request_id} ({self.state})"
