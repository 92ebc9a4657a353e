"""Publications of all requests as one document: KML, XML or Atom, CSV, or one of these in a ZIP file.

They are older than any query of GeoReport: San Francisco and Washington DC had them in 2010 (GeoReport v1, "Query
Service Requests"), and "Untangling 311 Request Data" counts more than 25 cities that still do. Read only.
"""

from reports.dialects.feeds.mixin import FeedMixin, feed_address
from reports.dialects.feeds.read import read_feed

__all__ = ["FeedMixin", "feed_address", "read_feed"]
