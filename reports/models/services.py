"""What a body offers to take, as it says it, and what we say over it."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports import clock
from reports.dialects.messages import ServiceType
from reports.models.jurisdictions import Endpoint

TYPES = [(kind.value, kind.value) for kind in ServiceType]


class Service(models.Model):
    """One service of an endpoint, in the city's words; only the catalogue sync writes it.

    `definition` is the list of attributes of the last fetched service definition, each an object with the
    keys of GeoReport v2 (`code variable datatype required datatype_description order description values`), and
    `private` where its answer is for the body alone, `automated` where it is for no person to answer. `former_codes`
    are those that the city gave it before, oldest first. `routed_because` is not stored: routing says there why this
    body's service stands in for another's.
    """

    routed_because: str = ""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="services", verbose_name=_("endpoint"))
    service_code = models.CharField(_("service_code"), max_length=200)
    service_name = models.CharField(_("service_name"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    metadata = models.BooleanField(_("metadata"), default=False)
    type = models.CharField(_("type"), max_length=10, choices=TYPES, default=ServiceType.REALTIME.value)
    keywords = models.JSONField(_("keywords"), default=list, blank=True)
    group = models.CharField(_("group"), max_length=200, blank=True)
    definition = models.JSONField(_("definition"), default=list, blank=True)
    definition_hash = models.CharField(max_length=64, blank=True, editable=False)
    definition_fetched_at = models.DateTimeField(_("definition fetched"), null=True, blank=True, editable=False)
    active = models.BooleanField(_("takes reports"), default=True, help_text=_("Off: the city says it takes none now."))
    city_notice = models.TextField(_("the city's notice"), blank=True)
    former_codes = models.JSONField(_("former codes"), default=list, blank=True, editable=False)
    missing_since = models.DateTimeField(_("missing since"), null=True, blank=True, editable=False)
    missed_syncs = models.PositiveSmallIntegerField(default=0, editable=False)
    suspended = models.BooleanField(
        _("suspended"), default=False, help_text=_("The city's list no longer names it; it comes back by itself.")
    )

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering: ClassVar = ["group", "service_name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "service_code"], name="service_code_once_per_endpoint")
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name that residents see: ours where a volunteer wrote one, else the city's."""
        return self._override("service_name") or self.service_name

    @property
    def shown_group(self) -> str:
        """The group that residents see."""
        return self._override("group") or self.group

    @property
    def shown_description(self) -> str:
        """The description that residents see."""
        return self._override("description") or self.description

    @property
    def notice(self) -> str:
        """Words shown before the questions: a volunteer's, else the city's; empty when there are none."""
        return self._override("notice") or self.city_notice

    @property
    def stop_message(self) -> str:
        """A volunteer's words that end the flow here ("call 911"); empty when there are none."""
        return self._override("stop_message")

    def _override(self, field: str) -> str:
        override: ServiceOverride | None = getattr(self, "override", None)
        value: Any = getattr(override, field, "")
        return str(value)


class ServiceOverride(models.Model):
    """What volunteers say over a city's service; no sync touches it."""

    service = models.OneToOneField(Service, models.CASCADE, related_name="override", verbose_name=_("service"))
    service_name = models.CharField(_("name"), max_length=300, blank=True)
    group = models.CharField(_("group"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    keywords = models.JSONField(_("further words to find it by"), default=list, blank=True)
    hidden = models.BooleanField(_("hidden"), default=False)
    order = models.IntegerField(_("order"), default=0, help_text=_("Smaller comes first."))
    notice = models.TextField(_("notice"), blank=True)
    stop_message = models.TextField(_("stop message"), blank=True)

    class Meta:
        verbose_name = _("service override")
        verbose_name_plural = _("service overrides")

    def __str__(self) -> str:
        return f"override of {self.service_id}"


class PlaceListing(models.Model):
    """What an endpoint offers at a place, where that depends on the place: a memory of its last answer there.

    `cell` is the point rounded to about 11 m; `service_codes` are in the body's order. May be deleted at any time.
    """

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="place_listings", verbose_name=_("endpoint"))
    cell = models.CharField(_("cell"), max_length=30)
    service_codes = models.JSONField(_("service codes"), default=list)
    fetched_at = models.DateTimeField(_("fetched"), default=clock.now)

    class Meta:
        verbose_name = _("services at a place")
        verbose_name_plural = _("services at places")
        constraints: ClassVar = [models.UniqueConstraint(fields=["endpoint", "cell"], name="place_listing_once")]
        indexes: ClassVar = [models.Index(fields=["fetched_at"], name="place_listing_by_age")]

    def __str__(self) -> str:
        return f"{self.endpoint_id} at {self.cell}"

    @staticmethod
    def cell_at(lat: float, long: float) -> str:
        """The cell of a point (WGS84 degrees)."""
        return f"{round(lat, 4) + 0.0:.4f},{round(long, 4) + 0.0:.4f}"


class CatalogueChange(models.Model):
    """What one sync found different; kept for volunteers. `difference` is `catalogue.Difference` by name."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="catalogue_changes", verbose_name=_("endpoint"))
    recorded_at = models.DateTimeField(_("recorded"), default=clock.now)
    difference = models.JSONField(_("difference"), default=dict)

    class Meta:
        verbose_name = _("change of services")
        verbose_name_plural = _("changes of services")
        ordering: ClassVar = ["-recorded_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.recorded_at:%Y-%m-%d %H:%M}"
