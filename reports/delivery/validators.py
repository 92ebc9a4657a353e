"""What is remembered of an endpoint's answers, so that the next round need not fetch what has not changed.

None of it is trusted for longer than a day: servers send the same ETag for ever, and changesets that nobody keeps.
Nor after the endpoint's row has changed, since another option may read the same answer otherwise.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.dateparse import parse_datetime

from reports import clock
from reports.http import Validators
from reports.models import Endpoint

TRUSTED_FOR: Final = timedelta(days=1)
ROUND: Final = ""  # the key under which the memory says of itself when it began and under which settings


def remembered(endpoint: Endpoint) -> Validators:
    """The validators of the endpoint's addresses; none where the memory is too old, or of other settings."""
    stored = dict(endpoint.validators) if isinstance(endpoint.validators, dict) else {}
    about = stored.pop(ROUND, {})
    return Validators(stored) if _holds(endpoint, about) else Validators()


def to_store(endpoint: Endpoint, validators: Validators, refused: Iterable[str] = ()) -> dict[str, Any]:
    """The same for `Endpoint.validators`, with the codes whose definitions were `refused`; a memory that was taken over
    keeps its age."""
    about = _about(endpoint)
    if not _holds(endpoint, about):
        about = {"since": clock.now().isoformat(), "settings": _settings(endpoint)}
    return {ROUND: about | {"refused": list(refused)}, **validators.known}


def refused_before(endpoint: Endpoint) -> frozenset[str]:
    """The codes of the services whose definitions the city would not give in the last round."""
    return frozenset(_about(endpoint).get("refused", ()))


def is_young(moment: datetime | None) -> bool:
    """Whether what was fetched then may still be taken for what the city says."""
    return moment is not None and clock.now() - moment < TRUSTED_FOR


def same_settings(endpoint: Endpoint) -> bool:
    """Whether the last round was made with the endpoint's settings as they are now."""
    return bool(_about(endpoint).get("settings") == _settings(endpoint))


def _about(endpoint: Endpoint) -> dict[str, Any]:
    about = endpoint.validators.get(ROUND) if isinstance(endpoint.validators, dict) else None
    return about if isinstance(about, dict) else {}


def _holds(endpoint: Endpoint, about: Any) -> bool:
    if not same_settings(endpoint):
        return False
    since = parse_datetime(str(about.get("since", "")))
    return since is not None and is_young(since)


def _settings(endpoint: Endpoint) -> str:
    about = [endpoint.dialect, endpoint.base_url, endpoint.jurisdiction.jurisdiction_id, endpoint.options]
    facts = [*about, endpoint.api_key_encrypted]  # a key may open more than another
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:16]
