"""What the tests of an account's pages share: somebody who is signed in, with a confirmed address."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from reports.models import User
from tests.factories import make_user

ADDRESS = "rosa@example.org"


@pytest.fixture
def rosa() -> User:
    """An account whose address is confirmed."""
    account = make_user(ADDRESS)
    EmailAddress.objects.create(user=account, email=ADDRESS, verified=True, primary=True)
    return account


@pytest.fixture
def signed_in(client: Client, rosa: User) -> Client:
    """Her browser, which checks the token of forms as in life."""
    client.force_login(rosa)
    return client
