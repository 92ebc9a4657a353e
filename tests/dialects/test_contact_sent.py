"""Which contact details each dialect takes along: what it says of itself, held against what goes over the wire."""

import contextlib
import dataclasses

import pytest

from reports.dialects import registry
from reports.dialects.base import CONTACT, Connection
from reports.dialects.errors import DialectError
from reports.http import Client
from tests.dialects.canned import BASE, canned
from tests.dialects.filing import FILING, KEY

GIVEN = {"email": "mark@example.org", "first_name": "Firstmark", "last_name": "Lastmark", "phone": "5550142"}
FULL = dataclasses.replace(FILING, **GIVEN, service_name="Pothole", locale="en")
BASES = {"email": "mailto:311@example.org", "seeclickfix_organizations": f"{BASE}organizations/77/"}
SETUPS = [
    *((key, {}) for key in registry.TABLE),
    ("seeclickfix_organizations", {"on_behalf_field": ""}),
]


def wire(key, options):
    letters = []
    connection = Connection(
        BASES.get(key, BASE), Client(key, secrets=(KEY,)), api_key=KEY, jurisdiction_id="example.org",
        options=options, mail=letters.append,
    )  # fmt: skip
    with canned((503, b"")) as city, contextlib.suppress(DialectError):
        registry.open_dialect(key, connection).post_service_request(FULL)
    texts = [letter.text for letter in letters]
    return texts + [value for call in city.calls for _name, value in call.fields] + [call.body for call in city.calls]


@pytest.mark.parametrize(("key", "options"), SETUPS, ids=str)
def test_what_a_dialect_says_of_itself_is_what_it_sends(key, options):
    texts = wire(key, options)
    seen = {name for name in CONTACT if any(GIVEN[name] in text for text in texts)}
    if key in {"libre311", "zaragoza"}:
        assert not texts  # read only
    else:
        assert texts
        assert seen == set(registry.get(key).contact_sent(options))
