"""What is offered at a place will be asked about soon: its questions are fetched while somebody looks at the list."""

import logging
from collections.abc import Iterable
from typing import Final

from django.core.cache import cache
from kombu.exceptions import OperationalError

from reports import tasks
from reports.delivery import definitions
from reports.models import Service

log = logging.getLogger(__name__)

PAUSE: Final = 300  # seconds in which the same services of an endpoint are not asked for again


def fetch_questions(services: Iterable[Service]) -> None:
    """Wake the fetching of the questions that are not known, or not any more, endpoint by endpoint.

    Nobody waits for it, and without a broker nothing is lost: they are fetched when the service is chosen.
    """
    wanted: dict[int, list[int]] = {}
    for service in services:
        if definitions.is_due(service):
            wanted.setdefault(service.endpoint_id, []).append(service.pk)
    for endpoint, due in wanted.items():
        keys = due[: definitions.AT_A_PLACE_MOST]
        if cache.add(f"definitions-foreseen-{endpoint}-{hash(tuple(keys))}", True, PAUSE):
            _wake(endpoint, keys)


def _wake(endpoint: int, keys: list[int]) -> None:
    try:
        tasks.fetch_definitions.apply_async((endpoint, keys), expires=PAUSE)
    except (OperationalError, OSError):
        log.warning("no broker: the questions of endpoint %s are fetched when they are needed", endpoint)
