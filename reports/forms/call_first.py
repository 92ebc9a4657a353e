"""Words that make it an emergency: whoever writes them is told whom to call before anything else is asked."""

import json
import re
from collections.abc import Collection, Iterable

from django.db.models import Q

from reports.geo.rules import fold
from reports.models import CallNowRule


def rules_for(bodies: Collection[int], locale: str) -> list[CallNowRule]:
    """The rules in force where these bodies (ids) answer, for a page in this language (`es`)."""
    anywhere, language = Q(jurisdiction=None) | Q(jurisdiction__in=bodies), Q(locale="") | Q(locale=locale)
    return list(CallNowRule.objects.filter(anywhere, language, active=True))


def meant_by(text: str, rules: Iterable[CallNowRule]) -> list[CallNowRule]:
    """Those of the rules one of whose words begins a word of the text, each message once."""
    hay = " ".join(fold(text).split())
    found = {rule.message: rule for rule in rules if any(_begins_a_word(word, hay) for word in words_of(rule))}
    return list(found.values())


def words_of(rule: CallNowRule) -> list[str]:
    """The rule's words, folded."""
    return [word for part in rule.words.split(",") if (word := " ".join(fold(part).split()))]


def as_json(rules: Iterable[CallNowRule]) -> str:
    """The rules for the page's script, which looks for the same words; empty where there are none."""
    rows = [{"words": words_of(rule), "message": rule.message, "phone": rule.phone} for rule in rules]
    return json.dumps(rows) if rows else ""


def _begins_a_word(word: str, hay: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}", hay) is not None
