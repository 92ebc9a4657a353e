"""Telling the volunteers: what needs one of them, what still does a day later, and which systems are away for long.

What is owed is a row for each address, written together with the mark on the reports that it is owed for; one mail
carries all that is due to an address. A mail says what holds when it leaves: what was handled meanwhile is left out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.utils import translation

from reports import clock
from reports.models import (
    Breaker,
    NotificationState,
    Submission,
    SubmissionState,
    Traffic,
    User,
    VolunteerMail,
    VolunteerMailKind,
)
from reports.notifications import attention_mail, mail_rows, stops
from reports.notifications.mail_server import ServerAwayError

Kind = VolunteerMailKind
State = NotificationState

LONG: Final = timedelta(hours=1)  # an outage shorter than this mends itself before a volunteer could do anything
HELD_PAUSE: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=30)
MAILS_AT_ONCE: Final = 200


def queue_due() -> int:
    """Write down what is owed to the volunteers now; how many mails are new. Safe to run twice at once.

    Nothing is marked as told while there is nobody to tell.
    """
    addresses = recipients()
    if not addresses:
        return 0
    now = clock.now()
    return (
        _queue_reminders(addresses, now)
        + _queue_new(addresses, now)
        + _queue_outages(addresses, now)
        + _queue_recoveries(now)
        + _queue_held(addresses, now)
    )


def send_due() -> int:
    """Send what is owed and due, one mail for each address; how many left. Safe to run twice at once."""
    rows = VolunteerMail.objects.all()
    mail_rows.give_up_on_dead_senders(rows)
    _forget_old(rows)
    waiting = rows.filter(state=State.QUEUED).order_by().values("email").annotate(first_due=Min("due_at"))
    due = waiting.filter(first_due__lte=clock.now()).order_by("first_due").values_list("email", flat=True)
    count = 0
    wanted = set(recipients())
    for email in list(due[:MAILS_AT_ONCE]):
        try:
            count += _send_to(email, wanted)
        except ServerAwayError:
            break  # the others would only wait for the same server
    return count


def recipients() -> list[str]:
    """Who is told, each once: the active volunteers who may decide about submissions, and ATTENTION_EMAILS."""
    able = ModelBackend().with_perm("reports.change_submission", is_active=True).filter(is_staff=True)
    addresses = [*able.order_by("pk").values_list("email", flat=True), *settings.ATTENTION_EMAILS]
    return list(dict.fromkeys(address.strip().lower() for address in addresses if address.strip()))


def unreachable() -> list[str]:
    """Those of them to whom no mail goes any more, because it came back: their mails are dropped."""
    return [address for address in recipients() if stops.is_stopped(address)]


def end_outage(endpoint_id: int) -> None:
    """Say nothing more of an endpoint's outage: a volunteer has ended it, and knows. A later one is told anew."""
    VolunteerMail.objects.bulk_create(
        [_recovery(outage, State.DROPPED) for outage in _untold_ends().filter(endpoint=endpoint_id)],
        ignore_conflicts=True,
    )


def _waiting() -> QuerySet[Submission]:
    return Submission.objects.filter(state=SubmissionState.NEEDS_ATTENTION)


def _queue_new(addresses: Sequence[str], now: datetime) -> int:
    """All that nobody was told of, once the first of it has waited for company for MAIL_GATHER seconds."""
    new = _waiting().filter(volunteers_told_at=None)
    gathered = now - timedelta(seconds=settings.MAIL_GATHER)
    if not new.filter(Q(attention_at=None) | Q(attention_at__lte=gathered)).exists():
        return 0
    with transaction.atomic():
        if not new.update(volunteers_told_at=now):
            return 0  # another worker was quicker
        return _owe(addresses, Kind.NEW, now)


def _queue_reminders(addresses: Sequence[str], now: datetime) -> int:
    """All that is still open, once the first of it was told ATTENTION_REMINDER_HOURS ago.

    None at all where that setting is 0. Under another moment than what is new in the same sweep: by that the mail
    tells them apart.
    """
    if settings.ATTENTION_REMINDER_HOURS <= 0:
        return 0
    told = _waiting().filter(volunteers_told_at__lt=now)
    ripe = told.filter(volunteers_told_at__lte=now - timedelta(hours=settings.ATTENTION_REMINDER_HOURS))
    again = now - timedelta(microseconds=1)
    with transaction.atomic():
        if not ripe.update(volunteers_told_at=again):
            return 0
        told.update(volunteers_told_at=again)  # so that there is one reminder a day, and not one for each report
        return _owe(addresses, Kind.REMINDER, again)


def _queue_outages(addresses: Sequence[str], now: datetime) -> int:
    told = VolunteerMail.objects.filter(
        kind=Kind.OUTAGE, endpoint=OuterRef("endpoint"), about=OuterRef("trouble_since")
    )
    away = Traffic.objects.filter(breaker=Breaker.OPEN, trouble_since__lte=now - LONG, endpoint__active=True)
    return sum(
        _owe(addresses, Kind.OUTAGE, since, endpoint_id=pk)
        for pk, since in away.exclude(Exists(told)).values_list("pk", "trouble_since")
        if since is not None
    )


def _queue_recoveries(now: datetime) -> int:
    back = _untold_ends().filter(
        endpoint__traffic__breaker=Breaker.CLOSED, endpoint__traffic__answered_at__gt=F("about")
    )
    rows = [_recovery(outage, State.QUEUED) for outage in back]
    VolunteerMail.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _queue_held(addresses: Sequence[str], now: datetime) -> int:
    """What is held from the public, once the first that is new has waited for company, and no sooner than HELD_PAUSE
    after the last such mail: the page for reports of abuse is open to everybody. While there is any, again every
    ATTENTION_REMINDER_HOURS, in one mail for each address."""
    since = VolunteerMail.objects.filter(kind=Kind.HELD).aggregate(last=Max("about"))["last"]
    waiting = [row for row in attention_mail.held_since(since) if row <= now - timedelta(seconds=settings.MAIL_GATHER)]
    hours = settings.ATTENTION_REMINDER_HOURS
    again = (
        since is not None and hours > 0 and since <= now - timedelta(hours=hours) and attention_mail.held_since(None)
    )
    rested = since is None or since <= now - HELD_PAUSE
    return _owe(addresses, Kind.HELD, now) if (waiting and rested) or again else 0


def _untold_ends() -> QuerySet[VolunteerMail]:
    """The outages that were told, of which the end was not."""
    same = VolunteerMail.objects.filter(
        kind=Kind.RECOVERY, endpoint=OuterRef("endpoint"), about=OuterRef("about"), email=OuterRef("email")
    )
    return VolunteerMail.objects.filter(~Exists(same), kind=Kind.OUTAGE)


def _recovery(outage: VolunteerMail, state: NotificationState) -> VolunteerMail:
    return VolunteerMail(
        email=outage.email, kind=Kind.RECOVERY, about=outage.about, endpoint_id=outage.endpoint_id, state=state
    )


def _owe(addresses: Sequence[str], kind: VolunteerMailKind, about: datetime, **fields: Any) -> int:
    rows = [VolunteerMail(email=address, kind=kind, about=about, **fields) for address in addresses]
    VolunteerMail.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _send_to(email: str, wanted: set[str]) -> bool:
    owed = VolunteerMail.objects.filter(email=email)
    taken = list(owed.filter(pk__in=mail_rows.take(owed)).select_related("endpoint__jurisdiction", "endpoint__traffic"))
    if not taken:
        return False
    language = _language(email)
    with translation.override(language):
        letter = attention_mail.gather(taken) if email in wanted else None
    if letter is None or letter.is_empty:
        mail_rows.drop(taken)
        return False
    return mail_rows.hand_over(lambda: attention_mail.message(email, letter, language), taken, "a volunteer")


def _language(email: str) -> str:
    """Of the volunteer's account, where one was chosen there; else the site's own."""
    chosen = User.objects.filter(email__lower=email.lower()).exclude(locale="").values_list("locale", flat=True).first()
    return chosen or settings.LANGUAGE_CODE


def _forget_old(rows: QuerySet[VolunteerMail]) -> None:
    """Of reports; those of outages are few, and say what was told."""
    ended = rows.filter(kind__in=(Kind.NEW, Kind.REMINDER, Kind.HELD), about__lt=clock.now() - KEPT)
    ended.exclude(state__in=(State.QUEUED, State.SENDING)).delete()
