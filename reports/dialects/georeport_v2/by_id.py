"""Asking for things by number: requests by id, ids by token."""

import re
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Generic, TypeVar
from urllib.parse import quote

from reports.dialects.errors import DialectError, HeldBack, NoAnswer, NotFound, RateLimited, Unreachable
from reports.dialects.georeport_v2.line import Line
from reports.dialects.georeport_v2.read import RequestRows, read_tokens
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, TokenAnswer

T = TypeVar("T")
Answer = TypeVar("Answer")
TOKEN_BATCH: Final = 50
# How Connected Bits writes tokens: an ObjectId (Chicago, San Francisco, Austin) or a UUID (Boston).
TOKEN: Final = re.compile(r"[0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
FAILURES: Final = 10  # in a row, after which it is not asked for more
SECONDS: Final = 60.0  # after which a round of single calls ends; the rest is asked for another time


@dataclass(slots=True)
class Singly(Generic[T, Answer]):
    """What came of asking for each: the answers, what was not asked for any more, and whether all the others had one.

    Where the city went away, the one that showed it counts as not asked for.
    """

    answers: list[tuple[T, Answer]] = field(default_factory=list)
    left: list[T] = field(default_factory=list)
    whole: bool = True


def requests_by_id(line: Line, ids: Collection[str]) -> RequestStatuses:
    """Ask for requests by id, several at a time where the city can, else one by one.

    Rows that were not asked for are dropped and make the answer `UNKNOWN`: the city then ignored the list, and its
    silence about the others says nothing, so those are asked for one by one.
    """
    asked = list(dict.fromkeys(filter(None, ids)))
    found: dict[str, RequestStatus] = {}
    strangers = skipped = unclear = 0
    singly = [] if line.options.id_list else asked
    for name, batch in lists(line, asked):
        if len(batch) == 1:
            singly += batch
            continue
        answer = _list(line, name, batch)
        rows = _asked_for(answer, batch)
        found |= rows
        skipped += answer.skipped
        strangers += len(answer.rows) - len({id(row) for row in rows.values()})
        if not rows or len(rows) < len(answer.rows):
            singly += [each for each in batch if each not in rows]
    now = singly[: line.options.single_calls]
    came = one_by_one(now, partial(_one, line), anything=bool(found))
    left = [*came.left, *singly[len(now) :]]
    unclear += not came.whole or bool(left)
    for each, answer in came.answers:
        rows = _asked_for(answer, [each])
        found |= rows
        skipped += answer.skipped
        strangers += len(answer.rows) - len(rows)
        unclear += not answer.listed
    unique = {id(row): row for row in found.values()}
    completeness = Completeness.UNKNOWN if strangers or unclear else Completeness.COMPLETE
    return RequestStatuses(tuple(unique.values()), completeness, skipped, tuple(left))


def ids_by_token(line: Line, tokens: Collection[str]) -> dict[str, str | None]:
    """Ask for the ids of tokens. None where there is no id yet, which some cities say with HTTP 404; tokens that were
    not asked for any more are not in it."""
    asked = list(dict.fromkeys(filter(None, tokens)))
    size = TOKEN_BATCH if line.options.token_list else 1
    found: dict[str, str | None] = dict.fromkeys(asked)
    answers: list[tuple[list[str], tuple[TokenAnswer, ...]]] = []
    batches = list(_batches(asked, size, line.room("tokens")))
    try:
        answers = [(batch, _tokens(line, batch)) for batch in batches if len(batch) > 1]
        singly = [batch for batch in batches if len(batch) == 1]
    except DialectError as error:  # one bad token must not cost the others their numbers
        if is_away(error):
            raise
        singly = [[token] for token in asked]
    came = one_by_one(singly, partial(_tokens, line), anything=bool(answers))
    for batch, rows in [*answers, *came.answers]:
        for answer in rows:
            # A row without its token can only be told apart where one was asked for (Merton).
            token = answer.token if answer.token in found else batch[0] if len(batch) == 1 else None
            if token is not None and answer.service_request_id:
                found[token] = answer.service_request_id
    left = {token for batch in came.left for token in batch}
    return {token: number for token, number in found.items() if number or token not in left}


def one_by_one(asked: Sequence[T], ask: Callable[[T], Answer], *, anything: bool) -> Singly[T, Answer]:
    """Ask for each; one that fails costs only itself.

    Ends early where the city is away or the round takes too long. Raises the first error where nothing at all,
    here or (`anything`) before, was answered.
    """
    came: Singly[T, Answer] = Singly()
    first: DialectError | None = None
    failures, end = 0, time.monotonic() + SECONDS
    for number, each in enumerate(asked):
        if time.monotonic() > end or failures >= FAILURES:
            came.left = list(asked[number:])
            break
        try:
            came.answers.append((each, ask(each)))
            failures = 0
        except DialectError as error:
            first = first or error
            failures += 1
            if is_away(error):
                came.left = list(asked[number:])
                break
    if first and not came.answers and not anything:
        raise first
    came.whole = first is None and not came.left
    return came


def is_away(error: DialectError) -> bool:
    """Whether the city itself, or our own limit for it, is the trouble, and not the one number that was asked for."""
    return isinstance(error, RateLimited | HeldBack | Unreachable | NoAnswer) or error.status_code == 503


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


def lists(line: Line, asked: list[str]) -> Iterator[tuple[str, list[str]]]:
    """What to ask for in lists, each with the name of its parameter; nothing where the city takes no list of ids."""
    options, room = line.options, line.room("requests")
    tokens = [each for each in asked if options.token_filter and TOKEN.fullmatch(each)]
    ids = [each for each in asked if each not in tokens]
    if options.id_list:
        yield from ((line.id_parameter, batch) for batch in _batches(ids, options.id_batch, room))
        yield from (("token", batch) for batch in _batches(tokens, options.id_batch, room))


def _asked_for(answer: RequestRows, asked: list[str]) -> dict[str, RequestStatus]:
    """Asked id -> its row. A city that takes tokens in place of ids answers with both."""
    found: dict[str, RequestStatus] = {}
    for row in answer.rows:
        for each in (row.service_request_id, row.token):
            if each in asked:
                found.setdefault(each, row)
                break
    return found


def _list(line: Line, name: str, ids: list[str]) -> RequestRows:
    """A list call. A city that has no list of ids refuses it, or knows no request of that long name."""
    params = [(name, ",".join(ids))]
    try:
        return _ask(line, "requests", params)
    except DialectError as error:
        if is_away(error):
            raise
        return RequestRows((), 0, 0, listed=False)


def _one(line: Line, service_request_id: str) -> RequestRows:
    try:
        return _ask(line, f"requests/{quote(service_request_id, safe='')}", [])
    except NotFound:
        return RequestRows((), 0, 0)


def _ask(line: Line, resource: str, params: list[tuple[str, str]]) -> RequestRows:
    if line.options.extensions:
        params = [*params, ("extensions", "true")]
    return line.requests(resource, params)


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
