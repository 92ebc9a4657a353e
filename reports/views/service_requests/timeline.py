"""Everything that was said of a report, in one order: by its body, by this site, and by people here and there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reports.models import StatusUpdate
from reports.views.service_requests.conversation import Remark


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was said: a line of the history, or a comment. One of the two is set."""

    at: datetime
    update: StatusUpdate | None = None
    remark: Remark | None = None


def merged(updates: Iterable[StatusUpdate], remarks: Iterable[Remark]) -> list[Entry]:
    """Both, the newest first. Of the same moment, what was said last comes first too."""
    entries = [Entry(update.datetime, update=update) for update in updates]
    entries += [Entry(remark.at, remark=remark) for remark in remarks]
    return sorted(entries, key=lambda entry: entry.at)[::-1]
