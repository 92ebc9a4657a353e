"""The address of whoever is signed in, for pages that need no account and are spared a field by one."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.http import HttpRequest

from reports.models import User


def address_of(request: HttpRequest) -> str:
    """The confirmed e-mail address of the account that is signed in, to be shown to that person alone; or empty.

    For pages that are opened, where it changes nothing. The session is looked at only where one came.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return ""
    return confirmed_address(request.user)


def confirmed_address(account: User) -> str:
    """The account's address, where its owner has shown that it is theirs; else empty."""
    own = EmailAddress.objects.filter(user=account, verified=True, email__lower=account.email.lower())
    return account.email if own.exists() else ""
