"""Connected Bits "Spot": one product, several ages. Boston, San Francisco, San Diego and others; Chicago; Austin.

Sources: the Open311 API Addendum that Austin, San Francisco and Boston serve word for word; Chicago/open311-api-docs.
"""

from reports.dialects.spot.austin import Austin
from reports.dialects.spot.chicago import Chicago
from reports.dialects.spot.dialect import Spot

__all__ = ["Austin", "Chicago", "Spot"]
