"""GeoReport v2, the endpoint's options: bad ones are named, and each has a default."""

import pytest

from reports.dialects.errors import ConfigurationError
from reports.dialects.georeport_v2 import GeoReportV2, Options
from reports.dialects.options import declared
from tests.dialects.georeport_v2_city import city


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"formats": []}, "formats"),
        ({"formats": ["yaml"]}, "xml, json"),
        ({"formats": "xml"}, "a list"),
        ({"key_on_reads": "yes"}, "true or false"),
        ({"id_batch": 0}, "from 1 to 200"),
        ({"id_batch": True}, "whole number"),
        ({"max_window_days": 1000}, "from 1 to 366"),
        ({"key_in": "cookie"}, "one of parameter, bearer"),
        ({"zone_correction": "utc"}, "one of none, local_labelled_utc"),
        ({"bbox": [1, 2, 3]}, "four numbers"),
        ({"bbox": [1, 2, 3, "4"]}, "four numbers"),
        ({"bbox": [True, 2, 3, 4]}, "four numbers"),
        ({"bbox": [3, 2, 1, 4]}, "west before east"),
        ({"bbox": [1, 4, 3, 2]}, "south before north"),
        ({"bbox": [1, 2, 3, 91]}, "in degrees"),
        ({"bbox": [-181, 2, 3, 4]}, "in degrees"),
        ({"filler_addresses": "City Hall"}, "a list of texts"),
        ({"page_parameter": "a b"}, "name of a query parameter"),
        ({"required": ["email", "email"]}, "each once"),
        ({"headers": {"Host": "x"}}, "header"),
        ({"headers": {"X-A": "a\r\nb"}}, "header"),
        ({"headers": ["X-A"]}, "header"),
        ({"reference_in": "email"}, "description, account_id, or attribute"),
        ({"reference_in": "attribute[]"}, "description, account_id, or attribute"),
        ({"reference_in": ["description"]}, "description, account_id, or attribute"),
        ({"color": "red"}, "“color” is not an option"),
    ],
)
def test_bad_options_are_named(options, word):
    (sentence,) = GeoReportV2.check_options(options)
    assert word in sentence
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        city(**options)


def test_options_that_are_no_object():
    assert GeoReportV2.check_options(["formats"])  # type: ignore[arg-type]  # bad input is the point


def test_every_option_has_a_default_that_passes_and_an_explanation():
    for each in declared(Options):
        default = each.default
        given = dict(default) if each.name == "headers" else list(default) if isinstance(default, tuple) else default
        assert GeoReportV2.check_options({each.name: given}) == []
        assert each.help.endswith(".")
