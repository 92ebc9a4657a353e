"""What a body offers to take, as it says it, and what we say over it."""

import hashlib
import json
from typing import Any, ClassVar, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from reports import clock
from reports.dialects.messages import ServiceType
from reports.models.jurisdictions import Endpoint

TYPES = [(kind.value, kind.value) for kind in ServiceType]
TRANSLATABLE: Final = ("service_name", "group", "description", "notice", "stop_message", "call_now")


class Service(models.Model):
    """One service of an endpoint, in the city's words; only the catalogue sync writes it.

    `definition` is the list of attributes of the last fetched service definition, each an object with the
    keys of GeoReport v2 (`code variable datatype required datatype_description order description values`), and
    `private` where its answer is for the body alone, `automated` where it is for no person to answer, `shown_if` where
    it depends on other answers (`{"all": [{"code", "is": [keys]}]}` or `"any"`), and so may one of its `values`.
    `former_codes` are those that the city gave it before, oldest first. `routed_because` is not stored: routing says
    there why this body's service stands in for another's.
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
        """The name that residents see: ours where a volunteer wrote one, in the page's language where there is a
        translation; else the city's."""
        return self._override("service_name") or self.service_name

    @property
    def name_on_record(self) -> str:
        """The name for what is stored and compared: the same in every language."""
        return self._untranslated("service_name") or self.service_name

    @property
    def shown_group(self) -> str:
        """The group that residents see."""
        return self._override("group") or self.group

    @property
    def group_on_record(self) -> str:
        """The group for what is stored and compared: the same in every language."""
        return self._untranslated("group") or self.group

    @property
    def shown_description(self) -> str:
        """The description that residents see."""
        return self._override("description") or self.description

    @property
    def notice(self) -> str:
        """Words shown before the questions: a volunteer's, in their season where they have one, else the city's; empty
        when there are none."""
        return (self._override("notice") if self._in_season else "") or self.city_notice

    @property
    def _in_season(self) -> bool:
        """Whether the volunteer's notice is shown today, by the body's calendar."""
        override: ServiceOverride | None = getattr(self, "override", None)
        first, last = getattr(override, "notice_from", None), getattr(override, "notice_until", None)
        if first is None and last is None:
            return True
        today = clock.now().astimezone(self.endpoint.jurisdiction.zone).date()
        return (first is None or first <= today) and (last is None or today <= last)

    @property
    def call_now(self) -> str:
        """A volunteer's words on whom to call before anything is asked; empty when there are none."""
        return self._override("call_now")

    @property
    def questions(self) -> list[dict[str, Any]]:
        """The definition as it is asked: a volunteer's conditions stand over the city's own."""
        over = getattr(getattr(self, "override", None), "conditions", None)
        rows: list[dict[str, Any]] = self.definition
        if not isinstance(over, dict) or not over:
            return rows
        return [row | {"shown_if": over[row["code"]]} if row.get("code") in over else row for row in rows]

    @property
    def questions_hash(self) -> str:
        """Another one whenever what is asked is: the definition's, or with a volunteer's conditions one of both."""
        questions = self.questions
        if questions == self.definition:
            return self.definition_hash
        asked = json.dumps([self.definition_hash, questions], sort_keys=True)
        return hashlib.sha256(asked.encode()).hexdigest()

    @property
    def stop_message(self) -> str:
        """A volunteer's words that end the flow here ("call 911"); empty when there are none."""
        return self._override("stop_message")

    def translation(self, field: str) -> str:
        """A volunteer's words for `field` (one of TRANSLATABLE) in the page's language; empty where there are none."""
        override: ServiceOverride | None = getattr(self, "override", None)
        words = override.translations.get(get_language() or "", {}) if override is not None else {}
        return str(words.get(field, ""))

    def language_of(self, field: str) -> str:
        """The language in which residents see `field`: the page's where it is translated, else the body's."""
        return (get_language() or "") if self.translation(field) else self.endpoint.jurisdiction.language

    def _override(self, field: str) -> str:
        return self.translation(field) or self._untranslated(field)

    def _untranslated(self, field: str) -> str:
        override: ServiceOverride | None = getattr(self, "override", None)
        value: Any = getattr(override, field, "")
        return str(value)


class ServiceOverride(models.Model):
    """What volunteers say over a city's service; no sync touches it.

    `conditions` is question code -> `shown_if` as in a definition, over the city's own. `translations` is
    language -> field -> words, for the fields in TRANSLATABLE; the fields themselves are in the body's language.
    """

    service = models.OneToOneField(Service, models.CASCADE, related_name="override", verbose_name=_("service"))
    service_name = models.CharField(_("name"), max_length=300, blank=True)
    group = models.CharField(_("group"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    keywords = models.JSONField(_("further words to find it by"), default=list, blank=True)
    hidden = models.BooleanField(_("hidden"), default=False)
    order = models.IntegerField(_("order"), default=0, help_text=_("Smaller comes first."))
    notice = models.TextField(_("notice"), blank=True)
    notice_from = models.DateField(_("notice shown from"), null=True, blank=True)
    notice_until = models.DateField(_("notice shown until"), null=True, blank=True, help_text=_("That day included."))
    stop_message = models.TextField(_("stop message"), blank=True)
    call_now = models.TextField(
        _("call first"),
        blank=True,
        help_text=_("Shown before the questions: whom to call. The report may still go on."),
    )
    duplicate_metres = models.PositiveSmallIntegerField(
        _("near duplicates within"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(2000)],
        help_text=_("Metres. Empty: 250. 0: never looked for."),
    )
    conditions = models.JSONField(_("when a question is asked"), default=dict, blank=True)
    translations = models.JSONField(_("in other languages"), default=dict, blank=True)

    class Meta:
        verbose_name = _("service override")
        verbose_name_plural = _("service overrides")

    def __str__(self) -> str:
        return f"override of {self.service_id}"

    def clean(self) -> None:
        """Translations into a language that the site speaks, of fields that can be translated."""
        super().clean()
        given = self.translations
        if not isinstance(given, dict) or not all(isinstance(words, dict) for words in given.values()):
            raise ValidationError(translated("Translations are words under the name of a field, under a language."))
        for language, words in given.items():
            if language not in dict(settings.LANGUAGES):
                raise ValidationError(
                    translated("“%(language)s” is not a language of this site.") % {"language": language}
                )
            for field, text in words.items():
                if field not in TRANSLATABLE or not isinstance(text, str):
                    raise ValidationError(translated("“%(field)s” cannot be translated.") % {"field": field})


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
