"""Chicago, the first of Connected Bits' cities and the oldest of its dialects (Chicago/open311-api-docs)."""

from dataclasses import dataclass
from typing import ClassVar

from reports.dialects.georeport_v2 import Options
from reports.dialects.options import option, other_default, whole_number
from reports.dialects.spot.dialect import Spot
from reports.dialects.spot.options import SpotOptions


@dataclass(frozen=True, slots=True)
class ChicagoOptions(SpotOptions):
    """What Chicago documents: `page_size`, tokens in a list, and a place three times over."""

    key_in: str = other_default(Options, "key_in", "parameter")
    token_list: bool = other_default(Options, "token_list", True)
    page_size_parameters: tuple[str, ...] = other_default(Options, "page_size_parameters", ("page_size",))
    page_size: int = option(500, whole_number(1, 500), "Rows to ask for in one page, 500 at most.")
    omit_timezone: bool = other_default(Options, "omit_timezone", True)
    required: tuple[str, ...] = other_default(Options, "required", ("lat_long", "address_string"))
    private_attributes: tuple[str, ...] = other_default(Options, "private_attributes", ("A511OPTN",))  # a mobile number
    search_parameter: str = other_default(Options, "search_parameter", "")


class Chicago(Spot):
    """Chicago: always a token, notes of every department, duplicates linked to their parent."""

    takes_words = False  # lat, long and address_string are all required
    options_class: ClassVar[type[Options]] = ChicagoOptions
