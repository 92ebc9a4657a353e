"""What happens to a report, from the button to the end, in plain words and with this site's own numbers."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from reports.models import PublicStatus

MEANINGS: Final[dict[PublicStatus, Promise]] = {
    PublicStatus.RECEIVED: gettext_lazy("We have saved it. It is on its way to whoever answers for the place."),
    PublicStatus.SENT: gettext_lazy("It has left for the body that answers. Its own number may take some hours."),
    PublicStatus.ACCEPTED: gettext_lazy(
        "The body has it, and mostly has given it a number. Often this is a receipt that its system gives by itself."
    ),
    PublicStatus.IN_PROGRESS: gettext_lazy("Somebody at the body is dealing with it, or has said something about it."),
    PublicStatus.CLOSED: gettext_lazy("The body says that it is done. That is its word; nobody has checked it here."),
    PublicStatus.CONFIRMED: gettext_lazy("The body says that it is done, and people who looked say so too."),
    PublicStatus.DISPUTED: gettext_lazy("The body says that it is done, and people who looked say that it is not."),
    PublicStatus.NOT_RESPONSIBLE: gettext_lazy("The body says that this is for somebody else to do."),
    PublicStatus.DUPLICATE: gettext_lazy("The body knows of it from another report, and deals with it there."),
    PublicStatus.REJECTED: gettext_lazy("The body has turned it down. Its own words may say why."),
    PublicStatus.SILENT: gettext_lazy(
        "Nothing new has come from the body for a long time. We go on looking; any news ends this."
    ),
    PublicStatus.UNDELIVERED: gettext_lazy("It could not be handed over so far. A volunteer sees to it."),
    PublicStatus.CANCELLED: gettext_lazy("It was withdrawn, by whoever filed it or by a volunteer."),
}


@require_safe
def what_happens(request: HttpRequest) -> HttpResponse:
    """The page: every hop, every status that residents see in its order, mails, and where to go on."""
    context = {
        "statuses": [(status, MEANINGS[status]) for status in PublicStatus],
        "silent_days": settings.SILENT_DAYS,
        "give_up_hours": settings.RETRY_GIVE_UP_HOURS,
        "contact_days": settings.CONTACT_DAYS,
    }
    return render(request, "what_happens.html", context)
