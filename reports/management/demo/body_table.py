"""Which bodies the demo has, how each is spoken to, and which fake city stands behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

CENTRAL, EASTERN, PACIFIC = "America/Chicago", "America/New_York", "America/Los_Angeles"
KEY: Final = "sandbox-key"


@dataclass(frozen=True, slots=True)
class Body:
    """One jurisdiction of the demo.

    `area` is its name and kind in the boundary file; without one it answers within `circle`: latitude and longitude of
    its town hall and a radius in metres. `base` is its system's path below the sandbox, or a mailto: address;
    `discovery` that of the discovery document. `city` is the fake city's name in the sandbox.
    """

    slug: str
    name: str
    city: str
    dialect: str
    base: str
    phone: str
    website: str
    time_zone: str
    area: tuple[str, str] | None = None
    circle: tuple[float, float, float] | None = None
    jurisdiction_id: str = ""
    discovery: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en",)
    licence: str = ""
    attribution: str = ""
    mirrored: bool = False  # its list of requests is mirrored, which its licence has to allow
    feed: str = ""  # path of the document in which it publishes all its requests
    test_base: str = ""  # a second endpoint, with a key of its own, that is not in use


BODIES: Final = (
    Body("chicago", "City of Chicago", "chicago", "chicago", "chicago/open311/v2/", "312-744-5000",
         "https://311.chicago.gov/", CENTRAL, ("Chicago", "place"), jurisdiction_id="cityofchicago.org",
         discovery="chicago/open311/discovery.xml", test_base="chicago-test/open311/v2/"),
    Body("cook-county", "Cook County", "cook", "georeport_v2", "cook/open311/v2/", "312-603-6400",
         "https://www.cookcountyil.gov/", CENTRAL, ("Cook", "county"), jurisdiction_id="cookcountyil.gov",
         discovery="cook/open311/discovery.xml"),
    Body("evanston", "City of Evanston", "evanston", "georeport_v2", "evanston/open311/v2/", "847-448-4311",
         "https://www.cityofevanston.org/", CENTRAL, ("Evanston", "place"), jurisdiction_id="cityofevanston.org",
         discovery="evanston/open311/discovery.xml", options={"formats": ["json"]},
         licence="CC0 1.0", attribution="City of Evanston", mirrored=True),
    Body("oak-park", "Village of Oak Park", "oak-park", "georeport_v2", "oak-park/open311/v2/", "708-383-6400",
         "https://www.oak-park.us/", CENTRAL, ("Oak Park", "place"), jurisdiction_id="oak-park.us",
         discovery="oak-park/open311/discovery.xml", options={"formats": ["xml"]}),
    Body("bloomington", "City of Bloomington", "bloomington", "ureport", "bloomington/crm/open311/v2/", "812-349-3400",
         "https://bloomington.in.gov/", "America/Indiana/Indianapolis", ("Bloomington", "place")),
    Body("san-francisco", "City and County of San Francisco", "sf-v1", "georeport_v1", "sf/V1/", "415-701-2311",
         "https://www.sf.gov/", PACIFIC, ("San Francisco", "place"), jurisdiction_id="sfgov.org",
         feed="sf/feeds/311.kml"),
    Body("miami-dade", "Miami-Dade County", "miami-dade", "georeport_v1", "miami-dade/V1/", "305-468-5900",
         "https://www.miamidade.gov/", EASTERN, ("Miami-Dade", "county"), jurisdiction_id="miamidade.gov"),
    Body("austin", "City of Austin", "austin", "austin", "austin/open311/v2/", "512-974-2000",
         "https://www.austintexas.gov/", CENTRAL, ("Austin", "place"), jurisdiction_id="austintexas.gov",
         options={"follow_by_window": True}),
    Body("boston", "City of Boston", "boston", "spot", "boston/open311/v2/", "617-635-4500",
         "https://www.boston.gov/", EASTERN, ("Boston", "place"), options={"zone_correction": "local_labelled_utc"}),
    Body("washington", "District of Columbia", "washington", "washington_dc", "washington/CWI/Open311/v2/",
         "202-737-4404", "https://311.dc.gov/", EASTERN, ("Washington", "place"), jurisdiction_id="dc.gov",
         feed="washington/feeds/src_current_csv.zip"),
    Body("new-haven", "City of New Haven", "new-haven", "seeclickfix_open311", "seeclickfix/open311/v2/29/",
         "203-946-8200", "https://www.newhavenct.gov/", EASTERN, ("New Haven", "place"),
         licence="CC BY-NC-SA 3.0 US", attribution="SeeClickFix"),
    Body("cambridge", "City of Cambridge", "cambridge", "seeclickfix_v2", "scf/api/v2/", "617-349-4000",
         "https://www.cambridgema.gov/", EASTERN, ("Cambridge", "place"),
         licence="CC BY-NC-SA 3.0 US", attribution="SeeClickFix"),
    Body("miami-beach", "City of Miami Beach", "miami-beach", "seeclickfix_organizations",
         "scf-org/api/v2/organizations/77/", "305-604-2489", "https://www.miamibeachfl.gov/", EASTERN,
         ("Miami Beach", "place")),
    Body("daly-city", "City of Daly City", "daly-city", "seeclickfix_v01", "scf01/api/0.1/", "650-991-8000",
         "https://www.dalycity.org/", PACIFIC, ("Daly City", "place"),
         licence="CC BY-NC-SA 3.0 US", attribution="SeeClickFix"),
    Body("baltimore", "City of Baltimore", "baltimore", "email", "mailto:311@baltimore.example", "443-263-2220",
         "https://www.baltimorecity.gov/", EASTERN, ("Baltimore", "place")),
    Body("philadelphia", "City of Philadelphia", "philadelphia", "philadelphia", "philadelphia/open311/v2/",
         "215-686-8686", "https://www.phila.gov/", EASTERN, circle=(39.9526, -75.1636, 9000)),
    Body("peoria", "City of Peoria", "peoria", "ureport", "peoria/crm/open311/v2/", "309-494-2273",
         "https://www.peoriagov.org/", CENTRAL, circle=(40.6938, -89.5891, 6000)),
    Body("toronto", "City of Toronto", "toronto", "toronto", "toronto/webwizard/ws/", "416-392-2489",
         "https://www.toronto.ca/", "America/Toronto", circle=(43.6534, -79.3841, 9000),
         jurisdiction_id="toronto.ca"),
    Body("merton", "London Borough of Merton", "merton", "fixmystreet", "merton/open311/v2/", "020 8274 4901",
         "https://www.merton.gov.uk/", "Europe/London", circle=(51.4014, -0.1958, 4000),
         jurisdiction_id="merton"),
    Body("cologne", "Stadt Köln", "cologne", "mark_a_spot", "cologne/georeport/v2/", "+49 221 2210",
         "https://www.stadt-koeln.de/", "Europe/Berlin", circle=(50.9383, 6.9591, 8000), languages=("de",),
         licence="DL-DE-Zero-2.0", attribution="Stadt Köln", mirrored=True),
    Body("rostock", "Hanse- und Universitätsstadt Rostock", "rostock", "klarschiff", "rostock/citysdk/",
         "+49 381 3810", "https://rathaus.rostock.de/", "Europe/Berlin", circle=(54.0884, 12.1404, 8000),
         languages=("de",)),
    Body("helsinki", "City of Helsinki", "helsinki", "citysdk", "helsinki/palautews/rest/v1/", "+358 9 310 11111",
         "https://www.hel.fi/", "Europe/Helsinki", circle=(60.1695, 24.9525, 8000), languages=("fi", "en")),
    Body("zaragoza", "Ayuntamiento de Zaragoza", "zaragoza", "zaragoza", "zaragoza/api/recurso/open311/",
         "+34 976 721 100", "https://www.zaragoza.es/", "Europe/Madrid", circle=(41.6561, -0.8773, 6000),
         languages=("es",)),
    Body("st-louis-metro", "St. Louis Metro Area", "libre", "libre311", "libre/api/", "314-622-4800",
         "https://www.stlouis-mo.gov/", CENTRAL, circle=(38.6273, -90.1993, 9000), jurisdiction_id="stlma"),
)  # fmt: skip
