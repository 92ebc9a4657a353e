"""`manage.py drain_outbox`: send what is due, here and now, without a worker."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports import clock
from reports.delivery import outbox, reconcile, submit, tokens
from reports.dialects.errors import ConfigurationError
from reports.models import Endpoint, Submission, SubmissionState
from reports.notifications import send

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """What the sweep would wake, done in this process: for a site whose worker is away, or without one."""

    help = "Send the submissions, look for those whose answer was lost, look up the tokens and send the mails due now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=500, help="most submissions to send (default 500)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] < 1:
            raise CommandError("--limit has to be at least 1.")
        submit.give_up_on_dead_workers()
        submit.give_up_on_the_unreachable(clock.now())
        due = list(
            outbox.due_for_sending(clock.now()).order_by("due_at").values_list("pk", flat=True)[: options["limit"]]
        )
        for pk in due:
            try:
                submit.submit(pk)
            except Exception as error:
                log.exception("submission %s", pk)
                self.stderr.write(f"submission {pk}: {error}")
        in_use = list(Endpoint.objects.select_related("jurisdiction").filter(active=True))
        looked = sum(self._look_for(endpoint) for endpoint in in_use)
        numbers = sum(self._look_up(endpoint) for endpoint in in_use)
        mails = send.send_due()
        stuck = Submission.objects.filter(state=SubmissionState.NEEDS_ATTENTION).count()
        self.stdout.write(
            f"tried {len(due)}, looked for {looked}, numbers for tokens {numbers}, mails {mails}, "
            f"waiting for a volunteer {stuck}"
        )

    def _look_for(self, endpoint: Endpoint) -> int:
        try:
            return reconcile.reconcile(endpoint)
        except Exception as error:
            log.exception("looking at endpoint %s", endpoint.pk)
            self.stderr.write(f"{endpoint}: {error}")
            return 0

    def _look_up(self, endpoint: Endpoint) -> int:
        try:
            return tokens.look_up_tokens(endpoint)
        except ConfigurationError as error:
            self.stderr.write(f"{endpoint}: {error}")
            return 0
