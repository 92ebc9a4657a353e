"""The bodies that answer for places, and where each of their systems is reached."""

import zoneinfo
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext_lazy as _

from reports.dialects import registry
from reports.dialects.errors import ConfigurationError
from reports.models.api_keys import decrypt, encrypt

MIRROR_DAYS_MOST: Final = 90  # GeoReport v2 lets a list reach back no further


def _known_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone such as America/Chicago."), params={"name": name})


def _default_languages() -> list[str]:
    return ["en"]


class Jurisdiction(models.Model):
    """A body that answers for an area: a city, a county, a state."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    jurisdiction_id = models.CharField(
        _("jurisdiction_id"),
        max_length=200,
        blank=True,
        help_text=_("What the body's system calls it, often its web domain. Sent only where it is filled in."),
    )
    boundary = models.JSONField(
        _("boundary"),
        null=True,
        blank=True,
        help_text=_("GeoJSON MultiPolygon, WGS84, longitude first. Without one the body answers nowhere."),
    )
    boundary_source = models.CharField(_("source of the boundary"), max_length=300, blank=True)
    area = models.FloatField(
        _("area"), default=0, editable=False, help_text=_("Square kilometres; the smaller is the more local.")
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[_known_time_zone])
    languages = models.JSONField(_("languages"), default=_default_languages, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    website = models.URLField(_("web site"), blank=True)
    emergency_text = models.CharField(
        _("emergency text"),
        max_length=300,
        blank=True,
        help_text=_("Shown on every step. Empty: the site's own words."),
    )
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)  # routing rebuilds when the newest of these changes

    class Meta:
        verbose_name = _("jurisdiction")
        verbose_name_plural = _("jurisdictions")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone for dates to which this body gives none."""
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def language(self) -> str:
        """The language of its own words, as a tag for `lang` (BCP 47); English where nothing is known."""
        return str(next(iter(self.languages), "en"))

    @property
    def site_language(self) -> str:
        """The language in which we write to it: its own where the site speaks it, else the site's first."""
        try:
            return get_supported_language_variant(self.language)
        except LookupError:
            return str(settings.LANGUAGE_CODE)


class Environment(models.TextChoices):
    """Chicago and others issue one key for each and grant the live one after good test writes."""

    TEST = "test", _("Test")
    LIVE = "live", _("Live")


def _address_of_a_system(url: str) -> None:
    """A web address, or a mailbox for a body that has no system."""
    if url.startswith("mailto:"):
        EmailValidator(_("After mailto: a mail address is needed, such as mailto:311@example.org."))(url[7:])
        return
    URLValidator(["http", "https"], message=_("The address has to begin with https://, http:// or mailto:."))(url)
    if "@" in urlsplit(url).netloc:
        raise ValidationError(
            _("A user name or password does not belong in the address. There is a field for the key.")
        )


class Endpoint(models.Model):
    """One system of one body, spoken to in one dialect. Endpoints rot: this is a row with health, never code."""

    jurisdiction = models.ForeignKey(
        Jurisdiction, models.PROTECT, related_name="endpoints", verbose_name=_("jurisdiction")
    )
    label = models.CharField(_("label"), max_length=100, blank=True)
    dialect = models.CharField(_("dialect"), max_length=60, choices=registry.choices)
    environment = models.CharField(_("environment"), max_length=4, choices=Environment, default=Environment.TEST)
    base_url = models.CharField(
        _("base address"),
        max_length=500,
        validators=[_address_of_a_system],
        help_text=_("Web address of its system, or mailto: and the mailbox of a body that has none."),
    )
    discovery_url = models.URLField(_("discovery address"), max_length=500, blank=True)
    api_key_encrypted = models.TextField(blank=True, editable=False)
    options = models.JSONField(_("options"), default=dict, blank=True)
    active = models.BooleanField(
        _("active"), default=False, help_text=_("Off: its services are not offered and nothing is sent.")
    )
    requests_per_minute = models.PositiveIntegerField(_("requests a minute"), null=True, blank=True)
    max_concurrency = models.PositiveSmallIntegerField(_("calls at once"), default=4)
    mirror_requests = models.BooleanField(
        _("requests mirrored"),
        default=False,
        help_text=_("Keep what its system lists of other people's requests. Only where its licence allows that."),
    )
    mirror_days = models.PositiveSmallIntegerField(
        _("days mirrored"), default=30, validators=[MinValueValidator(1), MaxValueValidator(MIRROR_DAYS_MOST)]
    )
    push_key_digest = models.CharField(max_length=64, blank=True, editable=False)  # SHA-256 of the key it sends us
    licence = models.CharField(_("licence of its data"), max_length=200, blank=True)
    attribution = models.CharField(_("attribution"), max_length=300, blank=True)
    changeset = models.CharField(max_length=100, blank=True, editable=False)
    validators = models.JSONField(default=dict, blank=True, editable=False)  # address -> ETag and Last-Modified
    news_until = models.DateTimeField(
        _("news fetched until"), null=True, blank=True, editable=False, help_text=_("Where it is asked what changed.")
    )
    news_whole = models.BooleanField(default=False, editable=False)  # the last of it lacked nothing
    news_span = models.PositiveIntegerField(default=0, editable=False)  # seconds asked for at once, while some fail
    feed_synced_at = models.DateTimeField(_("feed fetched"), null=True, blank=True, editable=False)
    services_synced_at = models.DateTimeField(_("services fetched"), null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    last_failure_at = models.DateTimeField(_("last failure"), null=True, blank=True, editable=False)
    last_failure = models.CharField(_("what failed"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering: ClassVar = ["jurisdiction__name", "environment"]

    def __str__(self) -> str:
        return f"{self.jurisdiction} · {self.label or self.get_environment_display()}"

    @property
    def api_key(self) -> str:
        """The key in clear, for the wire only; empty when none is stored. ConfigurationError if it cannot be read."""
        return decrypt(self.api_key_encrypted)

    @api_key.setter
    def api_key(self, value: str) -> None:
        self.api_key_encrypted = encrypt(value)

    @property
    def confirms_by_mail(self) -> bool:
        """Whether the body counts a report only after its writer has followed the link in a mail that it sends them."""
        try:
            return registry.get(self.dialect).confirms_by_mail
        except ConfigurationError:
            return False

    def clean(self) -> None:
        """Let the dialect judge its options, in its own words. Nothing is mirrored whose terms nobody has read."""
        super().clean()
        if self.mirror_requests and not self.licence.strip():
            words = _("Its requests can be mirrored only under a licence. Enter it here, or switch the mirror off.")
            raise ValidationError({"licence": words})
        if not isinstance(self.options, dict):
            raise ValidationError({"options": _("Options are an object of names and values.")})
        try:
            complaints = registry.get(self.dialect).check_options(self._options())
        except ConfigurationError as error:
            raise ValidationError({"dialect": str(error)}) from error
        if complaints:
            raise ValidationError({"options": complaints})

    def _options(self) -> dict[str, Any]:
        return dict(self.options)
