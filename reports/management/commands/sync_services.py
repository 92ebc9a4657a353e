"""`manage.py sync_services`: fetch what endpoints offer, now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.delivery import catalogue
from reports.dialects.errors import ConfigurationError, DialectError
from reports.models import Endpoint

WITHOUT_LIST = {
    "written": "it has no list to fetch; volunteers write its services in the admin",
    "place": "its services depend on the place and are asked for where somebody reports",
}


class Command(BaseCommand):
    """Every endpoint in use, or those of the named bodies; one that fails does not keep the others from theirs."""

    help = "Fetch services and their definitions from the endpoints in use, and say what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="only the bodies with these slugs")

    def handle(self, *args: Any, **options: Any) -> None:
        endpoints = Endpoint.objects.filter(active=True).select_related("jurisdiction")
        if options["slugs"]:
            endpoints = endpoints.filter(jurisdiction__slug__in=options["slugs"])
            unknown = set(options["slugs"]) - {endpoint.jurisdiction.slug for endpoint in endpoints}
            if unknown:
                raise CommandError(f"No body with an active endpoint has this slug: {', '.join(sorted(unknown))}")
        failed = [endpoint for endpoint in endpoints if not self._sync(endpoint)]
        if failed:
            raise CommandError(f"{len(failed)} of {len(endpoints)} endpoints could not be asked.")

    def _sync(self, endpoint: Endpoint) -> bool:
        try:
            difference = catalogue.sync_services(endpoint)
            reason = catalogue.why_not_synced(endpoint)
        except (DialectError, ConfigurationError) as error:
            self.stderr.write(f"{endpoint}: {error}")
            return False
        if reason:
            self.stdout.write(f"{endpoint}: {WITHOUT_LIST[reason]}")
            return True
        counts = {name: len(value) for name, value in difference.as_dict().items() if isinstance(value, list) and value}
        short = ", the list was short and nothing was suspended" if difference.list_was_short else ""
        self.stdout.write(f"{endpoint}: {counts or 'no change'}{short}")
        return True
