"""Where several bodies answer for a place, which of them a kind of report goes to."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.jurisdictions import Jurisdiction


class RuleKind(models.TextChoices):
    """What a rule says of the services that it is about."""

    DELEGATED = "delegated", _("are dealt with by the other body")
    PREFERRED = "preferred", _("are offered by both, and the other body's are to be used")


class RoutingRule(models.Model):
    """At places where `jurisdiction` answers, its services that match `words` go to the body `to`.

    `delegated`: they are not offered, and `to`'s matching services are, also where `to`'s boundary does not reach.
    `preferred`: they are not offered where `to` answers too and offers a matching one.
    `words` match a service's code exactly, or stand in its name, group or keywords; several are separated by commas.
    A service goes to those that match by the same word; one that matches by its code, to any that match.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, models.CASCADE, related_name="routing_rules", verbose_name=_("services of")
    )
    words = models.CharField(
        _("that match"),
        max_length=300,
        help_text=_("A code, or words of name, group or keywords; commas between several."),
    )
    kind = models.CharField(_("rule"), max_length=10, choices=RuleKind, default=RuleKind.DELEGATED)
    to = models.ForeignKey(
        Jurisdiction, models.CASCADE, related_name="routing_rules_towards", verbose_name=_("the other body")
    )
    reason = models.CharField(
        _("reason"),
        max_length=300,
        blank=True,
        help_text=_("Shown to residents, such as: the State runs these signals."),
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering: ClassVar = ["jurisdiction__name", "words"]

    def __str__(self) -> str:
        return f"{self.jurisdiction}: {self.words} → {self.to}"

    def clean(self) -> None:
        """A rule needs two bodies and something to match."""
        super().clean()
        if self.jurisdiction_id == self.to_id:
            raise ValidationError({"to": _("This is the same body. A rule leads from one body to another.")})
        if not [word for word in self.words.split(",") if word.strip()]:
            raise ValidationError({"words": _("Say which services: a code, or words of a name, group or keyword.")})
