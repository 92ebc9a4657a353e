"""From a finished draft to a request and its place in the outbox, once."""

import pytest
from django.test import Client

from reports import intake
from reports.delivery import refresh
from reports.dialects.messages import RequestStatus, Status
from reports.models import Contact, Draft, Media, Service, ServiceRequest, StatusUpdate, Submission, Subscription
from reports.notifications.send import message
from tests.factories import LAT, LONG, make_endpoint, make_service
from tests.together import at_once

pytestmark = pytest.mark.django_db


def make_draft(**changes: object) -> Draft:
    service = make_service()
    answers: dict[str, object] = {
        "location": {
            "lat": LAT,
            "long": LONG,
            "address_string": "12 Main Street",
            "place_meant": "address",
            "place_detail": "by the gate",
        },
        "service": {"service": service.pk, "definition_hash": "abc"},
        "attributes": {
            "description": "A deep hole.",
            "attributes": [
                {
                    "code": "SIZE",
                    "datatype": "number",
                    "description": "How wide?",
                    "values": [{"key": "0", "name": "0"}],
                }
            ],
        },
        "contact": {
            "email": "rosa@example.org",
            "first_name": "Rosa",
            "last_name": "",
            "phone": "",
            "pass_on": True,
            "tell_me": True,
        },
    }
    return Draft.objects.create(answers=answers | changes, locale="es")


def test_everything_is_written_together() -> None:
    draft = make_draft()
    photo = Media.objects.create(draft=draft, lat=1.0, long=2.0, sha256="x")
    request = intake.file_service_request(draft)
    assert (request.description, request.locale, request.place_meant) == ("A deep hole.", "es", "address")
    assert request.attributes[0]["values"] == [{"key": "0", "name": "0"}]
    assert request.submissions.get().state == "pending"
    assert request.status_updates.get().status == "received"
    assert Contact.objects.get().email == "rosa@example.org"
    subscription = Subscription.objects.get()
    assert subscription.notifications.count() == 1
    photo.refresh_from_db()
    assert (photo.service_request, photo.draft, photo.lat) == (request, None, None)
    draft.refresh_from_db()
    assert (draft.answers, draft.service_request) == ({}, request)


def test_filing_twice_is_one_request() -> None:
    draft = make_draft()
    first = intake.file_service_request(draft)
    assert intake.file_service_request(draft) == first
    assert intake.file_service_request(Draft.objects.get(pk=draft.pk)) == first
    assert ServiceRequest.objects.count() == Submission.objects.count() == 1


@pytest.mark.parametrize("page", ["location", "service", "attributes"])
def test_a_missing_page_is_named_and_nothing_is_written(page: str) -> None:
    draft = make_draft(**{page: {}})
    with pytest.raises(intake.NotReady) as caught:
        intake.file_service_request(draft)
    assert caught.value.page == page
    assert not ServiceRequest.objects.exists()


def test_a_service_that_is_gone_from_the_place_sends_back_to_its_page() -> None:
    with pytest.raises(intake.NotReady, match="service"):
        intake.file_service_request(make_draft(service={"gone": 7}))


@pytest.mark.parametrize("what", ["suspended", "inactive", "paused", "body off", "gone"])
def test_a_service_that_is_no_longer_offered_sends_back_to_its_page(what: str) -> None:
    draft = make_draft()
    service = intake.Service.objects.get()
    if what == "suspended":
        service.suspended = True
        service.save()
    elif what == "inactive":
        service.active = False
        service.save()
    elif what == "paused":
        service.endpoint.active = False
        service.endpoint.save()
    elif what == "body off":
        service.endpoint.jurisdiction.active = False
        service.endpoint.jurisdiction.save()
    else:
        service.delete()
    with pytest.raises(intake.NotReady, match="service"):
        intake.file_service_request(draft)
    draft.refresh_from_db()
    assert draft.answers["attributes"]["description"] == "A deep hole."


def test_without_contact_nothing_personal_is_kept() -> None:
    intake.file_service_request(make_draft(contact={"email": "", "tell_me": True}))
    assert not Contact.objects.exists()
    assert not Subscription.objects.exists()


def test_an_address_without_the_wish_to_be_told_is_not_written_to() -> None:
    draft = make_draft(contact={"email": "rosa@example.org", "tell_me": False, "pass_on": True})
    intake.file_service_request(draft)
    assert Contact.objects.get().pass_on
    assert not Subscription.objects.exists()


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = make_draft()

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(intake.history, "append", fail)
    with pytest.raises(RuntimeError, match="disk is full"):
        intake.file_service_request(draft)
    assert not ServiceRequest.objects.exists()
    assert not Submission.objects.exists()
    draft.refresh_from_db()
    assert draft.answers["location"]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_does_not_lose_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(intake.tasks.deliver, "delay", refuse)
    request = intake.file_service_request(make_draft())
    assert request.submissions.get().state == "pending"


@pytest.mark.django_db(transaction=True)
def test_two_posts_at_the_same_moment_are_one_request() -> None:
    draft = make_draft()
    filed: list[str] = []
    at_once(lambda: filed.append(intake.file_service_request(Draft.objects.get(pk=draft.pk)).reference), 4)
    assert len(filed) == 4
    assert len(set(filed)) == 1
    assert ServiceRequest.objects.count() == 1
    assert StatusUpdate.objects.count() == 1


def test_what_a_body_may_keep_private_is_unlisted_until_it_has_said_so(client: Client) -> None:
    endpoint = make_endpoint(dialect="seeclickfix_organizations")
    service = make_service(endpoint)
    request = intake.file_service_request(make_draft(service={"service": service.pk}))
    assert (request.private, request.private_presumed) == (True, True)
    assert request.reference not in client.get("/requests/").content.decode()
    page = client.get(request.get_absolute_url())
    assert page["X-Robots-Tag"] == "noindex"
    assert "may keep this report private" in page.content.decode()
    with_mail = message(Subscription.objects.get(), list(Subscription.objects.get().notifications.all()))
    assert "keeps this report private" not in str(with_mail.body)
    for private in (False, True, False):
        refresh.apply(request, RequestStatus("1", Status.OPEN, private=private))
        listed = request.reference in client.get("/requests/").content.decode()
        request.refresh_from_db()
        assert (request.private, request.private_presumed, listed) in ((False, False, True), (True, False, False))
    assert request.private  # once said, only a volunteer takes it back


@pytest.mark.parametrize("dialect", ["georeport_v2", "seeclickfix_v2", "no such dialect"])
def test_the_others_are_public_at_once(dialect: str) -> None:
    service = make_service(make_endpoint(dialect=dialect))
    request = intake.file_service_request(make_draft(service={"service": service.pk}))
    assert (request.private, request.private_presumed) == (False, False)


def test_consent_that_names_its_endpoint_is_kept_with_it() -> None:
    draft = make_draft()
    service = Service.objects.get()
    draft.answers["contact"]["endpoint"] = service.endpoint_id
    request = intake.file_service_request(draft)
    contact = Contact.objects.get()
    assert contact.endpoint_id == request.endpoint_id
    assert contact.agreed_for(request.endpoint_id)
    assert not contact.agreed_for(make_endpoint().pk)


def test_consent_to_another_body_sends_back_to_its_page_and_files_nothing() -> None:
    draft = make_draft()
    draft.answers["contact"]["endpoint"] = make_endpoint().pk
    with pytest.raises(intake.NotReady) as caught:
        intake.file_service_request(draft)
    assert caught.value.page == "contact"
    assert not ServiceRequest.objects.exists()


def test_without_consent_no_endpoint_is_named() -> None:
    draft = make_draft(contact={"email": "rosa@example.org", "pass_on": False, "endpoint": make_endpoint().pk})
    intake.file_service_request(draft)
    assert Contact.objects.get().endpoint is None
