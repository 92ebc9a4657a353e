"""Services that their city lists under another code than before: the same rows, with what volunteers say over them."""

from collections import defaultdict
from collections.abc import Mapping

from reports.delivery.service_rows import Difference, group_of
from reports.dialects import messages
from reports.models import Service


def recode(known: dict[str, Service], listed: Mapping[str, messages.Service], difference: Difference) -> None:
    """Give rows their new codes: where one service is listed with another code and the same name and group as before.

    Two of the same name on either side are left alone: names are not unique (uReport, Boston). Services may have
    swapped their codes, but none takes a code from a row that keeps it. `known` is changed; the rows are not saved.
    """
    moves = _moves(known, listed)
    taken = set(known)
    rows = {new: known.pop(old) for old, new in moves.items()}
    for code, row in rows.items():
        former = [each for each in row.former_codes if each != code]
        row.former_codes = [*former, row.service_code]
        row.service_code = code
        if code in taken:
            row.definition_fetched_at = None  # what was fetched under this code were another service's questions
        Service.objects.filter(pk=row.pk).update(service_code=f"recoded {row.pk}")  # so that two can change places
        difference.recoded.append(code)
    known |= rows


def _moves(known: Mapping[str, Service], listed: Mapping[str, messages.Service]) -> dict[str, str]:
    """Old code -> new code of the rows that are listed under another one."""
    before, after = defaultdict(list), defaultdict(list)
    was = {code: _called(row.service_name, row.group) for code, row in known.items()}
    now = {code: _called(each.service_name[:300], group_of(each)) for code, each in listed.items()}
    for code, called in was.items():
        if now.get(code) != called and not known[code].suspended:
            before[called].append(code)
    for code, called in now.items():
        if was.get(code) != called:
            after[called].append(code)
    moves = {codes[0]: after[called][0] for called, codes in before.items() if len(codes) == len(after[called]) == 1}
    while kept := [old for old, new in moves.items() if new in known and new not in moves]:
        for old in kept:
            del moves[old]
    return moves


def _called(name: str, group: str) -> tuple[str, str]:
    return name.strip().casefold(), group.strip().casefold()
