"""The look-up by number: our reference, however it is written, or the number that a body gave."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.browsing.filters import public
from reports.forms.filters import DIRECTION_MARKS
from reports.models import Endpoint, ServiceRequest, Submission
from reports.views.service_requests.listing import about
from reports.views.service_requests.page import canonical_reference

MATCHES: Final = 20
LETTERS: Final = 200


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """One match leads straight to its page; several are listed, each with the body and system that gave the number."""
    number = request.GET.get("number", "").replace("\0", "\ufffd")  # PostgreSQL holds no NUL
    number = DIRECTION_MARKS.sub("", number).strip()[:LETTERS]  # they come along when a number is copied from a mail
    if not number:
        return render(request, "service_requests/find.html", {"number": "", "asked": "number" in request.GET})
    reference = canonical_reference(number)
    if ServiceRequest.objects.filter(reference=reference).exists():
        return redirect("service_requests:detail", reference)
    found = _by_body_number(number)
    if len(found) == 1:
        return redirect(found[0][0])
    context = {"number": number, "asked": True, "rows": found[:MATCHES], "more": len(found) > MATCHES}
    return render(request, "service_requests/find.html", context)


def _by_body_number(number: str) -> list[tuple[ServiceRequest, str]]:
    """The public reports that a body gave this number, newest first, MATCHES and one more at most, and who gave it."""
    # Naming the endpoints lets the index on (endpoint, service_request_id) answer; it has no other way in.
    spellings = {number, number.upper(), number.lower()}
    told = Submission.objects.filter(endpoint__in=Endpoint.objects.values("pk"), service_request_id__in=spellings)
    systems = {
        row["request"]: (row["service_request_id"], row["endpoint__label"])
        for row in told.order_by("-pk").values("request", "service_request_id", "endpoint__label")[: MATCHES * 5]
    }
    found = public().filter(pk__in=systems)[: MATCHES + 1]
    return [(each, _given_by(each, *systems[each.pk])) for each in found]


def _given_by(service_request: ServiceRequest, number: str, system: str) -> str:
    said = {"number": number, "system": system}
    words = _("number %(number)s in “%(system)s”") if system else _("number %(number)s")
    return f"{about(service_request)} · {words % said}"
