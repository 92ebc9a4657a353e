"""Deleting an account: nothing is kept that leads back to its owner. The reports stay without a name, or go as well."""

import re
from typing import Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.functions import Lower

from reports import clock
from reports.delivery import retention, taken_away
from reports.models import (
    Confirmation,
    Contact,
    Draft,
    ServiceRequest,
    Subscription,
    User,
    VolunteerMail,
    WatchArea,
    WatchSubscription,
)
from reports.participation import belonging
from reports.participation.belonging import Person

NOBODY: Final = "deleted account"


class LastSuperuser(Exception):
    """Nobody else could hand out rights any more."""


class StillBeingSent(Exception):
    """So many reports are on the wire at this moment, and cannot be taken away before their calls have ended."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} reports are being sent")
        self.count = count


def is_last_superuser(account: User) -> bool:
    """Whether no other active account may hand out rights."""
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=account.pk)
    return account.is_superuser and not others.exists()


def end(account: User, *, take_away: bool) -> None:
    """Delete an account, for good, and with it what its owner's confirmed addresses have asked for.

    `take_away` takes all reports away before that; else they stay as they are shown, with neither account nor contact
    details. LastSuperuser, and nothing has changed. StillBeingSent: the account stays, and what was taken away
    already stays away; call it again when the sending has ended.
    """
    whose = belonging.person(account)
    if is_last_superuser(account):
        raise LastSuperuser
    pk, keys = account.pk, belonging.service_request_keys(whose)
    if take_away:
        _take_away(keys)
    with transaction.atomic():
        _forget_reports(whose, keys)
        _forget_mails(whose)
        for draft in Draft.objects.filter(account=account):
            belonging.delete_draft(draft)
        _forget_account(whose)
    _sign_out_everywhere(pk)


def _take_away(keys: list[int]) -> None:
    being_sent = 0
    for request in ServiceRequest.objects.filter(pk__in=keys).iterator():
        try:
            taken_away.take_away(request)
        except taken_away.BeingSent:
            being_sent += 1
    if being_sent:
        raise StillBeingSent(being_sent)


def _forget_reports(whose: Person, keys: list[int]) -> None:
    for key in keys:
        retention.remove_letters(key)
    Contact.objects.filter(service_request__in=keys).delete()
    Contact.objects.filter(pk__in=list(belonging.contacts(whose).values_list("pk", flat=True))).delete()
    Subscription.objects.filter(service_request__in=keys, by_reporter=True).delete()  # and the mails owed to it
    ServiceRequest.objects.filter(account=whose.account).update(account=None)


def _forget_mails(whose: Person) -> None:
    """Watch areas that nobody else watches go as well: where somebody watches may be where they live."""
    Subscription.objects.filter(pk__in=list(belonging.subscriptions(whose).values_list("pk", flat=True))).delete()
    watched = list(belonging.watch_subscriptions(whose).values_list("pk", "area_id"))
    WatchSubscription.objects.filter(pk__in=[pk for pk, _area in watched]).delete()
    WatchArea.objects.filter(pk__in=[area for _pk, area in watched], subscriptions=None).delete()
    for model in (Confirmation, VolunteerMail):
        rows = model._default_manager.annotate(whose=Lower("email")).filter(whose__in=whose.addresses)
        model._default_manager.filter(pk__in=list(rows.values_list("pk", flat=True))).delete()


def _forget_account(whose: Person) -> None:
    """Delete the row. One of a volunteer who has changed something stays, with nothing in it: what was done by whom in
    the admin is never rewritten, and the log hangs on it."""
    account = whose.account
    for address in {account.email.lower(), *whose.addresses}:
        LogEntry.objects.filter(pk__in=_log_of(address)).update(object_repr=NOBODY)
    if not LogEntry.objects.filter(user=account).exists():
        account.delete()
        return
    EmailAddress.objects.filter(user=account).delete()
    Authenticator.objects.filter(user=account).delete()
    account.groups.clear()
    account.user_permissions.clear()
    for name in ("name", "first_name", "last_name", "phone", "locale"):
        setattr(account, name, "")
    account.email = f"deleted-{account.pk}@deleted.invalid"
    account.is_active = account.is_staff = account.is_superuser = False
    account.set_unusable_password()
    account.save()


def _log_of(address: str) -> list[int]:
    """The lines of the volunteers' log that name this address, and not one that it is only a part of."""
    whole = re.compile(rf"(?<![\w.+-]){re.escape(address)}(?!\.?[\w-])", re.IGNORECASE)
    lines = LogEntry.objects.filter(object_repr__icontains=address).values_list("pk", "object_repr")
    return [pk for pk, told in lines if whole.search(told)]


def _sign_out_everywhere(account_pk: int) -> None:
    """allauth keeps in a session by which address somebody signed in."""
    for session in Session.objects.filter(expire_date__gt=clock.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(account_pk):
            session.delete()
