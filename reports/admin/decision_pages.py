"""The pages between choosing submissions and deciding about them: what they are, what is known, one button."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.admin import decisions
from reports.delivery import arrival
from reports.models import Submission, SubmissionState
from reports.notifications import evidence

AT_ONCE: Final = 100
ALLOWED: Final = {
    "send_again": frozenset({SubmissionState.NEEDS_ATTENTION}),
    "look_again": frozenset({SubmissionState.NEEDS_ATTENTION}),
    "it_is_there": frozenset({SubmissionState.NEEDS_ATTENTION, SubmissionState.UNCERTAIN}),
    "cancel": decisions.CANCELLABLE,
}


def can(action: str, submission: Submission) -> bool:
    """Whether this decision can be taken about a submission as it stands."""
    if submission.state not in ALLOWED[action]:
        return False
    return action != "look_again" or decisions.lacks_number(submission)


@dataclass(slots=True)
class Row:
    """One submission on the page, with what the volunteer entered for it and what was wrong with that."""

    submission: Submission
    may_be_there: bool
    seen: Sequence[str] = ()
    number: str = ""
    looked: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """One action: its words, and what it does with a row. `decide` raises NotPossibleError."""

    action: str
    title: str
    button: str
    logged: str
    decide: Callable[[Row, str], None]


@admin.action(description=gettext_lazy("Send again"), permissions=["decide"])
def send_again(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
    """Back into the outbox; where the report may be there already, only after somebody has looked."""
    return _page(
        modeladmin,
        request,
        queryset,
        Decision("send_again", _("Send again"), _("Send again"), "Sent again by a volunteer.", _send_again),
    )


@admin.action(description=gettext_lazy("It is there already"), permissions=["decide"])
def it_is_there(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
    """The body has it: record its number there."""
    return _page(
        modeladmin,
        request,
        queryset,
        Decision(
            "it_is_there", _("It is there already"), _("Record the number"), "Number entered by a volunteer.", _there
        ),
    )


@admin.action(description=gettext_lazy("Look again for its number"), permissions=["decide"])
def look_again(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
    """The body gave a token and never a number: ask for it once more."""
    return _page(
        modeladmin,
        request,
        queryset,
        Decision(
            "look_again",
            _("Look again for its number"),
            _("Look again"),
            "Looked for again by a volunteer.",
            _look_again,
        ),
    )


@admin.action(description=gettext_lazy("Cancel the delivery"), permissions=["decide"])
def cancel(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
    """It is not sent, now or later, and the resident is told."""
    return _page(
        modeladmin,
        request,
        queryset,
        Decision("cancel", _("Cancel"), _("Cancel the delivery"), "Cancelled by a volunteer.", _cancel),
    )


def _send_again(row: Row, words: str) -> None:
    if row.may_be_there and not row.looked:
        raise decisions.NotPossibleError(_("Look in the body's system first, and tick that it is not there."))
    decisions.send_again(row.submission)


def _look_again(row: Row, words: str) -> None:
    decisions.look_again(row.submission)


def _there(row: Row, words: str) -> None:
    decisions.it_is_there(row.submission, row.number)


def _cancel(row: Row, words: str) -> None:
    decisions.cancel(row.submission, words)


def _page(
    modeladmin: Any, request: HttpRequest, queryset: QuerySet[Submission], decision: Decision
) -> HttpResponse | None:
    chosen = list(queryset.prefetch_related("attempts").order_by("pk")[: AT_ONCE + 1])
    open_rows = [_row(submission, request) for submission in chosen[:AT_ONCE] if can(decision.action, submission)]
    closed = len(chosen[:AT_ONCE]) - len(open_rows)
    words = request.POST.get("words", "")[:2000]
    if "confirmed" in request.POST:
        open_rows = _decide(modeladmin, request, decision, open_rows, words)
    if closed:
        said = ngettext(
            "%(count)d of them is decided already, or cannot be decided this way; it was left as it is.",
            "%(count)d of them are decided already, or cannot be decided this way; they were left as they are.",
            closed,
        )
        messages.warning(request, said % {"count": closed})
    if not open_rows:
        return None
    context = {
        **modeladmin.admin_site.each_context(request),
        "title": decision.title,
        "opts": modeladmin.model._meta,
        "decision": decision,
        "rows": open_rows,
        "words": words,
        "more": len(chosen) > AT_ONCE,
        "limit": AT_ONCE,
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/submission_decision.html", context)


def _row(submission: Submission, request: HttpRequest) -> Row:
    return Row(
        submission,
        may_be_there=arrival.may_be_there(submission.attempts.all()),
        seen=evidence.lines(submission.evidence),
        number=request.POST.get(f"number_{submission.pk}", ""),
        looked=f"looked_{submission.pk}" in request.POST,
    )


def _decide(modeladmin: Any, request: HttpRequest, decision: Decision, rows: list[Row], words: str) -> list[Row]:
    """Decide about each; the rows that are still open, with the reason, come back."""
    left = []
    done = 0
    for row in rows:
        try:
            _same_as_shown(row, request)
            decision.decide(row, words)
        except decisions.NotPossibleError as error:
            row.error = str(error)
            left.append(row)
        else:
            done += 1
            modeladmin.log_change(request, row.submission, decision.logged)
    if done:
        said = ngettext("%(title)s: done for %(count)d report.", "%(title)s: done for %(count)d reports.", done)
        messages.success(request, said % {"title": decision.title, "count": done})
    return left


def _same_as_shown(row: Row, request: HttpRequest) -> None:
    """A page left open while the report was sent again, and got lost again, must not send it a third time."""
    if request.POST.get(f"posts_{row.submission.pk}") != str(row.submission.posts):
        raise decisions.NotPossibleError(_("It was sent again since this page was opened. Read it again, then decide."))
