"""The log of who was given which of a resident's contact details. Only names of fields are kept, never the details.

Comments carry none: nothing is kept of who writes one, and those that need an address go under the endpoint's own.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.translation import gettext_lazy

from reports.dialects import registry
from reports.dialects.errors import ConfigurationError, DialectError, NotSent, PerhapsSent
from reports.models import Attempt, Contact, Disclosure, Endpoint, Submission

MAIL: Final = "MAIL"  # how `letters` calls the sending of one


NAMES: Final = {
    "email": gettext_lazy("e-mail address"),
    "first_name": gettext_lazy("first name"),
    "last_name": gettext_lazy("last name"),
    "phone": gettext_lazy("phone number"),
}


def named(fields: Iterable[str]) -> str:
    """The details in words: `e-mail address, phone number`."""
    return ", ".join(str(NAMES.get(field, field)) for field in fields)


def note(submission: Submission, attempt: Attempt, error: Exception | None = None) -> None:
    """Write down what this attempt took to the body, in the transaction that records how the attempt ended.

    `error` is how it ended, None for a receipt. Nothing is written where nothing left, where its owner agreed to
    nothing, and where the attempt has its line already: a receipt may come after its worker was taken for dead.
    """
    if error is not None and not _left(error, attempt):
        return
    fields = carried(submission)
    known = Disclosure.objects.filter(service_request=submission.request_id, endpoint=submission.endpoint_id)
    if isinstance(error, NotSent) and known.exists():
        return  # of many tries in an outage the first is enough
    if fields:
        Disclosure.objects.get_or_create(
            service_request_id=submission.request_id,
            endpoint_id=submission.endpoint_id,
            disclosed_at=attempt.started_at,
            defaults={"fields": fields},
        )


def carried(submission: Submission) -> list[str]:
    """The names of the contact details that a filing of this submission takes along."""
    contact: Contact | None = getattr(submission.request, "contact", None)
    if contact is None or not contact.agreed_for(submission.endpoint_id):
        return []
    return [name for name in sent_to(submission.endpoint) if getattr(contact, name)]


def sent_to(endpoint: Endpoint) -> Sequence[str]:
    """The contact details that this endpoint's dialect has a place for; none where there is no such dialect."""
    try:
        return registry.get(endpoint.dialect).contact_sent(endpoint.options)
    except ConfigurationError:
        return ()


def _left(error: Exception, attempt: Attempt) -> bool:
    """Whether the details are, or may be, in other hands.

    A refusal counts: what was refused had been read, also where it was not taken just now (429, 503). It does not where
    no call was made, as for a filing that was known to be refused, nor for a letter, which the mail server then never
    handed on.
    """
    if isinstance(error, ConfigurationError):
        return False
    if isinstance(error, NotSent):
        return any(exchange.get("status") for exchange in attempt.exchanges if exchange.get("method") != MAIL)
    if isinstance(error, DialectError) and not isinstance(error, PerhapsSent):
        return any(exchange.get("method") != MAIL for exchange in attempt.exchanges)
    return True
