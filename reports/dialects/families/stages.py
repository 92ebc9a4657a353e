"""A finer reading of a row, from a second word of the city's."""

from collections.abc import Mapping
from dataclasses import replace

from reports.dialects.georeport_v2.words import status_of
from reports.dialects.messages import RequestStatus, Stage, Status

NO_WORDS: Mapping[str, tuple[Status, Stage]] = {}


def with_stage(
    request: RequestStatus, word: str, words: Mapping[str, tuple[Status, Stage]] = NO_WORDS
) -> RequestStatus:
    """The request with the stage that `word` stands for, in `words` (lower-cased) or in the standard's table; as it is
    where the word means another status than the row has: the row's own decides."""
    status, stage = words.get(word.casefold()) or status_of(word)
    return replace(request, stage=stage) if stage and status is request.status else request
