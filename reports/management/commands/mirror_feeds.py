"""`manage.py mirror_feeds`: fetch the documents in which bodies publish all their requests, now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.delivery import mirror
from reports.dialects.errors import ConfigurationError, DialectError


class Command(BaseCommand):
    """Every endpoint with a feed, or those of the named bodies; one that fails does not keep the others from theirs."""

    help = "Mirror the requests that bodies publish in feeds (KML, XML, CSV), and say how many there are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="only the bodies with these slugs")

    def handle(self, *args: Any, **options: Any) -> None:
        endpoints = mirror.with_feeds()
        if options["slugs"]:
            endpoints = [each for each in endpoints if each.jurisdiction.slug in options["slugs"]]
            unknown = set(options["slugs"]) - {each.jurisdiction.slug for each in endpoints}
            if unknown:
                raise CommandError(f"No body with a feed in use has this slug: {', '.join(sorted(unknown))}")
        failed = 0
        for endpoint in endpoints:
            try:
                self.stdout.write(f"{endpoint}: {mirror.mirror(endpoint)} requests")
            except (DialectError, ConfigurationError) as error:
                failed += 1
                self.stderr.write(f"{endpoint}: {error}")
        if failed:
            raise CommandError(f"{failed} of {len(endpoints)} feeds could not be had.")
