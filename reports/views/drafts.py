"""Unfinished reports: begun, answered page by page, and kept in step with the world. Each change is one transaction."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import get_language

from reports import clock
from reports.browsing import index
from reports.delivery import nearby
from reports.geo import spots
from reports.geo.spots import Spot
from reports.models import Draft, Service, User
from reports.views.conditions import Answers, key_of, looked_for, settle

NARROWS = ("place", "service")  # the pages whose answers say what is near


def begin(answers: Mapping[str, Any], account: User | None = None) -> Draft:
    """A new draft with these answers, in the language of the page. `account` is who is signed in and surely asked."""
    return Draft.objects.create(answers=_looked_round(dict(answers)), locale=get_language() or "en", account=account)


def answer(draft: Draft, page: str, given: Mapping[str, Any], account: User | None = None) -> Draft:
    """Save one page's answers and give the draft back as it is now; answers to other pages in other tabs stay.

    A draft of nobody becomes that of `account`; one that is somebody's stays theirs, whoever has its link.
    """
    look = page in NARROWS
    return _change(draft, lambda answers: {**answers, key_of(page): dict(given)}, look=look, account=account)


def keep_up(draft: Draft) -> Draft:
    """Hold the answers against the services that are offered at the place now (see `conditions.settle`)."""
    return _change(draft, lambda answers: dict(answers))


def look_round(draft: Draft) -> Draft:
    """Find out anew what was reported near the draft's place for its service."""
    return _change(draft, lambda answers: dict(answers), look=True)


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


def _change(
    draft: Draft, change: Callable[[Answers], dict[str, Any]], *, look: bool = False, account: User | None = None
) -> Draft:
    if look:
        # What is near is found in it. A process that has not read it yet takes seconds, with nobody waiting to write.
        index.current()
    with transaction.atomic():
        current = Draft.objects.select_for_update(of=("self",)).select_related("service_request").get(pk=draft.pk)
        if current.service_request_id is not None:
            return current
        answers = _settled(change(current.answers))
        if look:
            answers = _looked_round(answers)
        if account is not None and current.account_id is None:
            current.account = account
            current.save(update_fields=["account"])
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
    offered = [service for service in spots.offer(Spot.of(place)).services if not service.stop_message]
    return settle(
        answers,
        {service.pk: service.questions_hash for service in offered},
        {service.pk: service.endpoint_id for service in offered},
    )


def _looked_round(answers: dict[str, Any]) -> dict[str, Any]:
    """The answers with what is near now. What was seen stays seen while place and service are the same."""
    before = answers.get("duplicates") or {}
    answers = {name: given for name, given in answers.items() if name != "duplicates"}
    wanted = looked_for(answers)
    service = _service(wanted[0]) if wanted else None
    if service is None:
        return answers
    found = [each.key for each in nearby.near(answers["location"], service, nearby.MOST)]
    if not found:
        return answers
    seen = before.get("seen", []) if before.get("checked_for") == wanted else []
    return {**answers, "duplicates": {"checked_for": wanted, "found": found, "seen": seen}}


def _service(pk: Any) -> Service | None:
    return Service.objects.select_related("override").filter(pk=pk).first()
