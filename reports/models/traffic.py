"""What goes on between us and one endpoint: how much, how fast, and whether calling it is of any use just now."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.jurisdictions import Endpoint


class Breaker(models.TextChoices):
    """The circuit breaker's state, in the field's own words (Nygard, Release It!, "Circuit Breaker")."""

    CLOSED = "closed", _("works")
    OPEN = "open", _("not called, it fails")
    HALF_OPEN = "half_open", _("being tried")


class Traffic(models.Model):
    """One row for each endpoint, shared by all workers and surviving their restarts.

    `delivery/gate.py` alone writes it.

    `calls` are the calls under way: holder -> [kind, POSIX time at which a worker that holds it counts as dead].
    `recent` are the POSIX times of the calls of the last minute, kept only where the endpoint has a rate limit.
    """

    endpoint = models.OneToOneField(
        Endpoint, models.CASCADE, primary_key=True, related_name="traffic", verbose_name=_("endpoint")
    )
    breaker = models.CharField(_("breaker"), max_length=9, choices=Breaker, default=Breaker.CLOSED)
    write_failures = models.PositiveIntegerField(_("filings failed in a row"), default=0)
    read_failures = models.PositiveIntegerField(_("look-ups failed in a row"), default=0)
    trips = models.PositiveIntegerField(_("times opened in a row"), default=0)
    tripped_by_write = models.BooleanField(default=False)
    trouble_since = models.DateTimeField(_("trouble since"), null=True, blank=True)
    probe_at = models.DateTimeField(_("next try"), null=True, blank=True)
    paused_until = models.DateTimeField(_("asked for patience until"), null=True, blank=True)
    allowed = models.PositiveSmallIntegerField(_("calls at once, for now"), default=1)
    answered_at = models.DateTimeField(_("answered last"), null=True, blank=True)
    calls = models.JSONField(default=dict, blank=True)
    recent = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("traffic")
        verbose_name_plural = _("traffic")

    def __str__(self) -> str:
        return f"{self.endpoint_id}: {self.breaker}"
