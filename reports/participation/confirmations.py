"""What somebody without an account asks for by an e-mail address: done only when the link in the mail is used.

Whoever asks is told the same whether or not anything is sent, so that nobody learns what we know of an address.
"""

from django.db import transaction
from django.utils.translation import get_language

from reports import clock, tasks
from reports.delivery import closings
from reports.models import (
    Confirmation,
    ConfirmationKind,
    Contact,
    MirroredRequest,
    ServiceRequest,
    Subscription,
    VerdictAnswer,
    person_mark,
)
from reports.notifications.confirmations import DAY, MAILS_PER_ADDRESS
from reports.participation import following, sightings, verdicts, watching

Kind = ConfirmationKind


class Refused(Exception):
    """The report has ended, or is not public any more: what was asked for cannot be done."""


def ask_by_mail(
    kind: ConfirmationKind,
    email: str,
    service_request: ServiceRequest | None = None,
    mirrored: MirroredRequest | None = None,
    answer: str = "",
) -> None:
    """Owe this address a mail with a link that does what `kind` says, in the language of the page.

    Once a day for each report and kind (and answer, of a verdict), and MAILS_PER_ADDRESS a day at most; what is more
    than that is left out without a word. ValueError unless it is about one report, or for an unknown answer.
    """
    if (service_request is None) == (mirrored is None):
        raise ValueError("a confirmation is about one report")
    if (kind == Kind.VERDICT) != (answer in VerdictAnswer.values):
        raise ValueError(f"“{answer}” is no answer to {kind}")
    about = {"service_request": service_request, "mirrored": mirrored, "kind": kind, "answer": answer}
    with transaction.atomic():
        if not _lock(*(row.pk if row is not None else None for row in (service_request, mirrored))):
            return  # taken away, or gone, at this moment
        asked = Confirmation.objects.filter(email__lower=email.lower(), created_at__gt=clock.now() - DAY)
        if asked.filter(**about).exists() or asked.count() >= MAILS_PER_ADDRESS:
            return
        Confirmation.objects.create(**about, email=email, locale=get_language() or "en")
        transaction.on_commit(lambda: tasks.send_mails.delay(), robust=True)


def is_done(confirmation: Confirmation) -> bool:
    """Whether what it is for holds already."""
    if confirmation.watch is not None:
        return watching.is_running(confirmation.watch)
    if confirmation.kind != Kind.FOLLOW or confirmation.service_request is None:
        return confirmation.confirmed_at is not None
    followed: Subscription | None = following.of(confirmation.service_request, confirmation.email)
    return followed is not None and followed.ended_at is None


def may_be_done(confirmation: Confirmation) -> bool:
    """Whether it can still be done, as the report stands now. What is said of a closing is said of no later one."""
    request = confirmation.service_request
    if confirmation.watch is not None:
        return watching.may_begin(confirmation.watch)
    if confirmation.kind == Kind.SIGHTING:
        return sightings.is_open(_target(confirmation))
    if request is None or request.hidden or request.held_at or request.taken_away_at:
        return False
    if confirmation.kind == Kind.FOLLOW:
        return following.may_be_followed(request)
    closing = closings.closing_of(request)
    return closing is not None and closing.recorded_at <= confirmation.created_at


def confirm(confirmation: Confirmation) -> None:
    """Do what it is for, once however often it is asked. Refused where that cannot be done any more."""
    with transaction.atomic():
        # The report first, as whoever takes it away does: the other way round each would wait for the other.
        if confirmation.watch_id is None and not _lock(confirmation.service_request_id, confirmation.mirrored_id):
            raise Refused
        row = Confirmation.objects.select_for_update(of=("self",)).filter(pk=confirmation.pk).first()
        if row is None:
            raise Refused
        if is_done(row):
            return
        if not may_be_done(row):
            raise Refused
        try:
            _do(row)
        except (sightings.NotOpen, following.NotFollowed, watching.TooMany) as error:
            raise Refused from error
        row.confirmed_at = clock.now()
        row.save(update_fields=["confirmed_at"])
    confirmation.confirmed_at = row.confirmed_at


def _do(row: Confirmation) -> None:
    person = person_mark("email", row.email)
    if row.watch is not None:
        watching.confirm(row.watch)
    elif row.kind == Kind.SIGHTING:
        sightings.see(_target(row), person)
    elif row.service_request is None:
        raise Refused
    elif row.kind == Kind.FOLLOW:
        following.follow(row.service_request, row.email, row.locale)
    elif not verdicts.record(
        row.service_request, person, row.answer, by_reporter=filed_it(row.service_request, row.email)
    ):
        raise Refused


def filed_it(service_request: ServiceRequest, email: str) -> bool:
    """Whether the address is that of whoever filed it."""
    told = service_request.subscriptions.filter(by_reporter=True, email__lower=email.lower())
    return told.exists() or Contact.objects.filter(service_request=service_request, email__lower=email.lower()).exists()


def _target(row: Confirmation) -> ServiceRequest | MirroredRequest:
    target = row.service_request or row.mirrored
    if target is None:
        raise Refused
    return target


def _lock(service_request: int | None, mirrored: int | None) -> bool:
    """Let those who ask about the same report, given by its key, at the same moment ask one after the other. False
    where it is gone."""
    if service_request is not None:
        rows = ServiceRequest.objects.select_for_update().filter(pk=service_request, taken_away_at=None)
        return bool(rows.values_list("pk"))
    return mirrored is not None and bool(
        MirroredRequest.objects.select_for_update().filter(pk=mirrored).values_list("pk")
    )
