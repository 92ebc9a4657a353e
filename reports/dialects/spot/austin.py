"""Austin, the newest age of the product (Austin 311, Open311 API Addendum)."""

from dataclasses import dataclass
from typing import ClassVar

from reports.dialects.georeport_v2 import Options
from reports.dialects.options import option, other_default, whole_number
from reports.dialects.spot.dialect import Spot
from reports.dialects.spot.options import SpotOptions


@dataclass(frozen=True, slots=True)
class AustinOptions(SpotOptions):
    """What the addendum limits: 100 rows a page, 90 days for every pair of dates."""

    page_size_parameters: tuple[str, ...] = other_default(Options, "page_size_parameters", ("per_page",))
    page_size: int = option(100, whole_number(1, 100), "Rows to ask for in one page, 100 at most.")
    max_window_days: int = option(90, whole_number(1, 90), "Longest span of time for one call, 90 at most.")
    token_filter: bool = other_default(Options, "token_filter", True)
    filler_addresses: tuple[str, ...] = other_default(Options, "filler_addresses", ())


class Austin(Spot):
    """Austin: a token on every row, services that say whether they are active, and a limit on every window."""

    options_class: ClassVar[type[Options]] = AustinOptions
