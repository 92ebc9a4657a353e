"""Faults: the magic words in a description, and the kinds that the control panel sets."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from email.utils import formatdate
from time import time

from reports.sandbox import spoiled
from reports.sandbox.wire import HTML, Answer, Ending

KINDS = (
    "500", "502", "503", "504", "429", "429-date", "html", "empty", "malformed", "truncated", "billion-laughs",
    "huge", "slow", "drip", "hang", "reset", "wrong-key", "lost-answer", "stored-500", "stored-reset", "stalled",
    "other-id",
)  # fmt: skip
OPERATIONS = (
    "any", "post", "token", "requests", "services", "definition", "discovery", "comments", "updates", "feed", "search",
    "reverse",
)  # fmt: skip

# These take the place of the city's work: nothing is stored. The others spoil the answer to work that was done.
INSTEAD_OF_WORK = frozenset({"500", "502", "503", "429", "429-date", "html", "hang", "reset", "wrong-key"})

MAGIC_WORDS = (
    "SANDBOX-429", "SANDBOX-503", "SANDBOX-RESET", "SANDBOX-HTML-200", "SANDBOX-REFUSE", "SANDBOX-DUPLICATE",
    "SANDBOX-SLOW", "SANDBOX-LOST-ANSWER", "SANDBOX-DROP-MIDWAY", "SANDBOX-TOKEN-LATE", "SANDBOX-TOKEN-404",
    "SANDBOX-ID-NUMBER", "SANDBOX-PLAN-ORDINARY", "SANDBOX-PLAN-DELAYED", "SANDBOX-PLAN-LINGERING",
    "SANDBOX-PLAN-DUPLICATE", "SANDBOX-PLAN-CANCELLED", "SANDBOX-PLAN-REOPENED", "SANDBOX-MODERATED",
)  # fmt: skip
_WORD = re.compile(r"SANDBOX-[A-Z0-9]+(?:-[A-Z0-9]+)*")


@dataclass(frozen=True)
class Timing:
    """Real seconds: how long a slow answer takes, and how long a lost one keeps the connection."""

    slow: float = 5.0
    hold: float = 60.0


@dataclass
class Fault:
    """A fault that is set. `city` is a key, "nominatim" or "any"; `left` counts down, None lasts until cleared."""

    kind: str
    city: str = "any"
    operation: str = "any"
    left: int | None = None
    retry_after: int = 2

    def meets(self, place: str, operation: str) -> bool:
        return self.city in ("any", place) and self.operation in ("any", operation)


def magic_words(description: str) -> list[str]:
    """The known magic words in a description, in order."""
    return [word for word in _WORD.findall(description) if word in MAGIC_WORDS]


def unavailable(status: int, retry_after: str = "") -> Answer:
    """A gateway's or a rate limiter's own page: plain HTML, not the city's error list."""
    headers = (("Retry-After", retry_after),) if retry_after else ()
    return Answer(status, spoiled.gateway_page(status), HTML, headers)


def magic_before(words: Collection[str], tries: int) -> Answer | None:
    """What a magic word answers in place of the city's work. The first three strike the first try only."""
    if tries == 1 and "SANDBOX-429" in words:
        return unavailable(429, "2")
    if tries == 1 and "SANDBOX-503" in words:
        return unavailable(503)
    if tries == 1 and "SANDBOX-RESET" in words:
        return Answer(200, ending=Ending.RESET)
    if "SANDBOX-HTML-200" in words:
        return Answer(200, spoiled.html_page(), HTML)
    return None


def magic_after(words: Collection[str], answer: Answer, timing: Timing) -> Answer:
    """What a magic word does to the answer after the request was stored."""
    if "SANDBOX-SLOW" in words:
        answer = replace(answer, delay=timing.slow)
    if "SANDBOX-LOST-ANSWER" in words:
        return replace(answer, delay=timing.hold, ending=Ending.HELD)
    if "SANDBOX-DROP-MIDWAY" in words:
        return replace(answer, ending=Ending.MIDWAY)
    return answer


def fault_instead(fault: Fault, timing: Timing) -> Answer | None:
    """The answer of a fault that takes the place of the work, or None. "wrong-key" is left to the city, whose
    error list it speaks in."""
    if fault.kind not in INSTEAD_OF_WORK or fault.kind == "wrong-key":
        return None
    if fault.kind.isdigit():
        return unavailable(int(fault.kind), str(fault.retry_after) if fault.kind in ("429", "503") else "")
    if fault.kind == "429-date":
        return unavailable(429, formatdate(time() + fault.retry_after, usegmt=True))
    if fault.kind == "html":
        return Answer(200, spoiled.html_page(), HTML)
    if fault.kind == "reset":
        return Answer(200, ending=Ending.RESET)
    return Answer(200, delay=timing.hold, ending=Ending.HELD)


def fault_after(fault: Fault, answer: Answer, timing: Timing) -> Answer:
    """The answer as a fault spoils it, after the work was done."""
    if fault.kind in ("504", "stored-500"):
        return unavailable(int(fault.kind[-3:]))
    if fault.kind == "stored-reset":
        return replace(answer, ending=Ending.RESET)
    if fault.kind == "slow":
        return replace(answer, delay=timing.slow)
    if fault.kind == "drip":
        return replace(answer, delay=timing.slow, ending=Ending.DRIP)
    if fault.kind in ("lost-answer", "stalled"):
        return replace(answer, delay=timing.hold, ending=Ending.HELD if fault.kind == "lost-answer" else Ending.STALLED)
    return replace(answer, body=spoiled.spoil(fault.kind, answer.body, is_json="json" in answer.content_type))
