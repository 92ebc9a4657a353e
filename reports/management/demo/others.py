"""People who report to a body directly and have never heard of this site: what is mirrored of them."""

from datetime import datetime
from typing import Final

from reports.delivery import endpoints
from reports.dialects.messages import Filing
from reports.models import Endpoint

# body, service_code, latitude, longitude, address, what they wrote
REPORTS: Final = (
    ("san-francisco", "014", 37.7785, -122.3892, "24 Willie Mays Plaza", "Paint on the sea wall."),
    ("san-francisco", "029", 37.8087, -122.4098, "Pier 39", "The street sign is covered in stickers."),
    ("san-francisco", "001", 37.7694, -122.4862, "Lincoln Way and 19th Avenue", "Bins have stood out since Monday."),
    ("san-francisco", "021", 37.7599, -122.3894, "22nd Street and 3rd Street", "Hole beside the rail."),
    ("cologne", "1.3", 50.9413, 6.9583, "Domplatte", "Schmierereien am Sockel der Treppe."),
    ("washington", "S0406", 38.8977, -77.0065, "50 Massachusetts Avenue NE", "The walk signal is stuck."),
    ("washington", "S0361", 38.9097, -77.0434, "Dupont Circle", "Loose bricks on the inner walk."),
    ("evanston", "061", 42.0486, -87.6813, "1703 Orrington Avenue", "Tags on the library's north side."),
    ("washington", "CSRREPIS", 38.9289, -77.0278, "Mount Pleasant Street NW", "Tags on the library wall."),
)


def report(present: datetime) -> None:
    """File them with their bodies, past our own records; begun again, they are there twice, as in life."""
    for number, (slug, service_code, lat, long, address, text) in enumerate(REPORTS):
        endpoint = Endpoint.objects.select_related("jurisdiction").get(jurisdiction__slug=slug, active=True)
        filing = Filing(
            reference=f"other-{number}",
            service_code=service_code,
            description=text,
            requested_datetime=present,
            lat=lat,
            long=long,
            address_string=address,
        )
        endpoints.dialect_for(endpoint).post_service_request(filing)
