"""The reports in view gathered for a map: one by one where there is room, and else as many in one place.

The view is cut into squares of CELL pixels that stand still as the map moves (Web Mercator, as the tiles); what would
still overlap is then put together. Only columns of numbers are worked through, so that a million reports take some tens
of milliseconds, and never come more than MOST places out of it.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reports.browsing.filters import Box, Matches
from reports.browsing.index import IS_OVER

CELL: Final = 64  # pixels
APART: Final = 46  # pixels; markers are 44 wide
DEEPEST: Final = 22  # no map goes nearer
SEPARABLE: Final = 19  # the nearest zoom of the tiles: what overlaps there cannot be taken apart
LISTED_FROM: Final = 17  # from this zoom on many in one place are listed
MOST: Final = 500
EXACT: Final = 1000  # of a square with more reports, the square itself is the box round them where MANY are in view
MANY: Final = 1 << 15  # from here on what would be worked out for each report is taken from a table

_NORTHMOST: Final = math.degrees(math.atan(math.sinh(math.pi)))  # where the square world of Web Mercator ends

Numbers = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Cluster:
    """The reports of one place on the map; `lat` and `long` (degrees, WGS84) are where it is drawn.

    `box` holds them all. `key` is the one report's where `count` is 1. `listed`: going nearer would not take them
    apart, or only just, so that they are shown as a list. `name` is the same for the same place and zoom.
    """

    name: str
    lat: float
    long: float
    count: int
    open: int
    box: Box
    key: int | None = None
    listed: bool = False


def clusters(matches: Matches, box: Box, zoom: int) -> list[Cluster]:
    """What a map of this part of the world shows at this zoom (0 to DEEPEST), from north to south and west to east.

    All of `matches` that have a place have to be within `box`. Where the box has more than MOST squares at this zoom,
    it is taken as if the map were farther away.
    """
    here = matches.with_points
    if not len(here):
        return []
    index = matches.index
    grid = _Grid.over(box, zoom)
    lat, long = index.lat[here], grid.unrolled(index.long[here])
    cell = grid.cells(lat, long)
    squares = _squares(grid, cell, lat, long, ~IS_OVER[index.status[here]])
    homes = _homes(grid, squares)
    alone = _alone(squares, homes)
    single = here[alone[cell]] if alone.any() else here[:0]
    keys = dict(zip(cell[alone[cell]].tolist(), index.pk[single].tolist(), strict=True)) if len(single) else {}
    return _together(grid, squares, homes, keys)


@dataclass(frozen=True)
class _Grid:
    """The squares over a box: `column` and `row` of its north-western one, and how many each way."""

    box: Box
    zoom: int
    column: int
    row: int
    columns: int
    rows: int

    @classmethod
    def over(cls, box: Box, zoom: int) -> "_Grid":
        """At this zoom, or at the next one that is far enough."""
        for far in range(min(max(zoom, 0), DEEPEST), -1, -1):
            column, last_column = _column(box.west, far), _column(box.east + 360 * box.crosses, far)
            row, last_row = _row(box.north, far), _row(box.south, far)
            columns, rows = last_column - column + 1, last_row - row + 1
            if columns * rows <= MOST:
                break
        return cls(box, far, column, row, columns, rows)

    @property
    def size(self) -> int:
        return self.columns * self.rows

    def unrolled(self, long: Numbers) -> Numbers:
        """Longitudes that rise from the western edge to the eastern one, also across the 180th meridian."""
        return np.where(long < self.box.west, long + 360, long) if self.box.crosses else long

    def cells(self, lat: Numbers, long: Numbers) -> Numbers:
        """The square of each point, by number: row by row."""
        columns = ((long + 180) * (_side(self.zoom) / 360)).astype(np.intp)
        columns -= self.column
        np.clip(columns, 0, self.columns - 1, out=columns)
        cells: Numbers = self._rows_of(lat)
        cells *= self.columns
        cells += columns
        return cells

    def _rows_of(self, lat: Numbers) -> Numbers:
        if len(lat) <= MANY:
            held = np.radians(np.clip(lat, -_NORTHMOST, _NORTHMOST))
            down = (1 - np.arcsinh(np.tan(held)) / np.pi) / 2
            exact: Numbers = np.clip((down * _side(self.zoom)).astype(np.intp) - self.row, 0, self.rows - 1)
            return exact
        south, north = self.box.south, self.box.north
        rows = self._rows_of(np.linspace(south, north, MANY))
        steps = (lat - south) * ((MANY - 1) / (north - south or 1))
        found: Numbers = rows[steps.astype(np.intp)]
        return found

    def bounds(self, cell: Numbers) -> Numbers:
        """West, south, east and north of these squares, in degrees."""
        side = _side(self.zoom)
        row, column = self.row + cell // self.columns, self.column + cell % self.columns
        edges = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * np.stack((row + 1, row)) / side))))
        return np.stack((column * 360 / side - 180, edges[0], (column + 1) * 360 / side - 180, edges[1]))

    def name(self, cell: int) -> str:
        row, column = divmod(cell, self.columns)
        return f"{self.zoom}-{(self.column + column) % _side(self.zoom)}-{self.row + row}"


def _side(zoom: int) -> int:
    """How many squares the world has from west to east."""
    return int(2**zoom * 256 // CELL)


def _column(long: float, zoom: int) -> int:
    return math.floor((long + 180) * (_side(zoom) / 360))


def _row(lat: float, zoom: int) -> int:
    return math.floor(_down(lat) * _side(zoom))


def _down(lat: float) -> float:
    """How far from the northern edge of the world's square to its southern one, 0 to 1."""
    held = math.radians(min(max(lat, -_NORTHMOST), _NORTHMOST))
    return (1 - math.asinh(math.tan(held)) / math.pi) / 2


@dataclass(frozen=True)
class _Squares:
    """What is in each square that is not empty: parallel arrays, `cell` ascending; `sides` are west, south, east and
    north of the points."""

    cell: Numbers
    count: Numbers
    open: Numbers
    lat: Numbers
    long: Numbers
    sides: Numbers


def _squares(grid: _Grid, cell: Numbers, lat: Numbers, long: Numbers, is_open: Numbers) -> _Squares:
    count = np.bincount(cell, minlength=grid.size)
    filled = np.flatnonzero(count)
    means = [np.bincount(cell, weights=each, minlength=grid.size)[filled] / count[filled] for each in (lat, long)]
    return _Squares(
        cell=filled,
        count=count[filled],
        open=np.bincount(cell, weights=is_open, minlength=grid.size)[filled],
        lat=means[0],
        long=means[1],
        sides=_sides(grid, cell, lat, long, count)[:, filled],
    )


def _sides(grid: _Grid, cell: Numbers, lat: Numbers, long: Numbers, count: Numbers) -> Numbers:
    """The box round the points of each square: the smallest one, or the square itself where that would take long."""
    sides = grid.bounds(np.arange(grid.size))
    few = (count <= EXACT) | (len(cell) <= MANY)
    sides[:2, few], sides[2:, few] = np.inf, -np.inf
    chosen = few[cell]
    among, lat, long = cell[chosen], lat[chosen], long[chosen]
    for side, extreme, values in zip(
        sides, (np.minimum, np.minimum, np.maximum, np.maximum), (long, lat, long, lat), strict=True
    ):
        extreme.at(side, among, values)
    return sides


def _homes(grid: _Grid, squares: _Squares) -> Numbers:
    """For each square the one whose marker stands for it: itself, or one with more reports whose marker is so near that
    the two would overlap."""
    world = 256 * 2**grid.zoom
    x = (squares.long + 180) / 360 * world
    y = np.array([_down(lat) * world for lat in squares.lat])
    homes = np.full(len(x), -1)
    for place in np.lexsort((squares.cell, -squares.count)):
        if homes[place] < 0:
            near = (np.abs(x - x[place]) < APART) & (np.abs(y - y[place]) < APART) & (homes < 0)
            homes[near] = place
    return homes


def _alone(squares: _Squares, homes: Numbers) -> Numbers:
    """Whether a square's one report stands alone; by the square's number."""
    counts = np.bincount(homes, weights=squares.count, minlength=len(homes))
    alone = np.zeros(int(squares.cell[-1]) + 1, dtype=np.bool_)
    alone[squares.cell] = counts[homes] == 1
    return alone


def _together(grid: _Grid, squares: _Squares, homes: Numbers, keys: dict[int, int]) -> list[Cluster]:
    sides = squares.sides.copy()
    for side, extreme in zip(sides, (np.minimum, np.minimum, np.maximum, np.maximum), strict=True):
        extreme.at(side, homes, side.copy())
    count, open_ = (np.bincount(homes, weights=each, minlength=len(homes)) for each in (squares.count, squares.open))
    found = []
    for place in np.unique(homes):
        west, south, east, north = (float(each) for each in sides[:, place])
        box = Box(_rolled(west), south, _rolled(east), north)
        cell = int(squares.cell[place])
        found.append(
            Cluster(
                name=grid.name(cell),
                lat=float(squares.lat[place]),
                long=_rolled(float(squares.long[place])),
                count=int(count[place]),
                open=int(open_[place]),
                box=box,
                key=keys.get(cell),
                listed=bool(count[place] > 1)
                and (grid.zoom >= LISTED_FROM or not _comes_apart(west, south, east, north)),
            )
        )
    return found


def _comes_apart(west: float, south: float, east: float, north: float) -> bool:
    """Whether the nearest map shows a corner of the box apart from the opposite one."""
    world = 256 * 2**SEPARABLE
    return max((east - west) / 360, _down(south) - _down(north)) * world >= APART


def _rolled(long: float) -> float:
    return long - 360 if long > 180 else long
