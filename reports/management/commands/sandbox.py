"""`manage.py sandbox`: the fake cities on a socket."""

from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.sandbox.server import add_arguments, announcement, open_server, run


class Command(BaseCommand):
    help = "Run the fake Open311 cities. Their control panel is at /_control/."
    requires_system_checks: list[str] = []  # noqa: RUF012  Django's own declaration; the cities need no project

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            server = open_server(Namespace(**options))
        except ValueError as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(announcement(server))
        self.stdout.flush()
        run(server)
