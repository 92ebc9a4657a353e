"""GeoReport v1, and the documents in which its cities publish all requests."""

from reports.sandbox.georeport_v1.system import CITIES, GeoReportV1

__all__ = ["CITIES", "GeoReportV1"]
