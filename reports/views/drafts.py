"""Unfinished reports: begun, answered page by page, and kept in step with the world. Each change is one transaction."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import get_language

from reports import clock
from reports.geo.routing import services_at
from reports.models import Draft, Service
from reports.views.conditions import Answers, key_of, settle


def begin(answers: Mapping[str, Any]) -> Draft:
    """A new draft with these answers, in the language of the page."""
    return Draft.objects.create(answers=dict(answers), locale=get_language() or "en")


def answer(draft: Draft, page: str, given: Mapping[str, Any]) -> Draft:
    """Save one page's answers and give the draft back as it is now; answers to other pages in other tabs stay."""
    return _change(draft, lambda answers: {**answers, key_of(page): dict(given)})


def keep_up(draft: Draft) -> Draft:
    """Hold the answers against the services that are offered at the place now (see `conditions.settle`)."""
    return _change(draft, lambda answers: dict(answers))


def chosen_service(draft: Draft) -> Service | None:
    """The service of a draft, offered still or not; None while none is chosen."""
    chosen = (draft.answers.get("service") or {}).get("service")
    if chosen is None:
        return None
    return (
        Service.objects.select_related("endpoint__jurisdiction", "override")
        .defer("endpoint__jurisdiction__boundary")
        .filter(pk=chosen)
        .first()
    )


def _change(draft: Draft, change: Callable[[Answers], dict[str, Any]]) -> Draft:
    with transaction.atomic():
        current = Draft.objects.select_for_update(of=("self",)).select_related("service_request").get(pk=draft.pk)
        if current.service_request_id is not None:
            return current
        answers = _settled(change(current.answers))
        if answers != current.answers:
            current.answers = answers
            current.locale = get_language() or current.locale
            current.updated_at = clock.now()
            current.save(update_fields=["answers", "locale", "updated_at"])
    return current


def _settled(answers: dict[str, Any]) -> dict[str, Any]:
    place = answers.get("location")
    if not place or not answers.get("service"):
        return answers
    offered = [service for service in services_at(place["lat"], place["long"]) if not service.stop_message]
    return settle(
        answers,
        {service.pk: service.definition_hash for service in offered},
        {service.pk: service.endpoint_id for service in offered},
    )
