"""Mail scanners open every link, and some look at it twice: no link in a mail does anything until a button is pressed.

Real mails about real rows, so that the links lead to pages that could do something.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from reports import clock
from reports.models import (
    Confirmation,
    ConfirmationKind,
    Digest,
    DigestForm,
    PublicStatus,
    ServiceRequest,
    Subscription,
    VerdictAnswer,
    WatchItem,
)
from reports.notifications import confirmations, digest_mails, queue, send
from tests.everything import everything
from tests.factories import make_service_request, make_status_update, make_user
from tests.notifications.attending import case, tell
from tests.notifications.confirming import ask
from tests.watched import make_watch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gather_nothing")]
_LINK = re.compile(r"http://testserver(/[^\s\"'<>)]*)")


def of_reports() -> None:
    for status in PublicStatus:
        request = make_service_request()
        closed = status in (PublicStatus.CONFIRMED, PublicStatus.DISPUTED)
        ServiceRequest.objects.filter(pk=request.pk).update(
            status=PublicStatus.CLOSED if closed else status, verdict=status if closed else ""
        )
        Subscription.objects.create(service_request=request, email="rosa@example.org", by_reporter=True)
        queue.enqueue(make_status_update(request, status=status))
    send.send_due()


def with_links() -> None:
    closed = make_service_request(status=PublicStatus.CLOSED)
    make_status_update(closed, status=PublicStatus.CLOSED, by_body=True)
    with clock.at(clock.now() + timedelta(seconds=1)):
        for answer in VerdictAnswer:
            ask(kind=ConfirmationKind.VERDICT, answer=answer, service_request=closed, email=f"{answer}@example.org")
        ask(kind=ConfirmationKind.SIGHTING)
        ask(kind=ConfirmationKind.WATCH, watch=make_watch(confirmed_at=None), email="max@example.org")
        ask()
        confirmations.send_due()


def of_areas() -> None:
    for form in DigestForm:
        watched = make_watch(form=form)
        request = make_service_request()
        item = WatchItem.objects.create(
            area=watched.area, service_request=request, status=PublicStatus.RECEIVED, is_new=True
        )
        Digest.objects.create(subscription=watched, day="2031-01-10", since=0, until=item.pk)
    digest_mails.send_due()


def to_volunteers() -> None:
    make_user("chief@example.org", is_staff=True, is_superuser=True)
    case()
    tell()


def of_accounts() -> None:
    user = make_user("ana@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Client().post("/accounts/signup/", {"email": "eva@example.org", "password1": "long enough 77"})
    Client().post("/accounts/password/reset/", {"email": "ana@example.org"})


@pytest.mark.parametrize(
    ("make", "number"), [(of_reports, 13), (with_links, 6), (of_areas, 2), (to_volunteers, 1), (of_accounts, 2)]
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_following_a_link_changes_no_row(make: Any, number: int, method: str) -> None:
    make()
    assert len(mail.outbox) == number
    links = {link for message in mail.outbox for link in _LINK.findall(f"{message.body} {message.alternatives[0][0]}")}
    assert links
    before = everything()
    for link in sorted(links):
        response = getattr(Client(), method)(link)
        assert response.status_code in (200, 302), link
        assert everything() == before, link
    if make is with_links:
        assert Confirmation.objects.filter(confirmed_at=None).count() == number
