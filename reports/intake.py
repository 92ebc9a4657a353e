"""A finished draft becomes a service request and its outbox row, in one transaction. The city is told later."""

from typing import Any

from django.db import IntegrityError, transaction

from reports import clock, holding, tasks
from reports.delivery import endpoints, history
from reports.models import (
    Contact,
    Draft,
    PublicStatus,
    Service,
    ServiceRequest,
    Submission,
    Subscription,
    User,
)

PAGES = ("location", "service", "attributes")


class NotReady(Exception):
    """The draft lacks the answers of a page, or they no longer hold; `page` names it."""

    def __init__(self, page: str) -> None:
        super().__init__(f"the answers of “{page}” are missing or no longer hold")
        self.page = page


def file_service_request(
    draft: Draft, account: User | None = None, address: holding.Address | None = None
) -> ServiceRequest:
    """File a draft: request, photos, contact, outbox row and first line of history together, or nothing at all.

    The draft's id is the submit key: filing it again, even from two processes at once, gives the same request.
    `account` is whose report it is, for those who are signed in; `address` is where the post came from, which rules of
    volunteers may hold and which is not kept. NotReady when a page is missing. The worker is
    woken after the commit; if that fails, the sweep finds the row.
    """
    filed = ServiceRequest.objects.filter(submit_key=draft.pk).first()
    if filed is not None:
        return filed
    service = _service(draft)
    try:
        with transaction.atomic():
            return _file(draft, service, account, address)
    except IntegrityError:
        filed = ServiceRequest.objects.filter(submit_key=draft.pk).first()
        if filed is None:
            raise
        return filed


def _service(draft: Draft) -> Service:
    for page in PAGES:
        if not draft.answers.get(page):
            raise NotReady(page)
    service = (
        Service.objects.select_related("endpoint__jurisdiction", "override")
        .defer("endpoint__jurisdiction__boundary")
        .filter(pk=draft.answers["service"].get("service"), suspended=False, active=True, endpoint__active=True)
        .filter(endpoint__jurisdiction__active=True)
        .first()
    )
    if service is None or service.stop_message:
        raise NotReady("service")
    return service


def _file(draft: Draft, service: Service, account: User | None, address: holding.Address | None) -> ServiceRequest:
    now = clock.now()
    place, details = draft.answers["location"], draft.answers["attributes"]
    contact = draft.answers.get("contact") or {}
    if contact.get("pass_on") and contact.get("endpoint", service.endpoint_id) != service.endpoint_id:
        raise NotReady("contact")  # the consent named another body
    unlisted = endpoints.keeps_private(service.endpoint)
    request = ServiceRequest(
        submit_key=draft.pk,
        jurisdiction=service.endpoint.jurisdiction,
        endpoint=service.endpoint,
        service=service,
        service_code=service.service_code,
        service_name=service.name_on_record,
        group=service.group_on_record,
        lat=place["lat"],
        long=place["long"],
        address_string=place.get("address_string", ""),
        place_meant=place.get("place_meant", "point"),
        place_detail=place.get("place_detail", ""),
        description=details.get("description", ""),
        attributes=details.get("attributes", []),
        definition_hash=draft.answers["service"].get("definition_hash", ""),
        locale=draft.locale,
        account=account,
        private=unlisted,
        private_presumed=unlisted,
        requested_datetime=now,
        updated_datetime=now,
    )
    _hold(request, holding.of_report(request, contact.get("email", ""), address))
    request.save()
    draft.media.update(service_request=request, draft=None, lat=None, long=None)
    _keep_contact(contact, request)
    submission = Submission.objects.create(request=request, endpoint=service.endpoint, due_at=now, created_at=now)
    history.append(request, PublicStatus.RECEIVED, mark=history.fingerprint("received"), when=now)
    Draft.objects.filter(pk=draft.pk).update(service_request=request, answers={}, updated_at=now)
    transaction.on_commit(lambda: tasks.deliver.delay(submission.endpoint_id), robust=True)
    return request


def _hold(request: ServiceRequest, written: holding.Written) -> None:
    """Publish it when a volunteer has looked, where a rule says so; nothing else about it changes."""
    for name, value in holding.held_fields(written).items():
        setattr(request, name, value)


def _keep_contact(answers: dict[str, Any], request: ServiceRequest) -> None:
    names = ("email", "first_name", "last_name", "phone")
    details = {name: answers.get(name, "") for name in names}
    if any(details.values()):
        agreed = bool(answers.get("pass_on"))
        endpoint = request.endpoint if agreed else None
        Contact.objects.create(service_request=request, pass_on=agreed, endpoint=endpoint, **details)
    if details["email"] and answers.get("tell_me"):
        locale = request.account.locale if request.account else ""
        Subscription.objects.create(
            service_request=request, email=details["email"], locale=locale or request.locale, by_reporter=True
        )
