"""SeeClickFix API v2: the contract, alone and against the sandbox's city."""

from reports.dialects.messages import Place
from tests.dialects.contract import DialectContract
from tests.dialects.sandbox_contract import SandboxContract


class TestContract(DialectContract):
    key = "seeclickfix_v2"
    base_url = "http://canned.test/api/v2/"
    taken = b'{"id": 90441, "status": "Open", "summary": "Pothole", "lat": 41.8837, "lng": -87.632, "address": null}'
    sends_email = False
    options = {"bbox": [-88, 41, -87, 42]}


class TestCambridge(SandboxContract):
    key = "seeclickfix_v2"
    base = "scf/api/v2/"
    place = Place(42.375, -71.11)
    every_definition_asks = False
    says_what_is_unknown = False
    options = {"place_url": "cambridge", "bbox": [-71.17, 42.35, -71.06, 42.41], "lists_at_once": True}


class TestCambridgeByLegacyAuthentication(TestCambridge):
    api_key = "desk:sandbox-key"
    options = {"auth": "basic", "key_on_reads": True}
    lists_at_once = False
