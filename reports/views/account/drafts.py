"""Unfinished reports that were begun or continued while signed in: go on with one, or delete it."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reports.links import draft_key
from reports.models import Draft, Service
from reports.participation import belonging
from reports.participation.belonging import Person
from reports.views import conditions, drafts
from reports.views.account.pages import not_found, of_account, page_of


@dataclass(frozen=True, slots=True)
class Row:
    """One draft in the list, with where it goes on."""

    draft: Draft
    service: Service | None
    place: str
    url: str


@require_safe
@of_account
def unfinished(request: HttpRequest, person: Person) -> HttpResponse:
    """The last changed first, 25 a page. What was filed or has expired is gone. A page past the end answers 404."""
    page = page_of(request, belonging.drafts(person))
    return render(request, "account/drafts.html", {"page": page, "rows": [_row(draft) for draft in page.object_list]})


@require_http_methods(["GET", "HEAD", "POST"])
@of_account
def delete(request: HttpRequest, person: Person, pk: uuid.UUID) -> HttpResponse:
    """Delete one by a POST, with its photos; 404 for anybody else's. GET leads to the list."""
    draft = belonging.drafts(person).filter(pk=pk).first()
    if draft is None:
        return not_found(request, _("There is no such unfinished report in your account. It may be filed or deleted."))
    if request.method == "POST":
        belonging.delete_draft(draft)
        messages.success(request, _("The unfinished report is deleted."))
    return redirect("account_drafts")


def _row(draft: Draft) -> Row:
    place = draft.answers.get("location") or {}
    page = conditions.first_unanswered(draft.answers)
    return Row(
        draft=draft,
        service=drafts.chosen_service(draft),
        place=place.get("address_string") or place.get("place_detail") or "",
        url=reverse(f"report:{page}", args=[draft_key(draft)]),
    )
