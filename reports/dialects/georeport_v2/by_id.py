"""Asking for things by number: requests by id, ids by token."""

from collections.abc import Collection, Iterator
from functools import partial
from urllib.parse import quote

from reports.dialects.errors import BadRequest, NotFound, Unreadable
from reports.dialects.georeport_v2.line import Line
from reports.dialects.georeport_v2.read import RequestRows, read_requests, read_tokens
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, TokenAnswer

TOKEN_BATCH = 50


def requests_by_id(line: Line, ids: Collection[str]) -> RequestStatuses:
    """Ask for requests by id, several at a time where the city can, else one by one.

    Rows that were not asked for are dropped and make the answer `UNKNOWN`: the city then ignored the list, and its
    silence about the others says nothing, so those are asked for one by one.
    """
    asked = list(dict.fromkeys(filter(None, ids)))
    found: dict[str, RequestStatus] = {}
    strangers = skipped = unclear = 0
    singly = [] if line.options.id_list else asked
    for batch in _batches(asked if line.options.id_list else [], line.options.id_batch, line.room("requests")):
        if len(batch) == 1:
            singly += batch
            continue
        answer = _list(line, batch)
        rows = _asked_for(answer, batch)
        found |= rows
        skipped += answer.skipped
        strangers += len(answer.rows) - len({id(row) for row in rows.values()})
        if not rows or len(rows) < len(answer.rows):
            singly += [each for each in batch if each not in rows]
    for each in singly:
        answer = _one(line, each)
        rows = _asked_for(answer, [each])
        found |= rows
        skipped += answer.skipped
        strangers += len(answer.rows) - len(rows)
        unclear += not answer.listed
    unique = {id(row): row for row in found.values()}
    completeness = Completeness.UNKNOWN if strangers or unclear else Completeness.COMPLETE
    return RequestStatuses(tuple(unique.values()), completeness, skipped)


def ids_by_token(line: Line, tokens: Collection[str]) -> dict[str, str | None]:
    """Ask for the ids of tokens. None where there is no id yet, which some cities say with HTTP 404."""
    asked = list(dict.fromkeys(filter(None, tokens)))
    size = TOKEN_BATCH if line.options.token_list else 1
    found: dict[str, str | None] = dict.fromkeys(asked)
    for batch in _batches(asked, size, line.room("tokens")):
        for answer in _tokens(line, batch):
            # A row without its token can only be told apart where one was asked for (Merton).
            token = answer.token if answer.token in found else batch[0] if len(batch) == 1 else None
            if token is not None and answer.service_request_id:
                found[token] = answer.service_request_id
    return found


def _batches(ids: list[str], size: int, room: int) -> Iterator[list[str]]:
    """Ids in lists that fit a URL. One with a comma in it, which a list would tear apart, stands alone."""
    batch: list[str] = []
    length = 0
    for each in ids:
        needed = len(quote(each, safe="")) + 3  # its comma is escaped
        if batch and ("," in each or "," in batch[0] or len(batch) >= size or length + needed > room):
            yield batch
            batch, length = [], 0
        batch.append(each)
        length += needed
    if batch:
        yield batch


def _asked_for(answer: RequestRows, asked: list[str]) -> dict[str, RequestStatus]:
    """Asked id -> its row. A city that takes tokens in place of ids answers with both."""
    found: dict[str, RequestStatus] = {}
    for row in answer.rows:
        for each in (row.service_request_id, row.token):
            if each in asked:
                found.setdefault(each, row)
                break
    return found


def _list(line: Line, ids: list[str]) -> RequestRows:
    """A list call. A city that has no list of ids refuses it, or knows no request of that long name."""
    params = [("service_request_id", ",".join(ids))]
    try:
        return _ask(line, "requests", params)
    except (BadRequest, NotFound, Unreadable):
        return RequestRows((), 0, 0, listed=False)


def _one(line: Line, service_request_id: str) -> RequestRows:
    try:
        return _ask(line, f"requests/{quote(service_request_id, safe='')}", [])
    except NotFound:
        return RequestRows((), 0, 0)


def _ask(line: Line, resource: str, params: list[tuple[str, str]]) -> RequestRows:
    if line.options.extensions:
        params = [*params, ("extensions", "true")]
    read = partial(read_requests, zone=line.connection.time_zone, base_url=line.base_url)
    return line.get("service_requests", resource, params, read)


def _tokens(line: Line, batch: list[str]) -> tuple[TokenAnswer, ...]:
    """The tokens' rows, asked for in the format in which they were given, and with the key: Austin documents that a
    look-up without one is often answered with 404."""
    resource = "tokens/" + ",".join(quote(each, safe="") for each in batch)
    try:
        return line.get(
            "service_request_ids", resource, [], read_tokens, with_key=True, formats=line.options.formats[:1]
        )
    except NotFound:
        return ()
