"""`manage.py take_bounces`: mails that came back, one from stdin or all that are new in a Maildir."""

import mailbox
import sys
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from reports.notifications import bounces
from reports.notifications.bounces import Done

TEMPORARY: Final = 75  # EX_TEMPFAIL of sysexits: the mail server keeps the message and tries again


class Command(BaseCommand):
    """Exit code 0 also for what is ignored, so that no bounce is bounced; 75 where the database is away."""

    help = (
        "Take mails that came back to MAIL_BOUNCES: one from stdin, as a mail server pipes it, or those of a Maildir."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where they come from."""
        parser.add_argument(
            "--recipient",
            default="",
            metavar="ADDRESS",
            help="the address that it came to, if known",
        )
        parser.add_argument("--maildir", metavar="DIR", help="take what is unread there: what is acted on is deleted")

    def handle(self, *args: Any, recipient: str, maildir: str | None, **options: Any) -> None:
        """Take one, or all."""
        try:
            if maildir:
                self.stdout.write(_told(_take_folder(Path(maildir))))
            else:
                outcome = bounces.take(sys.stdin.buffer.read(bounces.MOST_BYTES), recipient)
                self.stdout.write(f"{outcome.done.value}: {outcome.why}")
        except Error as error:
            raise CommandError(f"the database is away: {type(error).__name__}", returncode=TEMPORARY) from error


def _take_folder(folder: Path) -> dict[Done, int]:
    """What was acted on is deleted, since it names an address; what is no bounce is marked as read, for a person."""
    if not (folder / "new").is_dir() or not (folder / "cur").is_dir():
        raise CommandError(f"{folder} is no Maildir: it has no folders new and cur.")
    counts = dict.fromkeys(Done, 0)
    box = mailbox.Maildir(folder, create=False)
    for key in list(box.keys()):
        message = box.get(key)
        if message is None or "S" in message.get_flags():
            continue
        outcome = bounces.take(message)
        counts[outcome.done] += 1
        if outcome.done is Done.IGNORED:
            message.set_subdir("cur")
            message.add_flag("S")
            box[key] = message
        else:
            box.remove(key)
    return counts


def _told(counts: dict[Done, int]) -> str:
    return ", ".join(f"{count} {done.value}" for done, count in counts.items())
