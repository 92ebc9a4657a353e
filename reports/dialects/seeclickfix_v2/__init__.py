"""SeeClickFix API v2 (dev.seeclickfix.com): JSON, organised by place and not by organisation."""

from reports.dialects.seeclickfix_v2.dialect import SeeClickFixV2
from reports.dialects.seeclickfix_v2.options import Options

__all__ = ["Options", "SeeClickFixV2"]
