"""Somebody of whom there is a row in every table that can have one, and a stranger with the same."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile

from reports import clock
from reports.models import (
    Attempt,
    Comment,
    Confirmation,
    ConfirmationKind,
    Contact,
    Digest,
    Disclosure,
    Draft,
    MailStop,
    Media,
    Notification,
    ServiceRequest,
    Sighting,
    StopReason,
    Subscription,
    User,
    Verdict,
    VolunteerMail,
    VolunteerMailKind,
    WatchArea,
    WatchSubscription,
    person_mark,
)
from tests.factories import make_service_request, make_status_update, make_submission, make_user, square
from tests.pictures import picture

LETTER = {"method": "MAIL", "status": 250, "request_body": "From {email}: a deep hole."}


@dataclass
class Somebody:
    """An account, its two reports (with the account, and from its address), and what it does with another's."""

    account: User
    with_account: ServiceRequest
    from_address: ServiceRequest
    others: ServiceRequest
    area: WatchArea


def make_somebody(email: str, name: str) -> Somebody:
    """All of it; `name` stands in every text that can hold one."""
    account = make_user(email, first_name=name, last_name=name, phone=f"{name} 555", locale="es")
    address = EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
    EmailConfirmation.objects.create(email_address=address, key=f"key-{name}", sent=clock.now())
    Authenticator.objects.create(user=account, type="totp", data={"secret": f"secret of {name}"})
    with_account, from_address, others = (make_service_request(description=f"Seen by {name}") for _each in range(3))
    ServiceRequest.objects.filter(pk=with_account.pk).update(account=account)
    _reports(email, name, with_account, from_address)
    _what_is_said(email, others)
    draft = Draft.objects.create(account=account, answers={"contact": {"email": email}})
    Media.objects.create(draft=draft, file=ContentFile(picture(), "photo.jpg"), sha256="0" * 64)
    area = _watching(email, name, account)
    MailStop.objects.create(address=person_mark("email", email), reason=StopReason.BOUNCED)
    VolunteerMail.objects.create(email=email, kind=VolunteerMailKind.values[0], about=clock.now())
    return Somebody(account, with_account, from_address, others, area)


def log_of(account: User, about: User) -> LogEntry:
    """A line of the admin's log: this volunteer did something to that account."""
    kind = ContentType.objects.get_for_model(User)
    return LogEntry.objects.create(
        user=account, content_type=kind, object_id=str(about.pk), object_repr=str(about), action_flag=ADDITION
    )


def _reports(email: str, name: str, *requests: ServiceRequest) -> None:
    for request in requests:
        update = make_status_update(request, status_notes=f"for {name}")
        Contact.objects.create(service_request=request, email=email.capitalize(), first_name=name, phone=f"{name} 555")
        told = Subscription.objects.create(service_request=request, email=email, by_reporter=True)
        Notification.objects.create(subscription=told, status_update=update)
        Media.objects.create(service_request=request, file=ContentFile(picture(), "photo.jpg"), sha256="0" * 64)
        Disclosure.objects.create(service_request=request, endpoint=request.endpoint, fields=["email"])
        Comment.objects.create(service_request=request, text=f"Beside {name}'s house")
        letter = LETTER | {"request_body": LETTER["request_body"].format(email=email)}
        Attempt.objects.create(
            submission=make_submission(request), operation="post_service_request", exchanges=[letter]
        )


def _what_is_said(email: str, others: ServiceRequest) -> None:
    mark = person_mark("email", email)
    closing = make_status_update(others, by_body=True)
    Subscription.objects.create(service_request=others, email=email)
    Sighting.objects.create(service_request=others, person=mark)
    Verdict.objects.create(service_request=others, closing=closing, person=mark, answer="no")
    Confirmation.objects.create(service_request=others, kind=ConfirmationKind.SIGHTING, email=email)


def _watching(email: str, name: str, account: User) -> WatchArea:
    area = WatchArea.objects.create(name=f"Round {name}'s house", shape=square())
    row = WatchSubscription.objects.create(area=area, email=email, account=account, confirmed_at=clock.now())
    Digest.objects.create(subscription=row, day="2026-03-02", since=0, until=1)
    return area
