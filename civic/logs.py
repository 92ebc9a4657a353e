"""How a line of the log is written: what it is about beside it, and nothing of anybody's in it.

Whatever logs, ours or a package, goes through here last, tracebacks too. Removed are the keys and contact details of
the submission under way, whatever they look like (`log_context.conceal`); the values of telling names (`api_key=`,
`"phone":`); the row that PostgreSQL quotes when it refuses one; and what has the shape of an e-mail address, a phone
number, a password in an address, or the signed key of a link.
"""

import logging
import re
from datetime import datetime
from typing import Any, Final

from pythonjsonlogger.json import JsonFormatter

from reports import log_context
from reports.http.redaction import REMOVED, redact

_SHAPES: Final = (
    # What PostgreSQL quotes of a row that breaks a rule: all that is in it, descriptions and names too.
    (
        re.compile(r"(?s)(Failing row contains )\(.*?(?=\n\n(?:The above exception|During handling)|\Z)"),
        rf"\1{REMOVED}",
    ),
    # Keys in paths of ours: of drafts, replies, unsubscribing, taking away (reports/links.py), and accounts (allauth).
    (re.compile(r"(/(?:report|reply|request|unsubscribe)/)[\w=-]+(?:\.|%2E)[\w.=-]+"), rf"\1{REMOVED}"),
    (re.compile(r"(/photos/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}-)[\w-]+(?=\.jpg)"), rf"\1{REMOVED}"),
    (re.compile(r"(/confirm-email/|/password/reset/key/)[^/\s\"'?#]+"), rf"\1{REMOVED}"),
    (re.compile(r"(://)[^/\s:@\"']*:[^/\s@\"']+(?=@)"), rf"\1{REMOVED}"),
    (re.compile(r"[\w.+%-]+(?:@|%40)(?:[\w-]+\.)+[\w-]*[^\W\d_]"), REMOVED),
    # +1 312 555 0142, (312) 555-0142, 312.555.0142, 030 1234567. Numbers of requests, dates and coordinates stay.
    (re.compile(r"(?<![\w.])(?:\+|%2B)\d(?:[ ().-]{0,2}\d){7,14}(?!\w)"), REMOVED),
    (re.compile(r"(?<![\w.-])\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?![\w-])"), REMOVED),
    (re.compile(r"(?<![\w.:-])0\d{2,5}[ /-]\d{5,9}(?![\w.:-])"), REMOVED),
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FIRST: Final = ("time", "level", "logger", "message")


def clean(text: str) -> str:
    """A text without keys, contact details and signed links."""
    text = redact(text, tuple(log_context.concealed()))
    for pattern, replacement in _SHAPES:
        text = pattern.sub(replacement, text)
    return text


class Line(logging.Formatter):
    """One line for people: time, level, logger, message, and then what it is about as `name=value`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is the base class's)
        """The line without its traceback, which `format` adds below."""
        facts = "".join(f" {name}={value}" for name, value in log_context.bound().items())
        return f"{super().formatMessage(record)}{facts}".replace("\r", "\\r").replace("\n", "\\n")

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the traceback where there is one; what would steer a terminal is written out."""
        return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", clean(super().format(record)))


class Json(JsonFormatter):
    """One JSON object on one line: time (UTC), level, logger, message, `exception`, and what it is about."""

    def __init__(self) -> None:
        names = {"levelname": "level", "name": "logger", "exc_info": "exception", "stack_info": "stack"}
        super().__init__(
            ["levelname", "name", "message"], rename_fields=names, timestamp="time", json_ensure_ascii=False
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """The record in the order in which people read it, cleaned. What packages add of their own is left out: Celery
        repeats its message there, and Django puts in the whole request."""
        line = {**{name: log_data.get(name, "") for name in _FIRST}, **log_context.bound()}
        line |= {name: log_data[name] for name in ("exception", "stack") if log_data.get(name)}
        return {name: _cleaned(value) for name, value in line.items()}


def _cleaned(value: object) -> object:
    return value if value is None or isinstance(value, int | float | datetime) else clean(str(value))


FORMATS: Final = {"line": "civic.logs.Line", "json": "civic.logs.Json"}


def logging_settings(log_format: str, level: str) -> dict[str, Any]:
    """Django's LOGGING for one of FORMATS. ValueError for another one, or a level that logging does not know."""
    if log_format not in FORMATS:
        raise ValueError(f"LOG_FORMAT is one of {', '.join(FORMATS)}, not {log_format!r}")
    if level not in logging.getLevelNamesMapping():
        raise ValueError(f"LOG_LEVEL is one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not {level!r}")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": {"()": FORMATS[log_format]}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "chosen"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.db.backends": {"level": "INFO"},  # statements hold whatever people wrote
        },
    }
