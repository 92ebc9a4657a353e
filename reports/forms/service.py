"""What it is about: one of the services that are offered at the place, by any body that answers there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.geo.rules import fold
from reports.models import Service


@dataclass(slots=True)
class ServiceGroup:
    """Services under one heading; the empty name gathers those without a group."""

    name: str
    services: list[Service] = field(default_factory=list)


class ServiceForm(forms.Form):
    """The choice among the services at a place. After `is_valid()`, `chosen` holds it."""

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
        choices.choices = [(key, service.shown_name) for key, service in self._services.items()]

    @property
    def chosen(self) -> Service:
        """The chosen service; only after `is_valid()`."""
        return self._services[self.cleaned_data["service"]]

    def answer(self) -> dict[str, Any]:
        """The draft's `service`."""
        return {"service": self.chosen.pk, "definition_hash": self.chosen.definition_hash}


def find_service(services: Iterable[Service], wanted: str) -> Service | None:
    """The service that a link names by its id or, where only one body has it, by its `service_code`, now or once."""
    services = list(services)
    by_id = [service for service in services if str(service.pk) == wanted]
    by_code = [service for service in services if service.service_code == wanted]
    found = by_id or by_code or [service for service in services if wanted in service.former_codes]
    return found[0] if len(found) == 1 else None


def search_services(services: Iterable[Service], query: str) -> list[Service]:
    """The services that hold every word of the query, in name, group, keywords, description or body's name."""
    words = fold(query).split()
    return [service for service in services if all(word in searched_text(service) for word in words)]


def searched_text(service: Service) -> str:
    """All the words that a service is found by, folded; the page's own search reads the same text."""
    override = getattr(service, "override", None)
    keywords = [*service.keywords, *(override.keywords if override else [])]
    texts = [
        service.shown_name,
        service.service_name,
        service.shown_group,
        service.shown_description,
        service.endpoint.jurisdiction.name,
        *map(str, keywords),
    ]
    return fold(" ".join(texts))


def grouped(services: Iterable[Service]) -> list[ServiceGroup]:
    """Services under their groups, in the order in which they come; those without a group last."""
    groups: dict[str, ServiceGroup] = {}
    for service in services:
        name = service.shown_group.strip()
        groups.setdefault(name, ServiceGroup(name)).services.append(service)
    ungrouped = groups.pop("", None)
    found = list(groups.values())
    if ungrouped is not None:
        ungrouped.name = _("Other") if found else ""
        found.append(ungrouped)
    return found
