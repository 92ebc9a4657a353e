"""Which reports have all of some words, the newest first: the database's own index of words is asked."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db import connection

from reports.models import ServiceRequest

WORDS: Final = 5  # more than these are not looked for
LETTERS: Final = 40
# A shorter one is looked for as a whole word: of a million reports every one has a word that begins with "s", and the
# database would gather them all. Scripts that say much in one sign are left alone.
BEGINNING_FROM: Final = 3
MOST: Final = {"sqlite": 20_000, "postgresql": 5_000}  # of a word that very many have, the newest so many are looked at
# Of so few reports each is looked at, where of all that have the words only the newest could be. Of 3,000 that takes
# 15 to 30 ms, and on PostgreSQL up to half a second where they have to be read from the disk first.
FEW: Final = 3_000
TEXTS: Final = ("service_name", "group", "description", "address_string", "reference")  # as the databases' indexes
_IN_ONE_QUERY: Final = 500
_WORD: Final = re.compile(r"[^\W_]+")
_ACCENTS: Final = re.compile("([a-z])[\u0300-\u036f]+")

ON_SQLITE: Final = """
    SELECT rowid FROM reports_requesttext WHERE reports_requesttext MATCH %s ORDER BY rowid DESC LIMIT %s
"""
# Of a sign alone that PostgreSQL keeps out of words, such as ½, no node is left, and all of a body would be found.
ON_POSTGRESQL: Final = """
    SELECT request_id FROM reports_requesttext
    WHERE document @@ (to_tsquery('simple', %s) && %s::tsquery) AND numnode(to_tsquery('simple', %s)) > 0
    ORDER BY request_id DESC LIMIT %s
"""
ON_POSTGRESQL_AMONG: Final = """
    SELECT request_id FROM reports_requesttext
    WHERE request_id = ANY(%s::bigint[]) AND document @@ to_tsquery('simple', %s)
"""


def plain(text: str) -> str:
    """Without case, and without the accents of Latin letters, as both databases keep the words.

    Of Latin letters alone: elsewhere such marks make other letters (as in Russian or Japanese), and FTS5 leaves them.
    Nor are letters written in others (ß, ø), so that what somebody types as it stands there is found.
    """
    if text.isascii():
        return text.lower()
    letters = _ACCENTS.sub(r"\1", unicodedata.normalize("NFD", text.lower()))
    return unicodedata.normalize("NFC", letters)


def asked(text: str) -> list[str]:
    """The words that are looked for in what somebody typed: letters and figures alone, WORDS of them at most."""
    return [word[:LETTERS] for word in _WORD.findall(plain(text))[:WORDS]]


def of(text: str) -> frozenset[str]:
    """The words of a text, as those that are asked for are compared with them."""
    return frozenset(_WORD.findall(plain(text)))


def begins(word: str) -> bool:
    """Whether it is enough that another word begins with this one.

    A letter of the alphabet with a sign behind it (m²) is short too: PostgreSQL would look for all that begins with m.
    """
    return len(word) >= BEGINNING_FROM or not any(sign.isascii() for sign in word)


def has(known: Collection[str], word: str) -> bool:
    """Whether these words have the one that is asked for, as `found` would say."""
    return any(each.startswith(word) for each in known) if begins(word) else word in known


def found(text: str, body: int | None = None) -> tuple[npt.NDArray[np.int64], bool]:
    """The keys of the newest reports in whose public texts every word begins some word; of one body where it is named.

    A word of fewer than BEGINNING_FROM letters of the alphabet has to be there as it is. Also whether there may be more
    than were looked at. Nobody's rights are looked at: the caller has to. A text without a word finds nothing.
    """
    words = asked(text)
    if not words:
        return np.empty(0, np.int64), False
    most = MOST[connection.vendor]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            query = _query(words)
            cursor.execute(ON_POSTGRESQL, [query, f"'#{body}'" if body else "", query, most])
            rows = cursor.fetchall()
        else:
            rows = _on_sqlite(cursor, words, body, most)
    return np.fromiter((row[0] for row in rows), dtype=np.int64), len(rows) == most


def among(keys: Sequence[int], text: str) -> list[int]:
    """Of these reports those that have every word. None is left out, however many others have them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(ON_POSTGRESQL_AMONG, [list(keys), _query(asked(text))])
            return [row[0] for row in cursor.fetchall()]
    looked_for, have = [_pattern(word) for word in asked(text)], []
    for start in range(0, len(keys), _IN_ONE_QUERY):
        rows = ServiceRequest.objects.filter(pk__in=keys[start : start + _IN_ONE_QUERY]).order_by()
        for pk, *texts in rows.values_list("pk", *TEXTS):
            said = plain(" ".join(texts))
            if all(pattern.search(said) for pattern in looked_for):
                have.append(pk)
    return have


def _pattern(word: str) -> re.Pattern[str]:
    """Where it begins a word, or is one, as `has` says: a quarter of the time that cutting each text in words takes.

    What may not stand before it is looked at last, as patterns that begin with plain letters are found fastest.
    """
    return re.compile(rf"{word}(?<![^\W_]{word})" + ("" if begins(word) else r"(?![^\W_])"))


def _query(words: Sequence[str]) -> str:
    return " & ".join(word + ":*" * begins(word) for word in words)


def _on_sqlite(cursor: Any, words: list[str], body: int | None, most: int) -> list[tuple[int]]:
    """First the words as they are: FTS5 reads those one by one from the newest on, and stops at `most`. For beginnings
    it gathers all reports that have any such word before it gives the first one, a tenth of a second of a million."""
    rows: list[tuple[int]] = []
    for mark in ("", " *"):
        asked_for = (f'words : "{word}"{mark * begins(word)}' for word in words)
        cursor.execute(ON_SQLITE, [" AND ".join([*asked_for, *([f"body : b{body}"] if body else [])]), most])
        rows = cursor.fetchall()
        if len(rows) == most or not any(map(begins, words)):
            break
    return rows
