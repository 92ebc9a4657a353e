"""The part of the world that a list is asked for, and whether a row is in it."""

import math
from dataclasses import dataclass
from typing import Final

from reports.dialects.messages import Filing, RequestStatus

METRES_IN_A_DEGREE: Final = 111_320.0
NAMES: Final = ("min_lng", "min_lat", "max_lng", "max_lat")  # west, south, east, north
NEAR: Final = 300.0  # metres around a filing in which it is looked for


@dataclass(frozen=True, slots=True)
class Area:
    """A named place, a box of west, south, east, north in degrees, or both; `everywhere` for a list that needs none.

    A form that SeeClickFix does not support is ignored and not refused: asked for `address=48219`, in Detroit, it gave
    the requests of the whole world. So a row is believed only inside the box, and a place without a box can be asked
    for but not checked.
    """

    place_url: str = ""
    box: tuple[float, ...] = ()
    everywhere: bool = False

    @property
    def checkable(self) -> bool:
        """Whether a row can be held against it."""
        return self.everywhere or bool(self.box)

    @property
    def given(self) -> bool:
        """Whether there is anything to ask by."""
        return self.everywhere or bool(self.place_url or self.box)

    def params(self, names: tuple[str, ...] = NAMES) -> list[tuple[str, str]]:
        """Its form in a query; `names` are those of a box's sides. A place is sent alone: of several forms only the
        first is heard."""
        if self.place_url:
            return [("place_url", self.place_url)]
        return [(name, f"{value:.6f}") for name, value in zip(names, self.box, strict=False)]

    def holds(self, row: RequestStatus) -> bool:
        """Whether a row is inside; one without a point cannot be held against it."""
        if not self.box or row.lat is None or row.long is None:
            return True
        west, south, east, north = self.box
        return south <= row.lat <= north and west <= row.long <= east


def around(filing: Filing, metres: float = NEAR) -> Area:
    """A box around a filing's point; none where it has no point."""
    if filing.lat is None or filing.long is None:
        return Area()
    north = metres / METRES_IN_A_DEGREE
    east = north / max(math.cos(math.radians(filing.lat)), 0.01)
    return Area(box=(filing.long - east, filing.lat - north, filing.long + east, filing.lat + north))
