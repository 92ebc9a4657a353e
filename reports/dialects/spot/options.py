"""What is usual at Connected Bits, as defaults of GeoReport v2's options."""

from dataclasses import dataclass

from reports.dialects.georeport_v2.options import Options
from reports.dialects.options import other_default

# Boston's address where the place is not known (urban-hazards wiki, 2026).
FILLER_ADDRESSES = ("1 City Hall Plz",)


@dataclass(frozen=True, slots=True)
class SpotOptions(Options):
    """The addendum's ways. A key in every call lifts the limit of ten calls a minute."""

    formats: tuple[str, ...] = other_default(Options, "formats", ("json", "xml"))  # notes are documented in JSON alone
    key_on_reads: bool = other_default(Options, "key_on_reads", True)
    key_in: str = other_default(Options, "key_in", "bearer")
    page_parameter: str = other_default(Options, "page_parameter", "page")
    # Two generations of the product, one name each; Boston takes either.
    page_size_parameters: tuple[str, ...] = other_default(Options, "page_size_parameters", ("per_page", "page_size"))
    updated_filter: bool = other_default(Options, "updated_filter", True)
    extensions: bool = other_default(Options, "extensions", True)
    lists_at_once: bool = other_default(Options, "lists_at_once", False)
    ids_only: bool = other_default(Options, "ids_only", True)
    split_failing_windows: bool = other_default(Options, "split_failing_windows", True)
    search_parameter: str = other_default(Options, "search_parameter", "q")
    filler_addresses: tuple[str, ...] = other_default(Options, "filler_addresses", FILLER_ADDRESSES)
