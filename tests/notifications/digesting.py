"""What the tests of digests share: news in an area, a run of the machinery, and what was mailed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from lxml import html

from reports.browsing import watch_areas, watching
from reports.models import ServiceRequest, WatchArea, WatchItem
from reports.notifications import digest_mails, digests
from tests.factories import make_service_request


@pytest.fixture
def looked_before() -> Iterator[None]:
    """All that was there before has been seen, and no index stays behind."""
    watching.notice()
    yield
    watch_areas._current = None


def news(area: WatchArea, **fields: Any) -> ServiceRequest:
    """One report that is new in the area."""
    row = fields.pop("service_request", None) or make_service_request(**fields)
    WatchItem.objects.create(area=area, service_request=row, status=row.status, is_new=True)
    return row


def run() -> int:
    """What is due is owed and sent; how many mails left."""
    digests.queue_due()
    return digest_mails.send_due()


def body_of(number: int = 0) -> str:
    """The text of a mail."""
    return str(mail.outbox[number].body)


def html_of(number: int = 0) -> Any:
    """Its HTML, parsed."""
    message = mail.outbox[number]
    assert isinstance(message, EmailMultiAlternatives)
    return html.fromstring(str(message.alternatives[0][0]))
