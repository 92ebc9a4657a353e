"""What cities write, and what it means here. An unknown word is a value and not a crash."""

import re
from typing import Any, Final

from reports.dialects.messages import Datatype, ServiceType, Stage, Status

OPEN, CLOSED = Status.OPEN, Status.CLOSED

# Compared without capitals, apostrophes, and the difference between a space, "_" and "-". The standard has `open` and
# `closed`; the others leak from SeeClickFix, Klarschiff, CitySDK, Accela, Libre311 and mySociety's update extension.
STATUSES: Final[dict[str, tuple[Status, Stage]]] = {
    "open": (OPEN, Stage.NONE),
    "pending": (OPEN, Stage.NONE),
    "submitted": (OPEN, Stage.NONE),
    "unconfirmed": (OPEN, Stage.NONE),
    "received": (OPEN, Stage.NONE),
    "reviewed": (OPEN, Stage.NONE),
    "reopened": (OPEN, Stage.NONE),
    "reopen": (OPEN, Stage.NONE),
    "assigned": (OPEN, Stage.NONE),
    "acknowledged": (OPEN, Stage.ACKNOWLEDGED),
    "in progress": (OPEN, Stage.IN_PROGRESS),
    "in process": (OPEN, Stage.IN_PROGRESS),
    "investigating": (OPEN, Stage.IN_PROGRESS),
    "action scheduled": (OPEN, Stage.SCHEDULED),
    "planned": (OPEN, Stage.SCHEDULED),
    "closed": (CLOSED, Stage.NONE),
    "archived": (CLOSED, Stage.NONE),
    "processed": (CLOSED, Stage.NONE),
    "fixed": (CLOSED, Stage.NONE),
    "resolved": (CLOSED, Stage.NONE),
    "completed": (CLOSED, Stage.NONE),
    "no further action": (CLOSED, Stage.NONE),
    "cancelled": (CLOSED, Stage.NONE),
    "canceled": (CLOSED, Stage.NONE),
    "not solvable": (CLOSED, Stage.REJECTED),
    "rejected": (CLOSED, Stage.REJECTED),
    "duplicate": (CLOSED, Stage.DUPLICATE),
    "internal referral": (CLOSED, Stage.NOT_RESPONSIBLE),
    "not councils responsibility": (CLOSED, Stage.NOT_RESPONSIBLE),
}

DATATYPES: Final[dict[str, Datatype]] = {each.value: each for each in Datatype} | {
    "integer": Datatype.NUMBER,
    "float": Datatype.NUMBER,
    "date": Datatype.DATETIME,
    "textarea": Datatype.TEXT,
    "select": Datatype.SINGLEVALUELIST,
    "picklist": Datatype.SINGLEVALUELIST,
    "multipicklist": Datatype.MULTIVALUELIST,
    "boolean": Datatype.SINGLEVALUELIST,
    "boolean(checkbox)": Datatype.SINGLEVALUELIST,
    "checkbox": Datatype.SINGLEVALUELIST,
}
# Boston's Salesforce has check boxes, which the standard has not: a list of two, in that city's language.
CHECKBOXES: Final = frozenset({"boolean", "boolean(checkbox)", "checkbox"})
CHECKBOX_VALUES: Final = (("true", "Yes"), ("false", "No"))
INFORMATION: Final = "informational"  # its word for an attribute that is no question

# mySociety's extension: who fills an attribute that is asked of nobody
AUTOMATED: Final = frozenset({"server_set", "hidden_field"})

# Types of Connected Bits' notes that say what became of the request. The others (activity, follow_on_created,
# follow_on_closed) say what was done about it, and the last of them closes another request.
NOTE_STATUSES: Final[dict[str, Status]] = {"submitted": OPEN, "opened": OPEN, "closed": CLOSED}

# field of the message: the spellings of it, the standard's first
ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "lat": ("lat", "latitude"),
    "long": ("long", "lon", "lng", "longitude"),
    "zipcode": ("zipcode", "zip_code"),  # Helsinki, Tampere
    "address": ("address", "address_string"),  # Mark-a-Spot
    "address_id": ("address_id", "adress_id"),  # Klarschiff
    "status_notes": ("status_notes", "status_note"),  # Mark-a-Spot
    "service_notice": ("service_notice", "service_level_agreement"),  # the word of v1
    "description": ("description",),
}

# St. Louis lists its own system's columns (stlouis-mo.gov, powernap/stlouis/api.cfm): ours, and theirs in order. Its
# DESCRIPTION tells of the kind of problem, not of this one.
NATIVE_MARK: Final = "REQUESTID"
NATIVE: Final[dict[str, tuple[str, ...]]] = {
    "service_request_id": (NATIVE_MARK,),
    "status": ("STATUS",),
    "status_notes": ("EXPLANATION", "PUBLICRESOLUTION"),
    "service_code": ("PROBLEMCODE",),
    "service_name": ("PLAIN_ENGLISH_NAME_FOR_PROBLEMCODE", "DESCRIPTION"),
    "agency_responsible": ("SUBMITTO",),
    "requested_datetime": ("DATETIMEINIT",),
    "updated_datetime": ("DATETIMECLOSED", "DATECANCELLED"),
    "expected_datetime": ("PRJCOMPLETEDATE",),
    "address": ("PROBADDRESS",),
    "zipcode": ("PROBZIP",),
    "lat": ("SRY",),
    "long": ("SRX",),
}


def standard_names(row: dict[str, Any]) -> dict[str, Any]:
    """A row under the standard's names: itself, unless it is one of St. Louis's."""
    if NATIVE_MARK not in row:
        return row
    return {name: next((row[each] for each in theirs if row.get(each)), None) for name, theirs in NATIVE.items()}


def status_of(word: str) -> tuple[Status, Stage]:
    """The meaning of a city's status word. An unknown one is open: closing wrongly is worse."""
    known = re.sub(r"[\s_-]+", " ", re.sub(r"['’]", "", word)).strip().casefold()
    return STATUSES.get(known, (Status.OPEN, Stage.NONE))


def datatype_of(word: str, has_values: bool) -> Datatype:
    """The standard's datatype for a city's word; an unknown one with values to choose from is a list."""
    return DATATYPES.get(plain(word), Datatype.SINGLEVALUELIST if has_values else Datatype.STRING)


def plain(word: str) -> str:
    """A datatype's word without capitals, spaces and hyphens."""
    return re.sub(r"[\s_-]+", "", word).casefold()


def type_of(word: str) -> ServiceType:
    """The service type for a city's word; realtime where there is none or an unknown one."""
    known = word.casefold()
    return ServiceType(known) if known in {each.value for each in ServiceType} else ServiceType.REALTIME
