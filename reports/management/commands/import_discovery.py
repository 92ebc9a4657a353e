"""`manage.py import_discovery URL`: the endpoints that a discovery document lists, as proposals or as rows."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from reports.delivery import discovery
from reports.dialects.errors import DialectError
from reports.models import Jurisdiction


class Command(BaseCommand):
    """JSON on stdout; CommandError where there is no such body or document. Endpoints that are made are not in use."""

    help = (
        "Print the endpoints that a discovery document lists; with --apply, store those that are ticked, switched off."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", metavar="URL", help="address of the discovery document")
        parser.add_argument(
            "--jurisdiction", metavar="SLUG", required=True, help="slug of the body that they belong to"
        )
        parser.add_argument("--apply", action="store_true", help="store what is ticked and not known yet")

    def handle(self, *args: Any, url: str, **options: Any) -> None:
        body = Jurisdiction.objects.defer("boundary").filter(slug=options["jurisdiction"]).first()
        if body is None:
            raise CommandError(f"No body has the slug “{options['jurisdiction']}”.")
        try:
            proposals = discovery.read_discovery(url, body)
        except DialectError as error:
            raise CommandError(f"There is no discovery document to be had at {url}: {error}") from error
        answer: dict[str, Any] = {"jurisdiction": body.slug, "proposals": [each.as_dict() for each in proposals]}
        if options["apply"]:
            answer["created"] = self._create(body, [each for each in proposals if each.ticked])
        self.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False))

    def _create(self, body: Jurisdiction, chosen: list[discovery.Proposal]) -> list[int]:
        try:
            with transaction.atomic():
                return [endpoint.pk for endpoint in discovery.create(body, chosen)]
        except ValidationError as error:
            raise CommandError(f"Nothing was stored: {'; '.join(error.messages)}") from error
