"""What is being worked on just now, for every line that is logged meanwhile, and what must be in none of them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

NAMES: Final = ("request", "task", "task_id", "endpoint", "reference", "submission", "attempt")
_facts: ContextVar[Mapping[str, object]] = ContextVar("facts")
_concealed: ContextVar[set[str] | None] = ContextVar("concealed", default=None)


@contextmanager
def bind(**facts: object) -> Iterator[None]:
    """Within the block, in this thread, every logged line carries these facts and those of the blocks around it.

    ValueError for a name that is not in NAMES, so that one thing is called the same in all lines. What an error may
    quote stays concealed where the error goes.
    """
    if unknown := facts.keys() - set(NAMES):
        raise ValueError(f"no line carries {', '.join(sorted(unknown))}")
    around, within = _concealed.get(), set(concealed())
    facts_before, words_before = _facts.set({**bound(), **facts}), _concealed.set(within)
    try:
        yield
    except BaseException:
        if around is not None:
            around |= within
        raise
    finally:
        _concealed.reset(words_before)
        _facts.reset(facts_before)


def conceal(texts: Iterable[str]) -> None:
    """Keep these texts (keys, contact details) out of every line until the innermost block of `bind` ends.

    Outside of one nothing is kept, because nobody would ever forget it again.
    """
    words = _concealed.get()
    if words is not None:
        words.update(text for text in texts if text)


def bound() -> Mapping[str, object]:
    """The facts that hold here."""
    return _facts.get({})


def concealed() -> frozenset[str]:
    """The texts that no line may have here."""
    return frozenset(_concealed.get() or ())
