"""SeeClickFix API 0.1: the contract, alone and against the sandbox's city, in both formats."""

from reports.dialects.messages import Place
from tests.dialects.contract import DialectContract
from tests.dialects.sandbox_contract import SandboxContract

BOX = [-88, 41, -87, 42]


class TestContract(DialectContract):
    key = "seeclickfix_v01"
    base_url = "http://canned.test/api/0.1/"
    taken = b'[{"id": 20771, "summary": "Pothole", "lat": 41.8837, "lng": -87.632, "token": "0a1b", "address": null}]'
    options = {"bbox": BOX}


class TestXmlContract(TestContract):
    taken = b'<?xml version="1.0"?><issue><id type="integer">20771</id><reporter-email nil="true"/></issue>'
    options = {"bbox": BOX, "formats": ["xml"]}


class TestDalyCity(SandboxContract):
    key = "seeclickfix_v01"
    base = "scf01/api/0.1/"
    place = Place(37.68, -122.47)
    rows_name_services = False
    says_what_is_unknown = False
    options = {"lists_at_once": True}


class TestDalyCityInXml(TestDalyCity):
    options = {"lists_at_once": True, "formats": ["xml"]}
