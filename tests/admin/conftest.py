"""Volunteers who have signed in."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from reports.models import User
from tests.factories import make_user


@pytest.fixture
def superuser(db: None) -> User:
    return make_user("chief@example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def staff(superuser: User) -> Client:
    """The browser of somebody who may do everything."""
    client = Client()
    client.force_login(superuser)
    return client


def volunteer(*codenames: str) -> Client:
    """The browser of a volunteer with just these permissions, named like `view_contact`."""
    user = make_user(is_staff=True)
    for codename in codenames:
        user.user_permissions.add(Permission.objects.get(codename=codename, content_type__app_label="reports"))
    client = Client()
    client.force_login(user)
    return client
