"""What cities write, and what it means here. An unknown word is a value and not a crash."""

import re
from typing import Final

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
}

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


def status_of(word: str) -> tuple[Status, Stage]:
    """The meaning of a city's status word. An unknown one is open: closing wrongly is worse."""
    plain = re.sub(r"[\s_-]+", " ", re.sub(r"['’]", "", word)).strip().casefold()
    return STATUSES.get(plain, (Status.OPEN, Stage.NONE))


def datatype_of(word: str, has_values: bool) -> Datatype:
    """The standard's datatype for a city's word; an unknown one with values to choose from is a list."""
    plain = re.sub(r"[\s_-]+", "", word).casefold()
    return DATATYPES.get(plain, Datatype.SINGLEVALUELIST if has_values else Datatype.STRING)


def type_of(word: str) -> ServiceType:
    """The service type for a city's word; realtime where there is none or an unknown one."""
    plain = word.casefold()
    return ServiceType(plain) if plain in {each.value for each in ServiceType} else ServiceType.REALTIME
