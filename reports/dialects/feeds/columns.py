"""The columns of published feeds by their many names, and what of them is kept. What is not named here is dropped.

Names are compared without capitals, spaces and punctuation. Seen: Washington DC's `src_current` feeds (2009 to 2017, in
the importers of EveryBlock and of codefordc) and its ArcGIS successor; San Francisco's 311 cases; GeoReport Bulk.
Left out on purpose: call takers' notes (`servicenotes`, `details`), inspectors' names, callers, sources, districts.
"""

import re
from typing import Final

from reports.dialects.messages import Stage, Status

ID: Final = "service_request_id"
# field of RequestStatus: the names of its column, the first that is filled counts
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    ID: ("servicerequestid", "caseid", "casenumber", "requestid", "srnumber", "ticketid"),
    "status": ("serviceorderstatus", "status", "casestatus", "statuscode", "ticketstatus"),
    "status_notes": ("statusnotes", "resolution"),
    "service_code": ("servicecode",),
    "service_name": ("servicecodedescription", "servicename", "requesttype", "category"),
    "description": ("description", "requestdetails"),
    "agency_responsible": ("agencyresponsible", "agencyabbreviation", "organizationacronym", "responsibleagency"),
    "service_notice": ("servicenotice",),
    "requested_datetime": ("requesteddatetime", "serviceorderdate", "opened", "openeddate", "adddate", "when"),
    "updated_datetime": ("updateddatetime", "lastmodifieddate", "updated", "resolutiondate", "closed", "closeddate"),
    "closed_datetime": ("closeddatetime", "resolutiondate", "closed", "closeddate"),
    "expected_datetime": ("expecteddatetime", "serviceduedate", "due", "duedate"),
    "address": ("address", "addressstring", "siteaddress", "streetaddress", "location"),
    "address_id": ("addressid", "maraddressrepositoryid"),
    "zipcode": ("zipcode", "zip", "postalcode"),
    "lat": ("lat", "latitude", "lattitude"),  # the third as a Ruby client of DC's feed spelt it
    "long": ("long", "lon", "lng", "longitude"),
    "point": ("point",),  # GeoRSS: latitude, space, longitude
    "media_url": ("mediaurl", "media"),
    "duplicate_of": ("parentservicerequestid", "duplicateof"),
}
KEPT: Final = frozenset(name for names in COLUMNS.values() for name in names)

# How these systems write "nothing": DC's Hansen has words and -100 for it, and 0 as the parent of no duplicate.
NOTHING: Final = frozenset({"no value assigned", "none", "null", "n/a", "na", "-100", "unknown"})
NO_NUMBER: Final = frozenset({"0", "-1"})

# Words of these feeds that no GeoReport server has (DC; the others are those of georeport_v2).
STATUSES: Final[dict[str, tuple[Status, Stage]]] = {
    "void": (Status.CLOSED, Stage.NONE),
    "voided": (Status.CLOSED, Stage.NONE),
    "canceled": (Status.CLOSED, Stage.NONE),
    "closed (transferred)": (Status.CLOSED, Stage.NONE),
    "closed (duplicate)": (Status.CLOSED, Stage.DUPLICATE),
}


def column_name(written: str) -> str:
    """A column's name as the tables above have it."""
    return re.sub(r"[^a-z0-9]", "", written.casefold())
