"""What each age of Connected Bits does where nothing is set on the endpoint, stated again beside the defaults."""

import pytest

from tests.dialects.spot_city import open_city

FAMILY = {
    "formats": ("json", "xml"), "send_jurisdiction_id": True, "key_on_reads": True, "key_in": "bearer",
    "token_list": False,
    "page_parameter": "page", "page_size_parameters": ("per_page", "page_size"), "page_size": 100, "first_page": 1,
    "max_window_days": 90, "updated_filter": True, "omit_timezone": False, "extensions": True, "lists_at_once": False,
    "ids_only": True, "split_failing_windows": True, "search_parameter": "q", "token_filter": False,
    "filler_addresses": ("1 City Hall Plz",), "required": (), "private_attributes": (), "zone_correction": "none",
}  # fmt: skip
OF_A_CITY = {
    "spot": {},
    "chicago": {
        "key_in": "parameter", "token_list": True, "page_size_parameters": ("page_size",), "page_size": 500,
        "omit_timezone": True, "required": ("lat_long", "address_string"), "private_attributes": ("A511OPTN",),
        "search_parameter": "",
    },
    "austin": {"page_size_parameters": ("per_page",), "token_filter": True, "filler_addresses": ()},
}  # fmt: skip


@pytest.mark.parametrize("key", OF_A_CITY)
def test_defaults(key):
    options = open_city(key).options
    expected = FAMILY | OF_A_CITY[key]
    assert {name: getattr(options, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("key", "option", "most"),
    [("spot", "page_size", 1000), ("chicago", "page_size", 500), ("austin", "page_size", 100),
     ("spot", "max_window_days", 366), ("austin", "max_window_days", 90)],
)  # fmt: skip
def test_limits(key, option, most):
    check = type(open_city(key)).check_options
    assert check({option: most}) == check({option: 1}) == []
    assert check({option: most + 1})
    assert check({option: 0})
