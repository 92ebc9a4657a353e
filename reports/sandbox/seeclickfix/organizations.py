"""SeeClickFix's API v2 for organisations: API v2 for the members of one organisation (DIALECTS section 12).

Its answers hold what no public page may show: private issues, internal comments, private answers, who reported.
"""

from collections.abc import Mapping
from typing import Any

from reports.sandbox.cities import City
from reports.sandbox.seeclickfix.account import MIAMI_BEACH, RequestType, request_types
from reports.sandbox.seeclickfix.errors import SeeClickFixError, point_of
from reports.sandbox.seeclickfix.rows import Viewer
from reports.sandbox.seeclickfix.v2 import SeeClickFixV2, User
from reports.sandbox.state import StoredRequest
from reports.sandbox.wire import Answer, Request, json_answer

CITIES = (
    City(
        key="miami-beach",
        name="City of Miami Beach (SeeClickFix organisation)",
        base="scf-org/api/v2/organizations/77",
        jurisdiction_id="miamibeachfl.gov",
        speaks="seeclickfix_organizations",
        time_zone="America/New_York",
        number_ids=True,
        first_serial=17_310_000,
        api_keys=("miami-beach-key",),
    ),
)
# A manager sees who reported and changes an issue; an internal user sees the rest of what is internal.
USERS: Mapping[str, User] = {
    "sandbox-key": User(65_773, "Civic Reports", "manager"),
    "miami-beach-key": User(66_120, "Miami Beach API", "internal"),
}


class SeeClickFixOrganizations(SeeClickFixV2):
    """Answers for one organisation. Everybody else gets 401."""

    organization = MIAMI_BEACH
    users = USERS
    needs_member = True

    def below(self, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        """Also what stands beside the organisation itself: the caller's organisations and the caller's profile."""
        *root, _organizations, _number = self.city.base.split("/")
        if segments[: len(root)] != tuple(root):
            return None
        scoped = super().below(segments)
        return scoped or ("root", *segments[len(root) :])

    def operation(self, method: str, rest: tuple[str, ...]) -> str:
        return "discovery" if rest[:2] == ("root", "organizations") else super().operation(method, rest)

    def viewer(self, request: Request, user: User | None) -> Viewer:
        manager = bool(user and user.role == "manager")
        return Viewer(self.base(request), signed_in=True, official=manager, member=True, personal=manager)

    def offered(self, request: Request, user: User | None) -> list[RequestType]:
        """The internal ones too."""
        point_of(request)
        return list(request_types(self.city.key).values())

    def visible(self, stored: StoredRequest, user: User | None) -> bool:
        return not stored.more.get("held")

    def further(self, request: Request, rest: tuple[str, ...], user: User | None) -> Answer:
        match rest:
            case ("root", "profile"):
                return self._read(request, ("profile",), user)
            case ("root", "organizations"):
                return json_answer([self._row()])
            case ("root", "organizations", number) if number == str(self.organization.id):
                return json_answer(self._row())
        raise SeeClickFixError(404)

    def _row(self) -> dict[str, Any]:
        return {"id": self.organization.id, "name": self.organization.name, "url_name": self.organization.place}
