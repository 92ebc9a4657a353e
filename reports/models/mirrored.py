"""Requests that others filed with a body, mirrored from what it publishes of them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports import clock
from reports.models.jurisdictions import Endpoint


class MirroredRequest(models.Model):
    """One request as a body publishes it: place, kind, status and dates, and nothing that may be personal."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="mirrored", verbose_name=_("endpoint"))
    service_request_id = models.CharField(_("service_request_id"), max_length=200)
    token = models.CharField(_("token"), max_length=200, blank=True)  # what ours may have before it has its number
    service_code = models.CharField(_("service_code"), max_length=200, blank=True)
    service_name = models.CharField(_("service_name"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=6, choices=[("open", _("open")), ("closed", _("closed"))])
    status_word = models.CharField(_("the body's word"), max_length=200, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    long = models.FloatField(_("longitude"), null=True, blank=True)
    address_string = models.CharField(_("address"), max_length=500, blank=True)
    requested_datetime = models.DateTimeField(_("filed"), null=True, blank=True)
    updated_datetime = models.DateTimeField(_("last change"), null=True, blank=True)
    seen_at = models.DateTimeField(_("last in the feed"), default=clock.now)

    class Meta:
        verbose_name = _("mirrored request")
        verbose_name_plural = _("mirrored requests")
        ordering: ClassVar = ["-requested_datetime", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "service_request_id"], name="mirrored_once_per_endpoint")
        ]
        indexes: ClassVar = [
            models.Index(fields=["lat", "long"], name="mirrored_by_place"),
            models.Index(fields=["-requested_datetime", "-id"], name="mirrored_newest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.service_request_id} {self.service_name}"
