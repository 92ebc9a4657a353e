"""The account's first page: every report of its owner, filed with the account or without it."""

from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.links import take_away_link
from reports.models import Contact, ServiceRequest, Subscription
from reports.participation import belonging
from reports.participation.belonging import Person
from reports.views.account.pages import of_account, page_of
from reports.views.service_requests.listing import about


@dataclass(frozen=True, slots=True)
class Row:
    """One report in the list: who answers and how old it is, from which address it came where it was filed without the
    account, what its owner is told of it, and where it is taken away."""

    service_request: ServiceRequest
    about: str
    address: str
    subscription: Subscription | None
    may_resume: bool
    take_away_url: str


@require_safe
@of_account
def account(request: HttpRequest, person: Person) -> HttpResponse:
    """Newest first; held and hidden ones too, which nobody else finds. A page that is not there answers 404."""
    page = page_of(request, belonging.service_request_keys(person))
    unconfirmed = EmailAddress.objects.filter(user=person.account, verified=False).order_by("pk")
    context = {
        "page": page,
        "rows": _rows(person, list(page.object_list)),
        "addresses": person.addresses,
        "unconfirmed": [row.email for row in unconfirmed],
        "here": request.get_full_path(),
    }
    return render(request, "account/reports.html", context)


def _rows(person: Person, keys: list[int]) -> list[Row]:
    related = ("jurisdiction", "service__override")
    requests = ServiceRequest.objects.select_related(*related).defer("jurisdiction__boundary").in_bulk(keys)
    contacts: dict[int, Any] = dict(
        Contact.objects.filter(service_request__in=keys).values_list("service_request_id", "email")
    )
    told = {row.service_request_id: row for row in _running_last(person, keys)}
    return [_row(person, requests[key], contacts.get(key, ""), told.get(key)) for key in keys if key in requests]


def _running_last(person: Person, keys: list[int]) -> list[Subscription]:
    """The person's subscriptions to these, so ordered that of several to one report a running one comes last."""
    rows = belonging.subscriptions(person).filter(service_request__in=keys)
    return sorted(rows, key=lambda row: row.ended_at is None)


def _row(person: Person, request: ServiceRequest, contact: str, told: Subscription | None) -> Row:
    if told is not None:
        told.service_request = request  # it is here already
    filed_with_it = request.account_id == person.account.pk
    return Row(
        service_request=request,
        about=about(request),
        address="" if filed_with_it else contact or (told.email if told else ""),
        subscription=told,
        may_resume=request.status not in belonging.OVER,
        take_away_url=take_away_link(request),
    )
