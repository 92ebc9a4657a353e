"""`manage.py refresh_status`: ask the bodies for news, now."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.delivery import refresh
from reports.dialects.errors import ConfigurationError
from reports.models import Endpoint, Submission

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # before whatever else is due


class Command(BaseCommand):
    """What is due, or with references those requests whatever is due."""

    help = "Fetch news of the requests that are due, or of the ones whose references are given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("references", nargs="*", metavar="REFERENCE", help="such as 7KQ-4MX-9GHW")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = {reference.upper() for reference in options["references"]}
        if wanted:
            followed = Submission.objects.filter(request__reference__in=wanted).exclude(service_request_id="")
            unknown = wanted - set(followed.values_list("request__reference", flat=True))
            if unknown:
                raise CommandError(
                    f"No report with a number of its body has this reference: {', '.join(sorted(unknown))}"
                )
            Submission.objects.filter(pk__in=followed.values("pk")).update(due_at=EARLIEST)
        changed = sum(self._refresh(endpoint) for endpoint in Endpoint.objects.filter(active=True))
        self.stdout.write(f"requests with news: {changed}")

    def _refresh(self, endpoint: Endpoint) -> int:
        try:
            return refresh.refresh(endpoint)
        except ConfigurationError as error:
            self.stderr.write(f"{endpoint}: {error}")
            return 0
