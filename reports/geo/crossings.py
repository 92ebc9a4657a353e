"""How often outlines cross: said before they are put right, which takes minutes and gigabytes where all cross all."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely

MOST: Final = 20_000  # putting these right took 0.3 s; 250,000 took 4 s and 250 MB, a million 30 s and 1 GB
_NEIGHBOURS: Final = 20  # lines that one line comes near to; in life it is three, where areas share a border six
_AT_ONCE: Final = 64


def are_too_many(polygons: Sequence[Any]) -> bool:
    """Whether the outlines of these polygons, valid or not, cross themselves and each other more than MOST times, or
    lie on one another so densely that nobody can know. Stops counting there."""
    lines = _lines(polygons)
    tree = shapely.STRtree(lines)
    near = crossing = 0
    for begin in range(0, len(lines), _AT_ONCE):
        some = lines[begin : begin + _AT_ONCE]
        ours, theirs = tree.query(some)
        near += len(ours)
        if near > _NEIGHBOURS * len(lines) + 2 * MOST:
            return True
        crossing += int(np.count_nonzero(shapely.crosses(some[ours], lines[theirs])))
        if crossing > 2 * MOST:  # each is met from both its lines
            return True
    return False


def _lines(polygons: Sequence[Any]) -> Any:
    """Each straight line of each ring."""
    rings = shapely.get_rings(np.array(polygons))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[:-1] == ring[1:]
    return shapely.linestrings(np.stack((corners[:-1][same], corners[1:][same]), axis=1))
