"""`manage.py forget_contacts`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from reports.models import Contact, PublicStatus
from reports.tasks import forget_what_is_over
from tests.delivery.test_retention import filed, say

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("forget_contacts", *arguments, stdout=out)
    return out.getvalue().strip()


def test_a_dry_run_counts_and_deletes_nothing() -> None:
    say(filed(), PublicStatus.CLOSED, days_ago=91)
    assert run("--dry-run") == "Contact details of 1 reports would be deleted."
    assert Contact.objects.count() == 1


def test_it_deletes_and_says_how_many_and_twice_is_once() -> None:
    say(filed(), PublicStatus.CLOSED, days_ago=91)
    filed(days_ago=1)
    assert run() == "Contact details of 1 reports deleted."
    assert run() == "Contact details of 0 reports deleted."
    assert Contact.objects.count() == 1


def test_an_option_that_it_does_not_have() -> None:
    with pytest.raises(CommandError):
        run("--everything")


def test_the_daily_task_does_the_same(settings: object) -> None:
    say(filed(), PublicStatus.CLOSED, days_ago=91)
    forget_what_is_over()
    assert not Contact.objects.exists()
