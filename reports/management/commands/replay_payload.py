"""Read a recorded answer through a dialect's own reading code, and print what it makes of it as JSON."""

import json
import re
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from reports.dialects import registry
from reports.dialects.base import REPLAYABLE, Connection
from reports.dialects.errors import ConfigurationError, DialectError
from reports.http import Client, Response

URL = "http://recorded.invalid/"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the recorded body, or a raw reply that begins with HTTP/1.1")
        parser.add_argument("--dialect", required=True, help="key of the dialect: " + ", ".join(registry.TABLE))
        parser.add_argument("--operation", required=True, choices=REPLAYABLE)
        parser.add_argument("--status", type=int, help="HTTP status of the answer (default 200, or the raw reply's)")
        parser.add_argument("--content-type", default="", help="Content-Type of the answer")
        parser.add_argument("--time-zone", default="UTC", help="zone of dates that name none")
        parser.add_argument("--raw", action="store_true", help="print each message's parsed row as well")

    def handle(self, *args: Any, **options: Any) -> None:
        operation = options["operation"]
        answer = self._answer(options)
        try:
            connection = Connection(URL, Client("replay"), time_zone=ZoneInfo(options["time_zone"]))
            messages = registry.open_dialect(options["dialect"], connection).replay(operation, answer)
        except DialectError as error:
            if operation != "error":
                raise CommandError(f"{type(error).__name__}: {error}") from error
            return self._print(_error(error))
        except ConfigurationError as error:
            raise CommandError(str(error)) from error
        except (KeyError, ValueError) as error:
            raise CommandError(f"There is no time zone “{options['time_zone']}”.") from error
        if operation == "error":
            raise CommandError("The answer is not an error.")
        return self._print([_plain(each, raw=options["raw"]) for each in messages])

    def _answer(self, options: dict[str, Any]) -> Response:
        try:
            body = Path(options["file"]).read_bytes()
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['file']} cannot be read: {error}") from error
        if options["status"] is not None and not 100 <= options["status"] <= 599:
            raise CommandError("--status has to be an HTTP status from 100 to 599.")
        status, headers = 200, {"Content-Type": options["content_type"]}
        recorded = re.match(rb"HTTP/[\d.]+ (\d{3})[^\n]*\n((?:[\w-]+:[^\n]*\n)*)\r?\n", body)
        if recorded:
            status, body = int(recorded.group(1)), body[recorded.end() :]
            lines = (line.partition(":") for line in recorded.group(2).decode("latin-1").splitlines())
            headers = {name.strip().title(): value.strip() for name, _, value in lines} | {
                name: value for name, value in headers.items() if value
            }
        return Response(options["status"] or status, headers, body, URL)

    def _print(self, value: Any) -> None:
        self.stdout.write(json.dumps(value, ensure_ascii=False, indent=2))


def _error(error: DialectError) -> dict[str, Any]:
    names = ("operation", "status_code", "retry_after", "messages", "excerpt")
    return {"error": type(error).__name__, "message": str(error)} | {name: getattr(error, name) for name in names}


def _plain(value: Any, *, raw: bool) -> Any:
    """A message as JSON can hold it; `raw` rows are left out unless asked for, because they may be personal."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(each, raw=raw) for each in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(each, raw=raw) for name, each in value.items()}
    if is_dataclass(value):
        named = {"kind": type(value).__name__} if hasattr(value, "raw") else {}
        kept = (each.name for each in fields(value) if raw or each.name != "raw")
        return named | {name: _plain(getattr(value, name), raw=raw) for name in kept}
    return value
