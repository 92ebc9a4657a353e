"""What each family does where nothing is set on the endpoint, stated again beside the defaults."""

import pytest

from tests.dialects.family import family

JSON_FIRST = {"formats": ("json", "xml")}
DEFAULTS = {
    "citysdk": JSON_FIRST | {
        "extensions": True, "updated_filter": True, "max_rows": 200, "lists_at_once": False, "description_min": 10,
        "description_max": 5000, "locale": "", "upload_field": "media[]",
    },
    "fixmystreet": {
        "formats": ("xml", "json"), "max_window_days": 30, "lists_at_once": False, "updates": True,
        "comment_status": "known",
    },
    "klarschiff": JSON_FIRST | {
        "page_size_parameters": ("max_requests",), "page_size": 500, "ignored_filters": ("service_code_list",),
        "extensions": True, "lists_at_once": False, "required": ("email", "description"), "privacy_policy": False,
        "comment_author": "",
    },
    "libre311": JSON_FIRST | {
        "id_list": False, "page_parameter": "page", "page_size_parameters": ("size",), "first_page": 0,
    },
    "mark_a_spot": JSON_FIRST | {
        "key_on_reads": True, "key_in": "query", "page_parameter": "offset", "page_counts": "rows",
        "page_size_parameters": ("limit",), "extensions": True, "list_is_whole": False, "lists_at_once": False,
        "meta": True,
    },
    "philadelphia": JSON_FIRST | {"id_list": False, "single_calls": 3},
    "seeclickfix_open311": JSON_FIRST | {"send_jurisdiction_id": False},
    "toronto": JSON_FIRST | {"max_window_days": 25, "lists_at_once": False},
    "ureport": JSON_FIRST | {
        "id_list": False, "page_parameter": "page", "page_size_parameters": ("page_size",), "page_size": 1000,
        "updated_filter": True, "follow_by_window": True, "ignored_filters": ("status", "service_code_list"),
        "lists_at_once": False,
    },
    "washington_dc": {"formats": ("xml",), "feed_url": ""},
    "zaragoza": JSON_FIRST | {
        "id_list": False, "page_parameter": "start", "page_counts": "rows", "page_size_parameters": ("rows",),
        "page_size": 1000, "max_window_days": 85, "zone_correction": "local_minus_offset_twice",
    },
}  # fmt: skip


@pytest.mark.parametrize("key", DEFAULTS)
def test_defaults(key):
    options = family(key).options
    assert {name: getattr(options, name) for name in DEFAULTS[key]} == DEFAULTS[key]


@pytest.mark.parametrize(
    ("key", "option", "values"),
    [
        ("citysdk", "locale", ["", "fi", "fi_FI", "sv", "sv_SE", "en", "en_GB"]),
        ("citysdk", "upload_field", ["media[]", "media", "media0"]),
        ("fixmystreet", "comment_status", ["known", "UNCHANGED"]),
        ("klarschiff", "comment_author", ["", "desk@example.org"]),
    ],
)
def test_what_an_option_of_a_family_may_be(key, option, values):
    check = type(family(key)).check_options
    for value in values:
        assert check({option: value}) == []
        assert check({option: f"{value} x"})
