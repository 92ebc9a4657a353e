"""Everything that is kept about the owner of an account, as files of one ZIP that is written while it is sent.

`SOURCES` names every table with rows of a person, `OF_NOBODY` every other one with the reason: a test holds the two
against the database, so that no new table is forgotten.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Lower
from django.template.loader import render_to_string

from reports.models import (
    Attempt,
    Comment,
    Confirmation,
    Contact,
    Digest,
    Disclosure,
    Draft,
    MailStop,
    Media,
    Notification,
    ServiceRequest,
    Sighting,
    StatusUpdate,
    Submission,
    Subscription,
    User,
    Verdict,
    VolunteerMail,
    WatchArea,
    WatchSubscription,
)
from reports.participation import belonging
from reports.participation.belonging import Person

# Secrets, marks and what only the machinery reads.
LEFT_OUT: Final = {
    "password", "data", "person", "claim", "lease_until", "fingerprint", "definition_hash", "submit_key", "sha256",
    "private_presumed", "former_keys", "row_hash", "evidence", "exchanges", "told_until", "since", "until", "draft_id",
    "file", "error", "detail",
}  # fmt: skip

Rows = Callable[[Person, list[int]], "QuerySet[Any]"]


@dataclass(frozen=True, slots=True)
class Source:
    """One table: the file that it becomes, and which rows are the person's, whose reports have these keys."""

    model: type[Model]
    file: str
    rows: Rows


def _of_reports(model: type[Model], path: str = "service_request", **only: Any) -> Rows:
    return lambda _whose, keys: model._default_manager.filter(**{f"{path}__in": keys}, **only)


def _of_account(model: type[Model], path: str) -> Rows:
    return lambda whose, _keys: model._default_manager.filter(**{path: whose.account})


def _of_address(model: type[Model]) -> Rows:
    return lambda whose, _keys: model._default_manager.annotate(whose=Lower("email")).filter(whose__in=whose.addresses)


def _by_mark(model: type[Model], name: str) -> Rows:
    return lambda whose, _keys: model._default_manager.filter(**{f"{name}__in": whose.marks})


def _photos(whose: Person, keys: list[int]) -> QuerySet[Media]:
    """Of reports and unfinished ones; photos of comments are nobody's, as comments are."""
    return Media.objects.filter(Q(service_request__in=keys) | Q(draft__account=whose.account))


SOURCES: Final = (
    Source(User, "account", lambda whose, _keys: User.objects.filter(pk=whose.account.pk)),
    Source(EmailAddress, "addresses", _of_account(EmailAddress, "user")),
    Source(EmailConfirmation, "address-confirmations", _of_account(EmailConfirmation, "email_address__user")),
    Source(Authenticator, "second-factors", _of_account(Authenticator, "user")),
    Source(ServiceRequest, "reports", lambda _whose, keys: ServiceRequest.objects.filter(pk__in=keys)),
    Source(Contact, "contact-details", _of_reports(Contact)),
    Source(StatusUpdate, "history", _of_reports(StatusUpdate, private=False, hidden=False)),
    Source(Submission, "sendings", _of_reports(Submission, "request")),
    Source(Attempt, "calls", _of_reports(Attempt, "submission__request")),
    Source(Disclosure, "disclosures", _of_reports(Disclosure)),
    Source(Comment, "comments-on-my-reports", _of_reports(Comment, hidden=False, held_at=None)),
    Source(Media, "photos", _photos),
    Source(Draft, "unfinished-reports", _of_account(Draft, "account")),
    Source(Subscription, "following", lambda whose, _keys: belonging.subscriptions(whose)),
    Source(
        Notification,
        "mails-about-reports",
        lambda whose, _keys: Notification.objects.filter(subscription__in=belonging.subscriptions(whose).values("pk")),
    ),
    Source(WatchSubscription, "watching", lambda whose, _keys: belonging.watch_subscriptions(whose)),
    Source(
        WatchArea,
        "watched-areas",
        lambda whose, _keys: WatchArea.objects.filter(pk__in=belonging.watch_subscriptions(whose).values("area")),
    ),
    Source(
        Digest,
        "digests",
        lambda whose, _keys: Digest.objects.filter(subscription__in=belonging.watch_subscriptions(whose).values("pk")),
    ),
    Source(Confirmation, "asked-for-by-mail", _of_address(Confirmation)),
    Source(Sighting, "still-there", _by_mark(Sighting, "person")),
    Source(Verdict, "really-fixed", _by_mark(Verdict, "person")),
    Source(MailStop, "stopped-addresses", _by_mark(MailStop, "address")),
    Source(VolunteerMail, "mails-to-volunteers", _of_address(VolunteerMail)),
    Source(LogEntry, "volunteers-log", _of_account(LogEntry, "user")),
)

PUBLIC: Final = "what bodies offer, publish or say themselves"
MACHINERY: Final = "how the site runs; no person is in it"
ANONYMOUS: Final = "nothing is kept of who wrote it"
OF_NOBODY: Final = {
    "reports.Jurisdiction": PUBLIC,
    "reports.Endpoint": PUBLIC,
    "reports.Service": PUBLIC,
    "reports.ServiceOverride": PUBLIC,
    "reports.PlaceListing": PUBLIC,
    "reports.CatalogueChange": PUBLIC,
    "reports.MirroredRequest": PUBLIC,
    "reports.District": PUBLIC,
    "reports.PushedUpdate": "what a body said of a report; it is in the report's history",
    "reports.WatchItem": "what was new in an area, the same for all who watch it",
    "reports.RoutingRule": MACHINERY,
    "reports.CallNowRule": MACHINERY,
    "reports.HoldRule": "a volunteer's rule; an address in it is theirs to judge, and not to be told",
    "reports.Traffic": MACHINERY,
    "reports.Heartbeat": MACHINERY,
    "reports.ListingChange": MACHINERY,
    "reports.ChangeReader": MACHINERY,
    "reports.AbuseReport": ANONYMOUS,
    "reports.MissingPlace": ANONYMOUS,
    "sessions.Session": "that somebody is signed in; gone when they sign out",
    "contenttypes.ContentType": MACHINERY,
    "auth.Permission": MACHINERY,
    "auth.Group": "what volunteers may do; of which an account is one stands in its own file",
}


def stream(account: User) -> Iterator[bytes]:
    """The ZIP, piece by piece: a page that explains it, one JSON file for each table, and the photos."""
    whose = belonging.person(account)
    keys = belonging.service_request_keys(whose)
    written = _Pieces()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", render_to_string("account/copy.txt", {"account": account, "whose": whose}))
        for source in SOURCES:
            with archive.open(f"{source.file}.json", "w") as file:
                for piece in _json(source.rows(whose, keys)):
                    file.write(piece.encode())
                    yield written.taken()
            yield written.taken()
        for photo in _photos(whose, keys).exclude(file=""):
            yield from _photo(archive, photo, written)
    yield written.taken()


def _json(rows: "QuerySet[Any]") -> Iterator[str]:
    begin = "[\n"
    for row in rows.order_by("pk").iterator(chunk_size=500):
        yield begin + json.dumps(facts(row), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        begin = ",\n"
    yield "[]\n" if begin == "[\n" else "\n]\n"


def facts(row: Model) -> dict[str, Any]:
    """The columns of a row by their names, without those of `LEFT_OUT`; rows that it hangs on by their keys."""
    found = {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
    found = {name: value for name, value in found.items() if name not in LEFT_OUT}
    if isinstance(row, EmailConfirmation):
        del found["key"]  # it would confirm an address whose mail somebody else gets
    if isinstance(row, ServiceRequest):
        del found["status_notes"]  # hidden or not; in the history is what may be read of them
    if isinstance(row, Media):
        found["file"] = _name(row)
    if isinstance(row, User):
        found["groups"] = [group.name for group in row.groups.all()]
    return found


def _name(photo: Media) -> str:
    return f"photos/{photo.key}.jpg" if photo.file else ""


def _photo(archive: zipfile.ZipFile, photo: Media, written: "_Pieces") -> Iterable[bytes]:
    """A photo that is gone from the disk is left out: the row that names it is in its own file."""
    try:
        content = photo.file.open("rb")
    except OSError:
        return
    with content, archive.open(zipfile.ZipInfo(_name(photo)), "w") as file:  # a JPEG gets no smaller
        for piece in photo.file.chunks():
            file.write(piece)
            yield written.taken()


class _Pieces:
    """A file that only grows, and gives away what it holds. `zipfile` writes to it without ever going back."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, piece: bytes, /) -> int:
        self._held += piece
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """What was written since it was last asked."""
        piece = bytes(self._held)
        self._held.clear()
        return piece
