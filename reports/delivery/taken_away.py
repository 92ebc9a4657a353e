"""Reports taken away by the person who filed them: nothing more leaves, and what was theirs is deleted here.

What stays, and why, stands in `decisions/`. What a body has been given is out of our hands.
"""

import math
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from reports import clock
from reports.delivery import history, outbox
from reports.dialects.errors import ConfigurationError, NotSent
from reports.models import (
    AbuseReport,
    Attempt,
    Comment,
    CommentState,
    Confirmation,
    Contact,
    Draft,
    Media,
    PublicStatus,
    ServiceRequest,
    Sighting,
    Submission,
    SubmissionState,
    Subscription,
    Verdict,
)

PLACE_DIGITS: Final = 2  # of a degree: about a kilometre, enough to say that something was reported in the area
REASON: Final = "Taken away by the person who filed it."
NEVER_LEFT: Final[tuple[type[Exception], ...]] = (NotSent, *NotSent.__subclasses__(), ConfigurationError)
KEPT_OF_EXCHANGE: Final = ("method", "status", "started_at", "seconds")


class BeingSent(Exception):
    """It is on the wire at this moment: whether it arrives cannot be said until the call has ended."""


def minutes_of_a_call() -> int:
    """After so many minutes, rounded up, a call of which nothing was heard is over, and it can be tried again."""
    lease: int = settings.SUBMISSION_LEASE
    return math.ceil(lease / 60)


def take_away(service_request: ServiceRequest) -> bool:
    """Take a report away, for good; False where it was taken away before, which is no error.

    What was not sent is never sent. Everything that the person gave is deleted here, photos with their files, and the
    report is shown to nobody. BeingSent, and nothing has changed, while a worker has it or one of its comments.
    """
    with transaction.atomic():
        ways = list(Submission.objects.select_for_update().filter(request=service_request).order_by("pk"))
        # Workers lock a submission before its request; the other way round would wait for each other.
        request = ServiceRequest.objects.select_for_update().get(pk=service_request.pk)
        new = request.taken_away_at is None
        if new:
            _stop(request, ways)
            _empty(request)
            _record(request)
    remove_photos(request)
    return new


def perhaps_with_body(request: ServiceRequest) -> bool:
    """Whether the body has the report, or may have it: some of its ways got as far as the wire with nothing that says
    that it did not leave."""
    ways = Submission.objects.filter(request=request)
    arrived = Q(sent_at__isnull=False) | ~Q(service_request_id="") | ~Q(token="")
    if ways.filter(arrived).exists():
        return True
    calls = Attempt.objects.filter(submission__in=ways, operation="post_service_request")
    return calls.exclude(outcome__in=[kind.__name__ for kind in NEVER_LEFT]).exists()


def remove_photos(request: ServiceRequest) -> None:
    """Delete the files of a report that was taken away. The rows stay, so that their addresses say that they are gone.

    Files are deleted after the report's own change is kept: whoever is cut short here is repeated by `tidy`. Each under
    its lock: a volunteer who blacks out parts at this moment would leave another file.
    """
    photos = Media.objects.filter(Q(service_request=request) | Q(comment__service_request=request)).exclude(file="")
    for pk in list(photos.values_list("pk", flat=True)):
        with transaction.atomic():
            photo = Media.objects.select_for_update().filter(pk=pk).exclude(file="").first()
            if photo is not None:
                photo.file.delete(save=False)
                Media.objects.filter(pk=pk).update(file="", sha256="", width=0, height=0, lat=None, long=None)


def tidy() -> int:
    """Finish what was cut short, and empty what was written down after the report had gone: by a worker, or by somebody
    who had just pressed the button of a comment. Returns how many."""
    kept = Media.objects.exclude(file="")
    left = ServiceRequest.objects.filter(Q(media__in=kept) | Q(comments__media__in=kept), taken_away_at__isnull=False)
    count = 0
    for request in left.distinct():
        remove_photos(request)
        count += 1
    late = Attempt.objects.filter(submission__request__taken_away_at__isnull=False).exclude(exchanges=[], detail="")
    late = late.filter(Q(finished_at=None) | Q(finished_at__gte=F("submission__request__taken_away_at")))
    for attempt in late:
        count += _empty_attempt(attempt)
    comments = Comment.objects.filter(service_request__taken_away_at__isnull=False)
    return count + comments.exclude(text="", hidden=True).update(text="", reason="", hidden=True)


def _stop(request: ServiceRequest, ways: list[Submission]) -> None:
    """Let nothing more leave. The states say who has it: what a worker is sending cannot be called back."""
    for submission in ways:
        if submission.state == SubmissionState.SENDING:
            raise BeingSent
        if submission.state != SubmissionState.CANCELLED:
            outbox.move(submission, SubmissionState.CANCELLED, due_at=None, reason=REASON)
    comments = Comment.objects.filter(service_request=request)
    comments.filter(state=CommentState.PENDING).update(state=CommentState.KEPT, due_at=None)
    comments.filter(state=CommentState.UNCERTAIN).update(due_at=None)
    if comments.filter(state=CommentState.SENDING).exists():
        raise BeingSent


def _empty(request: ServiceRequest) -> None:
    """Delete what the person gave, wherever it was kept. Of comments nobody knows whose they are: all go, and so does
    who else said what of a report that nobody can see any more; to volunteers too, whose words may quote it."""
    for model in (Sighting, Verdict, Confirmation, AbuseReport):
        model.objects.filter(service_request=request).delete()
    Contact.objects.filter(service_request=request).delete()
    Subscription.objects.filter(service_request=request).delete()  # and the mails owed to it
    Draft.objects.filter(service_request=request).delete()
    Comment.objects.filter(service_request=request).update(text="", reason="", hidden=True)
    Submission.objects.filter(request=request).update(reason=REASON, evidence=[], row_hash="")
    for attempt in Attempt.objects.filter(submission__request=request):
        _empty_attempt(attempt)


def _record(request: ServiceRequest) -> None:
    facts: dict[str, Any] = {
        "description": "",
        "attributes": [],
        "address_string": "",
        "address_id": "",
        "place_detail": "",
        "lat": round(request.lat, PLACE_DIGITS),
        "long": round(request.long, PLACE_DIGITS),
        "status_word": "",
        "status_notes": "",
        "service_notice": "",
        "agency_responsible": "",
        "expected_datetime": None,
        "account": None,
        "taken_away_at": clock.now(),
    }
    for name, value in facts.items():
        setattr(request, name, value)
    request.save(update_fields=list(facts))
    words = _("Taken away by the person who filed it.")
    history.append(request, PublicStatus.CANCELLED, mark=history.fingerprint("taken away"), status_notes=words)
    history.set_status(request, PublicStatus.CANCELLED)


def _empty_attempt(attempt: Attempt) -> bool:
    """Keep that a call was made, when and how it ended; not what went over the wire. True where there was anything."""
    kept = [{name: each[name] for name in KEPT_OF_EXCHANGE if name in each} for each in attempt.exchanges]
    if kept == attempt.exchanges and not attempt.detail:
        return False
    Attempt.objects.filter(pk=attempt.pk).update(exchanges=kept, detail="")
    return True
