"""What follows from rows that were asked for one by one."""

from collections.abc import Callable, Collection
from typing import Final

from reports.dialects.errors import KeyRejected
from reports.dialects.georeport_v2.by_id import one_by_one
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses

ROUND: Final = 15  # requests asked for one by one in a round, of the 20 calls a minute that API v2 documents
BAN: Final = "administrative rules"  # "Request forbidden by administrative rules.", with HTTP 403


def one_at_a_time(
    ids: Collection[str], ask: Callable[[str], tuple[RequestStatus, ...]], most: int | None = None
) -> RequestStatuses:
    """Ask for each number by itself, where there is no list of them, for `most` of them in a round. Rows of other
    numbers are dropped and make the answer `UNKNOWN`, as does a round that ended early. After a ban, or a key that is
    not known, nothing more is asked, and nothing is `left` for soon: SeeClickFix shuts out who goes on calling."""
    no: list[KeyRejected] = []

    def ask_unless_refused(number: str) -> tuple[RequestStatus, ...]:
        if no:
            raise no[0]
        try:
            return ask(number)
        except KeyRejected as error:
            if error.status_code == 401 or any(BAN in words.casefold() for words in error.messages):
                no.append(error)
            raise

    asked = list(dict.fromkeys(filter(None, ids)))
    now = asked[:most]
    came = one_by_one(now, ask_unless_refused, anything=False)
    rows = {each: next((row for row in found if row.service_request_id == each), None) for each, found in came.answers}
    strangers = any(found and rows[each] is None for each, found in came.answers)
    clear = came.whole and not strangers and len(came.answers) == len(asked)
    completeness = Completeness.COMPLETE if clear else Completeness.UNKNOWN
    left = () if no else (*came.left, *asked[len(now) :])
    return RequestStatuses(tuple(row for row in rows.values() if row), completeness, left=left)
