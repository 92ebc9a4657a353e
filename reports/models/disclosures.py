"""Who was given what of a resident's details: names of fields, never the details. It outlives the details."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports import clock
from reports.models.jurisdictions import Endpoint
from reports.models.service_requests import ServiceRequest


class Disclosure(models.Model):
    """Contact details that left for a body, written down with the attempt that took them. Append only."""

    service_request = models.ForeignKey(
        ServiceRequest, models.CASCADE, related_name="disclosures", verbose_name=_("service request")
    )
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, related_name="disclosures", verbose_name=_("endpoint"))
    fields = models.JSONField(_("which details"), default=list)
    disclosed_at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{', '.join(self.fields)} → {self.endpoint_id}"
