"""Watch areas: a part of the map, who wants to hear of it, what was new in it, and the mails owed about that."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from reports import clock
from reports.models.jurisdictions import Jurisdiction
from reports.models.people import MailRow
from reports.models.service_requests import PublicStatus, ServiceRequest


class District(models.Model):
    """A part of a body's area that has a name there: a ward, a district, a beat. For watching; routing knows none."""

    jurisdiction = models.ForeignKey(
        Jurisdiction, models.CASCADE, related_name="districts", verbose_name=_("jurisdiction")
    )
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=80)
    boundary = models.JSONField(_("boundary"), help_text=_("GeoJSON MultiPolygon, WGS84, longitude first."))
    boundary_source = models.CharField(_("source of the boundary"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering: ClassVar = ["jurisdiction__name", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["jurisdiction", "slug"], name="district_once")]

    def __str__(self) -> str:
        return self.name


def _no_names() -> list[str]:
    return []


class WatchArea(models.Model):
    """What is watched: a circle, a polygon, a body's area or some of its districts, perhaps for some services or words.

    `shape` is the area as a GeoJSON MultiPolygon (WGS84), whatever it was drawn as, so that one index answers for all
    of them; `circle` keeps `{"lat", "long", "metres"}` of one that is round, whose polygon only comes close. The key
    is the whole permission to read it: where somebody watches may be where they live.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    shape = models.JSONField(_("shape"))
    circle = models.JSONField(_("circle"), null=True, blank=True)
    body = models.ForeignKey(
        Jurisdiction,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="watch_areas",
        verbose_name=_("jurisdiction"),
        help_text=_("Whose area or districts these are; empty for a circle or a polygon."),
    )
    districts = models.ManyToManyField(District, blank=True, related_name="watch_areas", verbose_name=_("districts"))
    services = models.JSONField(_("services"), default=_no_names, blank=True, help_text=_("Names; empty for all."))
    words = models.CharField(_("words"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)

    class Meta:
        verbose_name = _("watch area")
        verbose_name_plural = _("watch areas")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.name


class Rhythm(models.TextChoices):
    """How often a digest comes."""

    DAILY = "daily", _("every day on which there is something new")
    WEEKLY = "weekly", _("once a week")


class DigestForm(models.TextChoices):
    """What a digest looks like."""

    LIST = "list", _("a list of what is new and what has ended")
    SHEET = "sheet", _("a weekly sheet with figures, for a board or an association")


class WatchSubscription(models.Model):
    """An address that is told of a watch area. Nothing is sent before `confirmed_at`, and nothing after `ended_at`.

    `told_until` is the key of the newest `WatchItem` that it was told of; `due_at` when the next digest may go.
    """

    area = models.ForeignKey(WatchArea, models.CASCADE, related_name="subscriptions", verbose_name=_("watch area"))
    email = models.EmailField(_("e-mail"))
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="watch_subscriptions",
        verbose_name=_("account"),
    )
    locale = models.CharField(_("language"), max_length=10, default="en")
    rhythm = models.CharField(_("how often"), max_length=6, choices=Rhythm, default=Rhythm.DAILY)
    form = models.CharField(_("as"), max_length=5, choices=DigestForm, default=DigestForm.LIST)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    due_at = models.DateTimeField(_("next due"), null=True, blank=True)
    told_until = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("watch subscription")
        verbose_name_plural = _("watch subscriptions")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["area", "email"], name="watch_subscription_once")]
        indexes: ClassVar = [
            models.Index(Lower("email"), name="watch_by_address"),
            models.Index(
                fields=["due_at"], name="watch_due", condition=models.Q(ended_at=None, confirmed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"subscription to watch area {self.area_id}"


class WatchItem(models.Model):
    """One thing that was new in a watch area: a report came, or came to this status. Kept until all have been told."""

    area = models.ForeignKey(WatchArea, models.CASCADE, related_name="items", verbose_name=_("watch area"))
    service_request = models.ForeignKey(
        ServiceRequest, models.CASCADE, related_name="watch_items", verbose_name=_("service request")
    )
    status = models.CharField(_("status"), max_length=16, choices=PublicStatus)
    is_new = models.BooleanField(_("new here"), default=False)
    noticed_at = models.DateTimeField(_("noticed"), default=clock.now)

    class Meta:
        verbose_name = _("news of a watch area")
        verbose_name_plural = _("news of watch areas")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["area", "service_request", "status"], name="watch_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.service_request_id} in {self.area_id}"


class Digest(MailRow):
    """One digest owed to one subscription for one day of its own: the row makes a second mail of that day impossible.

    It tells of the items with keys above `since` up to `until`.
    """

    subscription = models.ForeignKey(
        WatchSubscription, models.CASCADE, related_name="digests", verbose_name=_("subscription")
    )
    day = models.CharField(_("day"), max_length=20)
    since = models.BigIntegerField(editable=False)
    until = models.BigIntegerField(editable=False)

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="digest_due")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["subscription", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"digest {self.pk} ({self.state})"
