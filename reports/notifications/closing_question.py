"""“Is it really fixed?” in a mail: asked once for each closing, with the three answers as links, and never again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from reports.models import Notification, NotificationState, PublicStatus, StatusUpdate, Subscription, VerdictAnswer

# What a body says of a request that is not closed, or not any more: after it, a closing is a new one.
OTHER: Final = (
    PublicStatus.SENT,
    PublicStatus.ACCEPTED,
    PublicStatus.IN_PROGRESS,
    PublicStatus.DUPLICATE,
    PublicStatus.NOT_RESPONSIBLE,
    PublicStatus.REJECTED,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the words of its button, and the link that opens the page with this answer chosen."""

    words: str
    link: str


def answers(verdict_link: str) -> tuple[Answer, ...]:
    """The three answers, in the language that is active."""
    words = {
        VerdictAnswer.YES: _("Yes, it is fixed"),
        VerdictAnswer.NO: _("No, it is still there"),
        VerdictAnswer.UNSURE: _("I cannot tell"),
    }
    return tuple(Answer(said, f"{verdict_link}?answer={answer.value}") for answer, said in words.items())


def is_due(subscription: Subscription, updates: Sequence[StatusUpdate]) -> bool:
    """Whether a mail that tells of these lines asks: it tells of a closing that still holds and that no mail to this
    subscription has told of. What the body writes later of the same closing asks nobody again."""
    request = subscription.service_request
    if request.shown_status != PublicStatus.CLOSED or not any(_closes(line) for line in updates):
        return False
    lines = StatusUpdate.objects.filter(service_request=request, private=False, is_comment=False)
    other = lines.filter(status__in=OTHER).order_by("datetime", "pk").last()
    told = Notification.objects.filter(
        subscription=subscription,
        state=NotificationState.SENT,
        status_update__status=PublicStatus.CLOSED,
        status_update__is_comment=False,
    )
    if other is not None:
        told = told.filter(status_update__datetime__gt=other.datetime) | told.filter(
            status_update__datetime=other.datetime, status_update__pk__gt=other.pk
        )
    return not told.exists()


def _closes(line: StatusUpdate) -> bool:
    return line.status == PublicStatus.CLOSED and not line.is_comment
