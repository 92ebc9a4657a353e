"""SeeClickFix in its four ways of speaking: Open311, API v2, the organisations' API, API 0.1."""

from reports.sandbox.seeclickfix import open311, organizations, v01, v2

__all__ = ["open311", "organizations", "v01", "v2"]
