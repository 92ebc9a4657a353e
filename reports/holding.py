"""Which reports and comments wait for a volunteer before the public reads them. A report is sent all the same.

Rules (`HoldRule`) look at words, at the sender's e-mail address, and at the network that a post comes from. What is
kept of a hit names words only: a sender's address is forgotten with the contact details, and where a post came from is
never kept.
"""

import ipaddress
import logging
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from reports import clock
from reports.models import Comment, HoldKind, HoldRule, ServiceRequest

log = logging.getLogger(__name__)

LETTERS_LEAST: Final = 3  # a shorter word is part of ordinary speech in some language
PATTERN_MOST: Final = 200
_WORD: Final = re.compile(r"\w+")
_ADDRESS: Final = re.compile(r"[^@\s]*@[^@\s]+\.[^@\s.]+")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Written:
    """What rules are held against: public words, the sender's e-mail address, and where the post came from."""

    texts: tuple[str, ...]
    jurisdiction: int
    email: str = ""
    address: Address | None = None


def hit(written: Written) -> HoldRule | None:
    """The first active rule, of that body or of all, that fits; None where it may be published at once."""
    words = _words(written)
    rules = HoldRule.objects.filter(Q(jurisdiction=None) | Q(jurisdiction=written.jurisdiction), active=True)
    return next((rule for rule in rules.order_by("pk") if _fits(rule, words, written)), None)


def held_fields(written: Written) -> dict[str, Any]:
    """`held_at` and `held_because` for a new row; empty where no rule fits."""
    rule = hit(written)
    return {} if rule is None else {"held_at": clock.now(), "held_because": because(rule)}


def of_report(request: ServiceRequest, email: str = "", address: Address | None = None) -> Written:
    """A report's public words: description, answers that are not private, and the place as it was written."""
    answers = (str(value.get("name", "")) for row in request.public_attributes for value in _values(row))
    texts = (request.description, request.place_detail, request.address_string, *answers)
    return Written(texts, request.jurisdiction_id, email, address)


def of_comment(request: ServiceRequest, text: str, address: Address | None = None) -> Written:
    """The words of a comment on that report."""
    return Written((text,), request.jurisdiction_id, address=address)


def because(rule: HoldRule) -> str:
    """What is kept of a hit. Only words are named: the other two kinds of rule say something about a person."""
    return f"{rule.kind}: {rule.pattern}"[:300] if rule.kind == HoldKind.WORDS else str(rule.kind)


def publish(row: ServiceRequest | Comment) -> bool:
    """Let the public read it; False where it was not, or no longer, held. `held_because` stays, and says that a
    volunteer has looked."""
    if isinstance(row, Comment):
        return bool(Comment.objects.filter(pk=row.pk, held_at__isnull=False).update(held_at=None))
    return bool(ServiceRequest.objects.filter(pk=row.pk, held_at__isnull=False).update(held_at=None))


def problem(kind: str, pattern: str) -> str:
    """What is wrong with a pattern, in a sentence for volunteers; empty where nothing is."""
    if not pattern.strip() or len(pattern) > PATTERN_MOST or "\0" in pattern:
        return _("Write something of at most %(count)d characters.") % {"count": PATTERN_MOST}
    if kind == HoldKind.SENDER and not _ADDRESS.fullmatch(pattern.strip()):
        return _("Write an e-mail address such as name@example.org, or @example.org for all of a domain.")
    if kind == HoldKind.NETWORK and _network(pattern) is None:
        return _("Write a network address such as 203.0.113.7, or a range such as 203.0.113.0/24 or 2001:db8::/32.")
    if kind == HoldKind.WORDS and len(folded(pattern).strip().replace(" ", "")) < LETTERS_LEAST:
        return _("Write words of at least three letters: shorter ones are part of ordinary speech.")
    return ""


def would_hold(rule: HoldRule, requests: Iterable[ServiceRequest]) -> int:
    """How many of these reports this rule would have held. Of a network rule nobody can tell: no address is kept."""
    return sum(_would(rule, request) for request in requests)


def folded(text: str) -> str:
    """The words of a text as they are compared: small letters without accents, one space before and after each.

    What is invisible (soft hyphens, zero-width marks) goes, so that it hides no word.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    seen = "".join(letter for letter in plain if unicodedata.category(letter) not in ("Mn", "Cf"))
    return f" {' '.join(_WORD.findall(seen.replace('_', ' ')))} "


def _words(written: Written) -> str:
    return "|".join(folded(text) for text in written.texts)  # so that no phrase runs from one text into the next


def _would(rule: HoldRule, request: ServiceRequest) -> bool:
    if rule.jurisdiction_id not in (None, request.jurisdiction_id):
        return False
    contact = getattr(request, "contact", None)
    written = of_report(request, contact.email if contact else "")
    return _fits(rule, _words(written), written)


def _fits(rule: HoldRule, words: str, written: Written) -> bool:
    if problem(rule.kind, rule.pattern):
        log.warning("hold rule %s can hold nothing: its pattern is none", rule.pk)
        return False
    if rule.kind == HoldKind.SENDER:
        return _is_sender(rule.pattern, written.email)
    if rule.kind == HoldKind.NETWORK:
        return _is_inside(rule.pattern, written.address)
    wanted = folded(rule.pattern)
    return (wanted.rstrip() if rule.pattern.rstrip().endswith("*") else wanted) in words


def _is_sender(pattern: str, email: str) -> bool:
    wanted, given = pattern.strip().casefold(), email.strip().casefold()
    return given.endswith(wanted) if wanted.startswith("@") else given == wanted


def _is_inside(pattern: str, address: Address | None) -> bool:
    network = _network(pattern)
    return network is not None and address is not None and address in network


def _network(pattern: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(pattern.strip(), strict=False)
    except ValueError:
        return None


def _values(row: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return [value for value in row.get("values") or [] if isinstance(value, Mapping)]
