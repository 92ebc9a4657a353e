"""Updates that bodies sent us of themselves, by their ids: each is taken over once, however often it comes."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports import clock
from reports.models.submissions import Submission


class PushedUpdate(models.Model):
    """One `update_id` that was taken over for one submission. What it said is in the history."""

    submission = models.ForeignKey(
        Submission, models.CASCADE, related_name="pushed_updates", verbose_name=_("submission")
    )
    update_id = models.CharField(_("update_id"), max_length=200)
    taken_at = models.DateTimeField(_("taken over"), default=clock.now)

    class Meta:
        verbose_name = _("pushed update")
        verbose_name_plural = _("pushed updates")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "update_id"], name="pushed_update_taken_once")
        ]

    def __str__(self) -> str:
        return f"{self.update_id} → {self.submission_id}"
