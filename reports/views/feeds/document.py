"""What a file is made from, whatever its kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from reports.views.feeds.items import Item
from reports.views.feeds.paging import Page


@dataclass(frozen=True, slots=True)
class Document:
    """One page of a list, or with `page` None all of it.

    `address` is where the file is, without the number of the page; `home` the page for people; both whole. `changed` is
    when something on it last did, or now where nothing is on it. `capped`: of a word that very many reports have only
    the newest were looked at.
    """

    title: str
    home: str
    address: str
    asked: Mapping[str, str]
    language: str
    changed: datetime
    total: int
    page: Page | None = None
    capped: bool = False
    items: Sequence[Item] = field(default_factory=list)

    def with_items(self, items: Sequence[Item]) -> "Document":
        """The same with what stands on it."""
        return replace(self, items=items)

    def at(self, number: int | str) -> str:
        """The whole address of a page of it."""
        query = urlencode(dict(self.asked) | ({} if number == 1 else {"page": number}))
        return f"{self.address}?{query}" if query else self.address

    @property
    def here(self) -> str:
        """Its own whole address."""
        return self.at(self.page.number if self.page else "all")

    def links(self) -> dict[str, str]:
        """The addresses of the other pages, by relation."""
        others = self.page.others() if self.page else {}
        return {relation: self.at(number) for relation, number in others.items()}

    def summary(self) -> str:
        """What it is, in a sentence or two."""
        words = _("Public reports on %(site)s, the newest first.") % {"site": settings.SITE_NAME}
        more = _("There may be more: of words that very many reports have, only the newest are looked through.")
        return f"{words} {more}" if self.capped else words

    def rights(self) -> str:
        """The terms of every body on this page, each once; empty where nothing is on it."""
        return "; ".join(dict.fromkeys(str(item.terms) for item in self.items))
