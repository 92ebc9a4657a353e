"""What is done to an endpoint after a page that says what it will do: calling it again, sending what an outage left."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports import tasks
from reports.admin import decisions, traffic_words
from reports.delivery import gate
from reports.models import Endpoint
from reports.notifications import attention

AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One endpoint on the page, with what is known of it."""

    endpoint: Endpoint
    about: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """One action: its words, what it shows of each endpoint, and what it does, which is said afterwards."""

    action: str
    title: str
    what: str
    show: Callable[[Endpoint], Row]
    decide: Callable[[Endpoint], str]


@admin.action(description=gettext_lazy("Call it again now"), permissions=["change"])
def call_again(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Endpoint]) -> HttpResponse | None:
    """Forget the endpoint's troubles and send what waits."""
    what = _(
        "We forget that these systems failed, and that they asked us to wait, and send at once what waits for them. "
        "Nothing is sent twice by this. If they still fail, they are left alone again."
    )
    return _page(
        modeladmin, request, queryset, Decision("call_again", _("Call it again now"), what, _trouble, _call_again)
    )


@admin.action(description=gettext_lazy("Send again what certainly did not arrive"), permissions=["send_again"])
def send_again(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Endpoint]) -> HttpResponse | None:
    """After an outage: all that waits for a volunteer and was never taken, in one go."""
    what = _(
        "Reports that need a volunteer go back into the outbox, but only those of which no call can have arrived. What "
        "may be there already is left for you to look up, so that nothing is there twice."
    )
    title = _("Send again what certainly did not arrive")
    return _page(modeladmin, request, queryset, Decision("send_again", title, what, _left_by_outage, _send_again))


def _trouble(endpoint: Endpoint) -> Row:
    paused = "" if endpoint.active else _("It is paused, so nothing is sent until that is resumed.")
    unsent = _("Reports not sent yet: %(number)s.") % {"number": traffic_words.unsent(endpoint)}
    return Row(endpoint, f"{traffic_words.state(getattr(endpoint, 'traffic', None))}. {unsent}", paused)


def _call_again(endpoint: Endpoint) -> str:
    gate.reset(endpoint.pk)
    attention.end_outage(endpoint.pk)
    transaction.on_commit(lambda: tasks.deliver.delay(endpoint.pk), robust=True)
    return _("Called again by a volunteer.")


def _left_by_outage(endpoint: Endpoint) -> Row:
    certain, doubtful = decisions.left_by_outage(endpoint)
    about = ngettext("%(count)d report is sent again.", "%(count)d reports are sent again.", len(certain))
    words = ngettext(
        "%(count)d may be there already and is left as it is: look it up first.",
        "%(count)d may be there already and are left as they are: look them up first.",
        doubtful,
    )
    return Row(endpoint, about % {"count": len(certain)}, words % {"count": doubtful} if doubtful else "")


def _send_again(endpoint: Endpoint) -> str:
    number = decisions.send_again_after_outage(endpoint)
    words = ngettext("%(count)d report sent again.", "%(count)d reports sent again.", number)
    return words % {"count": number}


def _page(
    modeladmin: Any, request: HttpRequest, queryset: QuerySet[Endpoint], decision: Decision
) -> HttpResponse | None:
    chosen = list(queryset.order_by("pk")[: AT_ONCE + 1])
    if "confirmed" in request.POST:
        for endpoint in chosen[:AT_ONCE]:
            said = decision.decide(endpoint)
            modeladmin.log_change(request, endpoint, said)
            messages.success(request, f"{endpoint}: {said}")
        return None
    context = {
        **modeladmin.admin_site.each_context(request),
        "title": decision.title,
        "opts": modeladmin.model._meta,
        "decision": decision,
        "rows": [decision.show(endpoint) for endpoint in chosen[:AT_ONCE]],
        "more": len(chosen) > AT_ONCE,
        "limit": AT_ONCE,
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/endpoint_decision.html", context)
