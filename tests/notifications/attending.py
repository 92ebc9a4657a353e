"""Reports that wait for a volunteer, and what the volunteers are told of them."""

from datetime import UTC, datetime
from typing import Any

from django.core import mail

from reports import clock
from reports.models import Endpoint, Submission, SubmissionState
from reports.notifications import attention
from tests.factories import make_service, make_service_request, make_submission

NOW = datetime(2031, 1, 10, 12, tzinfo=UTC)


def case(endpoint: Endpoint | None = None, since: datetime = NOW, **fields: Any) -> Submission:
    """A report that has waited for a volunteer since then."""
    request = make_service_request(make_service(endpoint)) if endpoint else make_service_request()
    fields.setdefault("reason", "The body refused it: no such street.")
    return make_submission(request, state=SubmissionState.NEEDS_ATTENTION, attention_at=since, due_at=None, **fields)


def tell(at: datetime = NOW) -> int:
    """What a sweep does at that time; how many mails left."""
    with clock.at(at):
        attention.queue_due()
        return attention.send_due()


def text(message: Any = None) -> str:
    return str((message or mail.outbox[-1]).body)


def html() -> str:
    message = mail.outbox[-1]
    assert isinstance(message, mail.EmailMultiAlternatives)
    return str(message.alternatives[0][0])


def handled(submission: Submission) -> None:
    """As moving it on leaves it."""
    Submission.objects.filter(pk=submission.pk).update(
        state=SubmissionState.RETRY, attention_at=None, volunteers_told_at=None
    )
