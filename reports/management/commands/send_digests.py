"""`manage.py send_digests`: what beat has done every minute, once and by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.browsing import watching
from reports.notifications import digest_mails, digests


class Command(BaseCommand):
    """Notes what is new in watched areas, owes the digests that are due, and sends those that are owed."""

    help = "Send the digests of watched areas that are due. Nobody gets two on one day."

    def add_arguments(self, parser: CommandParser) -> None:
        """See `--help`."""
        parser.add_argument("--now", action="store_true", help="also those that are due later, where there is news")

    def handle(self, *args: Any, now: bool, **options: Any) -> None:
        """Say what was done."""
        noticed, owed = watching.notice(), digests.queue_due(at_once=now)
        self.stdout.write(f"{noticed} noticed, {owed} owed, {digest_mails.send_due()} sent.")
