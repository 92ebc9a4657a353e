"""What it is about: one of the services that are offered at the place, by any body that answers there."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from reports.forms.synonyms import stems, synonyms_of
from reports.geo.rules import fold
from reports.models import Service

NONE: Final = "none"  # what is posted for “None of these”
FOLDED_FROM: Final = 13  # services; fewer are shown all at once
# What cities call the service for whatever has none: “Other”, “General request”, “Otros”.
CATCH_ALL: Final = re.compile(
    r"(others?|something else|anything else|misc(ellaneous)?|general (request|inquiry|issue|concern)"
    r"|otr[oa]s?|sonstiges?)\b"
)
WORD: Final = re.compile(r"\w+")
ANYWHERE_FROM: Final = 4  # letters; a shorter word of a search has to begin a word: “rat” is not in “operate”


@dataclass(slots=True)
class ServiceGroup:
    """Services under one heading; the empty name gathers those without a group. `open`: not folded away. `language`:
    that of the name, ours where it is not said."""

    name: str
    services: list[Service] = field(default_factory=list)
    open: bool = True
    most_reported: bool = False
    language: str = field(default_factory=lambda: get_language() or "")

    @property
    def folds(self) -> bool:
        """Whether there is a heading to fold it under. What is reported most never is."""
        return bool(self.name) and not self.most_reported


class ServiceForm(forms.Form):
    """The choice among the services at a place. After `is_valid()`, `none_fits`, or `chosen` holds it."""

    service = forms.ChoiceField(
        label=gettext_lazy("What is the problem?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what the problem is."),
            "invalid_choice": gettext_lazy("That service is not offered at this place. Choose another."),
        },
    )

    def __init__(self, *args: Any, services: Sequence[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._services = {str(service.pk): service for service in services}
        choices = self.fields["service"]
        assert isinstance(choices, forms.ChoiceField)  # noqa: S101 - for the type checker: declared above
        listed = [(key, service.shown_name) for key, service in self._services.items()]
        choices.choices = [*listed, (NONE, _("None of these"))] if listed else []

    @property
    def none_fits(self) -> bool:
        """Whether the person found nothing that fits; only after `is_valid()`."""
        return bool(self.cleaned_data["service"] == NONE)

    @property
    def chosen(self) -> Service:
        """The chosen service; only after `is_valid()`."""
        return self._services[self.cleaned_data["service"]]

    def answer(self) -> dict[str, Any]:
        """The draft's `service`."""
        return {"service": self.chosen.pk, "definition_hash": self.chosen.questions_hash}


def find_service(services: Iterable[Service], wanted: str) -> Service | None:
    """The service that a link names by its id or, where only one body has it, by its `service_code`, now or once."""
    services = list(services)
    by_id = [service for service in services if str(service.pk) == wanted]
    by_code = [service for service in services if service.service_code == wanted]
    found = by_id or by_code or [service for service in services if wanted in service.former_codes]
    return found[0] if len(found) == 1 else None


def search_services(services: Iterable[Service], query: str) -> list[Service]:
    """The services that hold every word of the query: in name, group, keywords, synonyms, description, body's name.

    All of them for an empty query; none for one of signs alone.
    """
    words = WORD.findall(fold(query))
    if query.strip() and not words:
        return []
    return [service for service in services if all(_holds(searched_text(service), word) for word in words)]


def searched_text(service: Service) -> str:
    """All the words that a service is found by, folded, each once; the page's own search reads the same text."""
    override = getattr(service, "override", None)
    keywords = map(str, [*service.keywords, *(override.keywords if override else [])])
    names = [
        service.shown_name, service.name_on_record, service.service_name, service.shown_group, service.group_on_record,
        service.group, *keywords,
    ]  # fmt: skip
    about = fold(" ".join(names))
    others = fold(f"{service.shown_description} {service.endpoint.jurisdiction.name}")
    return " ".join(dict.fromkeys(WORD.findall(f"{about} {synonyms_of(about)} {others}")))


def grouped(services: Iterable[Service]) -> list[ServiceGroup]:
    """Services under their groups, in the order in which they come; those without a group last."""
    groups: dict[str, ServiceGroup] = {}
    for service in services:
        name = service.shown_group.strip()
        groups.setdefault(name, ServiceGroup(name, language=service.language_of("group"))).services.append(service)
    ungrouped = groups.pop("", None)
    found = list(groups.values())
    if ungrouped is not None:
        ungrouped.name, ungrouped.language = (_("Other") if found else "", get_language() or "")
        found.append(ungrouped)
    return found


def listed(services: Sequence[Service], first: Sequence[Service], chosen: str) -> list[ServiceGroup]:
    """The list as its page shows it: what is reported most, the groups, and what is there for everything else.

    Each service once. Many are folded away under their groups, but for the group of the `chosen` one (an id) and, where
    nothing stands before it, the first.
    """
    rest = [service for service in services if service not in first]
    others = [service for service in rest if is_catch_all(service)]
    groups = grouped(service for service in rest if service not in others)
    if len(services) >= FOLDED_FROM:
        for number, group in enumerate(groups):
            held = any(str(service.pk) == chosen for service in group.services)
            group.open = held or (number == 0 and not first)
    if first:
        groups.insert(0, ServiceGroup(_("Most reported here"), list(first), most_reported=True))
    if others:
        groups.append(ServiceGroup(_("Something else"), others))
    return groups


def is_catch_all(service: Service) -> bool:
    """Whether the body takes by this service what fits nowhere else."""
    return CATCH_ALL.match(fold(service.name_on_record)) is not None


def _holds(text: str, word: str) -> bool:
    return any(f" {stem}" in f" {text}" or (len(stem) >= ANYWHERE_FROM and stem in text) for stem in stems(word))
