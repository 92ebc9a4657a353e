"""Somebody with an account whose address is confirmed, at a page of ours."""

from typing import Any

from allauth.account.models import EmailAddress

from tests.factories import make_user
from tests.resident import Resident


class SignedIn(Resident):
    """A resident who has a session."""

    def _arrive(self, response: Any, url: str, status: int) -> "Resident":
        kept, self.client.cookies = self.client.cookies, {}  # type: ignore[assignment]  # the session's own is expected
        try:
            return super()._arrive(response, url, status)
        finally:
            self.client.cookies = kept


def signed_in(email: str) -> Resident:
    """Sign in as a new account of that address."""
    user = make_user(email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    resident = SignedIn()
    resident.client.force_login(user)
    return resident
