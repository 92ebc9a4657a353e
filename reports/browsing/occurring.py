"""Which services and groups the public reports have, for lists to choose from."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from reports.browsing.index import Index

MOST: Final = 100  # more are no help in a list to choose from


def names(index: Index, kind: str, body: int | None = None) -> list[str]:
    """The names (`kind`: service or group) that occur among the public reports, of one body where it is named: the
    MOST most frequent, those first, and by letters where they are as frequent."""
    key = ("occurring", kind, body)
    if key not in index.remembered:
        numbers, texts = (
            (index.service, index.services.texts) if kind == "service" else (index.group, index.groups.texts)
        )
        chosen = index.public if body is None else index.public & (index.body == body)
        counts = np.bincount(numbers[chosen], minlength=len(texts))
        found = [(-int(counts[number]), texts[number]) for number in np.flatnonzero(counts) if texts[number]]
        index.remembered[key] = [name for _count, name in sorted(found)[:MOST]]
    remembered: list[str] = index.remembered[key]
    return remembered


def services(index: Index, asked: Iterable[str]) -> list[str]:
    """Those of these names of services that occur among the public reports."""
    key = ("occurring", "services", "known")
    if key not in index.remembered:
        counts = np.bincount(index.service[index.public], minlength=len(index.services.texts))
        index.remembered[key] = frozenset(np.flatnonzero(counts).tolist())
    public: frozenset[int] = index.remembered[key]
    return [name for name in asked if name and index.services.known(name) in public]
