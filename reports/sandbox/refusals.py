"""How a city refuses: the standard's error form, and the checks that every call shares."""

from reports.sandbox.cities import City, Service
from reports.sandbox.wire import Request


class CityError(Exception):
    """An answer of the standard's error form: an HTTP status and one or more sentences (GeoReport v2, errors)."""

    def __init__(self, status: int, *descriptions: str) -> None:
        super().__init__(status, *descriptions)
        self.status = status
        self.descriptions = descriptions


def check_jurisdiction(city: City, request: Request) -> None:
    """400 where it is required and missing, 404 where it is unknown (GeoReport v2, jurisdiction_id)."""
    given = request.arg("jurisdiction_id")
    if city.jurisdiction == "ignored":
        return
    if not given and city.jurisdiction == "required":
        raise CityError(400, "jurisdiction_id was not provided")
    if given and given != city.jurisdiction_id:
        raise CityError(404, f"jurisdiction_id was not found: {given}")


def given_key(city: City, request: Request) -> str:
    """The key that came with a call: `api_key`, or a Bearer header where the city reads one; "" without."""
    api_key = request.arg("api_key")
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if not api_key and city.takes_bearer and scheme.lower() == "bearer":
        api_key = bearer.strip()
    return api_key


def check_key(city: City, request: Request) -> None:
    """403 without a key that the city takes."""
    api_key = given_key(city, request)
    if not api_key:
        raise CityError(403, "api_key was not provided")
    if not city.accepts_key(api_key):
        raise CityError(403, "api_key is not valid")


def find_service(city: City, code: str) -> Service:
    service = city.services.get(code)
    if service is None:
        raise CityError(404, f"Service not found with code {code}")
    return service
