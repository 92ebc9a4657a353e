"""Boston's Spot server of 2025-26: three forms of codes, local time labelled Z, names in public blocks.

Source: DIALECTS 4.1, 4.2 and 4.5.
"""

from datetime import datetime
from typing import Any

from reports.sandbox.cities import City, Service
from reports.sandbox.families.spot import Spot, SpotPosting
from reports.sandbox.filing import Filing
from reports.sandbox.refusals import CityError
from reports.sandbox.state import StoredRequest
from reports.sandbox.storing import store_filing
from reports.sandbox.wire import Request

CITIES = (
    City(
        key="boston",
        name="City of Boston",
        base="boston/open311/v2",
        jurisdiction_id="boston.gov",
        speaks="spot",
        time_zone="America/New_York",
        type="batch",
        id_form="{serial}",
        first_serial=101_005_820_200,
        uuid_tokens=True,
        api_keys=("boston-key",),
        takes_bearer=True,
        token_as_id=True,
        page_size=50,
        max_page_size=100,
        page_size_names=("per_page", "page_size"),
        anonymous_limit=10,
        empty="omit",
        extensions=True,
        contact="BOS:311. Dial 311 or 617-635-4500. Powered by Connected Bits.",
        changeset="2026-03-09T08:00:00-04:00",
    ),
)
FORM_PREFIX = "input."  # codes for filing only: what is filed is kept under another code
NOWHERE = "1 City Hall Plz, Boston, MA 02201"  # stands where no address is known
MOMENTS = ("requested_datetime", "updated_datetime", "expected_datetime")


class BostonPosting(SpotPosting):
    """The same filing twice is refused, and some codes turn into others."""

    def keep(self, filing: Filing, service: Service, words: list[str], request: Request) -> StoredRequest:
        if any(held.fingerprint == filing.fingerprint for held in self.store.requests(self.city.key)):
            raise CityError(400, "Invalid service request: base is a duplicate.")
        kept_as = self.city.services[service.more.get("stored_as", service.code)]
        return store_filing(self.city, self.store, filing, kept_as, words)


class Boston(Spot):
    """Answers for Boston."""

    posting = BostonPosting

    def services(self, request: Request) -> Any:
        """Not all that occur in requests: the others are known from rows only."""
        listed = (service for service in self.city.services.values() if service.more.get("listed", True))
        return [self.service_row(service, request) for service in listed]

    def definition(self, code: str, request: Request) -> dict[str, Any]:
        if code.startswith(FORM_PREFIX):
            raise CityError(404, f"Service not found with code {code}")
        return super().definition(code, request)

    def token_row(self, stored: StoredRequest) -> dict[str, Any] | None:
        """None until there is an id, which makes it a 404."""
        row = super().token_row(stored)
        return row if row and "service_request_id" in row else None

    def plain_row(self, stored: StoredRequest) -> dict[str, Any]:
        """Times are those of the city's clocks with a Z behind them, so a query's window is cut on them too."""
        shown = super().plain_row(stored)
        for name in MOMENTS:
            if name in shown:
                shown[name] = _mislabelled(shown[name])
        shown["address"] = shown.get("address", NOWHERE)
        if "media_url" in shown:
            shown["media_url"] += f"#spot={stored.token}"
        answers = _flattened(self.city.services[stored.service_code], stored)
        if answers:
            shown["description"] = "\n".join(filter(None, [shown.get("description"), answers]))
        return shown

    def extension(self, stored: StoredRequest) -> dict[str, Any]:
        shown = super().extension(stored)
        notes = [note | {"datetime": _mislabelled(note["datetime"])} for note in shown["notes"]]
        return shown | {"notes": notes}

    def extended_attributes(self, stored: StoredRequest) -> dict[str, Any]:
        """Public, and personal all the same (DIALECTS 4.2, the privacy trap)."""
        person = {"first_name": stored.first_name, "last_name": stored.last_name, "email": stored.email}
        return super().extended_attributes(stored) | {name: value for name, value in person.items() if value}


def _mislabelled(moment: str) -> str:
    return datetime.fromisoformat(moment).replace(tzinfo=None).isoformat() + "Z"


def _flattened(service: Service, stored: StoredRequest) -> str:
    """The answers as text, the way the form's own program writes them: `Rat bites: [No]`."""
    questions = {attribute["code"]: attribute for attribute in service.definition}
    parts = []
    for code, values in stored.attributes.items():
        question = questions.get(code, {})
        names = {str(choice["key"]): choice["name"] for choice in question.get("values", ())}
        shown = ", ".join(names.get(value, value) for value in values)
        parts.append(f"{question.get('description', code)}: [{shown}]")
    return " ".join(parts)
