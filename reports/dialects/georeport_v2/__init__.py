"""GeoReport v2, the standard that the other families depart from (open311.github.io, GeoReport/v2)."""

from reports.dialects.georeport_v2.dialect import GeoReportV2
from reports.dialects.georeport_v2.options import Options

__all__ = ["GeoReportV2", "Options"]
