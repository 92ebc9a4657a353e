"""SeeClickFix API 0.1, the one before v2: Rails' forms and XML, five ways to write a date."""

from reports.dialects.seeclickfix_v01.dialect import SeeClickFixV01
from reports.dialects.seeclickfix_v01.options import Options

__all__ = ["Options", "SeeClickFixV01"]
