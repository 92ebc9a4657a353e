"""What a mail server's no is about: the address, the mailbox's state, or our mail.

Codes are those of RFC 3463 and its registry. Evidence for the line between them: Exim writes “Status: 5.0.0” whatever
the reason and the true code in Diagnostic-Code (sisimai/p5-sisimai#101), Exchange Online answers 5.4.1 for many kinds
of no (p5-sisimai#317), and a full mailbox (5.2.2) is one that its owner may empty, which senders count before they
stop.
"""

import re
from enum import Enum
from typing import Final

# That there is nobody: no such mailbox, system or syntax; moved away; takes no mail (null MX); switched off.
NOBODY: Final = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
# About our mail or our server, and not about the receiver: sender's address, size, system, protocol, content, policy.
OURS: Final = re.compile(r"5\.(1\.[78]|2\.3|3\.4|5\.\d+|6\.\d+|7\.\d+)")
_ENHANCED: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY: Final = re.compile(r"(?<![\d.])([245])\d\d(?![\d.])")


class About(Enum):
    """What is done about it."""

    ADDRESS = "address"  # nobody there: stop at once
    MAILBOX = "mailbox"  # could not be delivered, for a reason that may pass: stop when it happens again and again
    OURS = "ours"  # our mail was not wanted: says nothing of the address


def about(status: str, words: str = "") -> About:
    """Judge a failure by its enhanced status code, or where that says nothing by the one in the server's words."""
    code = _code(status, words)
    if code in NOBODY:
        return About.ADDRESS
    return About.OURS if OURS.fullmatch(code) else About.MAILBOX


def has_code(words: str) -> bool:
    """Whether an enhanced status code stands in a server's words."""
    return _ENHANCED.search(words) is not None


def _code(status: str, words: str) -> str:
    """The code that says most."""
    given = _ENHANCED.search(status)
    said = _ENHANCED.search(words)
    code = given.group(1) if given else ""
    if said and (not code or code.endswith(".0.0")):
        return said.group(1)
    reply = _REPLY.search(words)
    if reply and reply.group(1) == "4" and code.endswith(".0.0"):
        return "4.0.0"
    return code
