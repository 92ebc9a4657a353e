"""What an address has is found by an index: tables of a country's reports are never read whole for one person."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.models import QuerySet

from reports.models import Confirmation, Subscription, WatchSubscription
from reports.participation import belonging
from reports.participation.belonging import Person
from tests.factories import make_user

pytestmark = pytest.mark.django_db

ADDRESS = "rosa@example.org"

ASKED = {
    "contact_by_address": belonging.contacts,
    "subscription_by_address": belonging.subscriptions,
    "watch_by_address": belonging.watch_subscriptions,
    "confirmation_by_address": lambda whose: Confirmation.objects.filter(email__lower__in=whose.addresses),
}
ONE = {
    "subscription_by_address": Subscription,
    "watch_by_address": WatchSubscription,
    "confirmation_by_address": Confirmation,
}


@contextmanager
def as_in_a_large_table() -> Iterator[None]:
    """PostgreSQL reads a table of a few rows whole, whatever index there is."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        yield


@pytest.mark.parametrize(("index", "rows"), ASKED.items(), ids=ASKED)
def test_what_belongs_to_a_person(index: str, rows: Callable[[Person], QuerySet]) -> None:
    whose = Person(make_user(ADDRESS), (ADDRESS, "rosa.diaz@example.org"))
    with as_in_a_large_table():
        assert index in rows(whose).explain()


@pytest.mark.parametrize(("index", "model"), ONE.items(), ids=ONE)
def test_what_one_address_follows_and_was_asked(index: str, model: type[Subscription]) -> None:
    with as_in_a_large_table():
        assert index in model.objects.filter(email__lower=ADDRESS).explain()
