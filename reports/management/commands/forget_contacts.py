"""`manage.py forget_contacts`: delete the contact details whose time is over, now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports import clock
from reports.delivery import retention, taken_away


class Command(BaseCommand):
    """Does what the daily task does; `--dry-run` only counts."""

    help = "Delete contact details CONTACT_DAYS after their reports have ended, and CONTACT_DAYS_OPEN after the filing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self.stdout.write(f"Contact details of {retention.due(clock.now()).count()} reports would be deleted.")
            return
        self.stdout.write(f"Contact details of {retention.forget()} reports deleted.")
        taken_away.tidy()
