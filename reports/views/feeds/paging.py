"""Which page of a list is asked for, and where the others are (RFC 5005, section 3)."""

from dataclasses import dataclass
from typing import Final

LONGEST: Final = 9  # digits; no list has that many pages


class NotAPage(ValueError):
    """It is no number from 1 on."""


class PastTheEnd(ValueError):
    """The list has no such page."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of `total`, `size` a page; the first is 1, which a list of nothing has too."""

    number: int
    size: int
    total: int

    @classmethod
    def read(cls, text: str, size: int, total: int) -> "Page":
        """From what stands in the address; NotAPage or PastTheEnd."""
        if not (text.isascii() and text.isdigit()) or len(text) > LONGEST or int(text) < 1:
            raise NotAPage
        page = cls(int(text), size, total)
        if page.number > page.last:
            raise PastTheEnd
        return page

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.size))

    @property
    def begin(self) -> int:
        """How many stand on the pages before it."""
        return (self.number - 1) * self.size

    def others(self) -> dict[str, int]:
        """The pages that can be gone to, by relation: first, previous, next, last."""
        ways = {"first": 1, "previous": self.number - 1, "next": self.number + 1, "last": self.last}
        return {relation: number for relation, number in ways.items() if 1 <= number <= self.last}
