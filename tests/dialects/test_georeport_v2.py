"""GeoReport v2: the contract, alone and against the sandbox's cities."""

from tests.dialects.contract import DialectContract
from tests.dialects.sandbox_contract import SandboxContract


class TestContract(DialectContract):
    key = "georeport_v2"
    taken = b'<?xml version="1.0"?><service_requests><request><token>t-1</token></request></service_requests>'


class TestChicago(SandboxContract):
    """Batch, XML, pages."""

    key = "georeport_v2"
    base = "chicago/open311/v2/"
    jurisdiction_id = "cityofchicago.org"
    answers_with = "token"
    options = {"token_list": True, "page_parameter": "page", "page_size_parameters": ["page_size"]}


class TestCook(SandboxContract):
    """Blackbox: neither id nor token, and a list that never shows anything."""

    key = "georeport_v2"
    base = "cook/open311/v2/"
    jurisdiction_id = "cookcountyil.gov"
    answers_with = "nothing"
    listed = False
    options = {"lists_at_once": False}


class TestEvanston(SandboxContract):
    """Realtime, JSON."""

    key = "georeport_v2"
    base = "evanston/open311/v2/"
    jurisdiction_id = "cityofevanston.org"
    options = {"formats": ["json"]}


class TestBloomington(SandboxContract):
    """uReport: ids as numbers, one id at a time."""

    key = "georeport_v2"
    base = "bloomington/crm/open311/v2/"
    options = {"formats": ["json"], "page_parameter": "page", "page_size_parameters": ["page_size"]}


class TestOakPark(SandboxContract):
    """Realtime, XML only; nothing set."""

    key = "georeport_v2"
    base = "oak-park/open311/v2/"
    jurisdiction_id = "oak-park.us"
