"""Signs of life of the processes behind the site."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports import clock

SWEEP: Final = "sweep"


class Heartbeat(models.Model):
    """When a process was last seen alive: `sweep` by beat and whichever worker took its wake-up, else one worker.

    `operations/heartbeats.py` alone writes it. May be emptied at any time.
    """

    name = models.CharField(_("name"), max_length=200, primary_key=True)
    at = models.DateTimeField(_("seen"), default=clock.now)

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return self.name
