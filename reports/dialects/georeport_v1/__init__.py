"""GeoReport v1, deprecated in August 2013 (open311.github.io, GeoReport/v1; San Francisco, Miami-Dade)."""

from reports.dialects.georeport_v1.dialect import GeoReportV1
from reports.dialects.georeport_v1.options import Options

__all__ = ["GeoReportV1", "Options"]
