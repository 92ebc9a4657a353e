"""The page on which the person who filed a report takes it away."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client

from reports import clock
from reports.delivery import outbox
from reports.links import (
    OWNER_LINK_LIFE,
    owner_key,
    reply_key,
    service_request_from_owner_key,
    subscription_key,
    take_away_link,
)
from reports.models import Contact, Disclosure, Media, ServiceRequest, Submission, SubmissionState, Subscription
from reports.notifications import queue
from reports.notifications.send import message
from reports.views import protection
from tests.factories import (
    make_endpoint,
    make_jurisdiction,
    make_service,
    make_service_request,
    make_status_update,
    make_submission,
    make_user,
)
from tests.pictures import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]


@pytest.fixture
def filed() -> ServiceRequest:
    body = make_jurisdiction("Springfield", phone="217-555-0100", website="https://springfield.example/")
    request = make_service_request(make_service(make_endpoint(body), service_name="Pothole"))
    Contact.objects.create(service_request=request, email="rosa@example.org")
    Media.objects.create(service_request=request, sha256="x", file=ContentFile(picture(), "p.jpg"))
    make_submission(request)
    return request


def path(request: ServiceRequest) -> str:
    return take_away_link(request).removeprefix("http://testserver")


def press(client: Client, request: ServiceRequest, headers: dict[str, str] | None = None, **fields: str) -> Any:
    page = client.get(path(request)).content.decode()
    found = re.search(r'name="form_key" value="([^"]+)"', page)
    data = {"form_key": found.group(1) if found else "", protection.HONEYPOT: ""}
    return client.post(path(request), data | fields, headers=headers or {})


def is_there(request: ServiceRequest) -> bool:
    return ServiceRequest.objects.get(pk=request.pk).taken_away_at is None


def words(response: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing(client: Client, filed: ServiceRequest, method: str) -> None:
    assert getattr(client, method)(path(filed)).status_code == 200
    assert is_there(filed)
    assert Contact.objects.exists()


def test_the_page_says_what_goes_what_stays_and_whom_to_ask(client: Client, filed: ServiceRequest) -> None:
    Submission.objects.update(state=SubmissionState.DELIVERED, service_request_id="SPR-77", sent_at=clock.now())
    Disclosure.objects.create(service_request=filed, endpoint=filed.endpoint, fields=["email", "phone"])
    said = words(client.get(path(filed)))
    for part in ("your photo", "What stays", "Springfield has the report, or may have it", "217-555-0100",
                 "https://springfield.example/", "SPR-77", "e-mail address, phone number, to Springfield",
                 "your contact details are deleted on"):  # fmt: skip
        assert part in said
    assert "rosa@example.org" not in said


def test_of_one_that_was_not_sent_it_says_so(client: Client, filed: ServiceRequest) -> None:
    said = words(client.get(path(filed)))
    assert "Springfield does not have it yet. If you take it away now, it is not sent." in said
    assert "None of your contact details were passed on to anybody." in said


def test_the_button_takes_it_away_and_the_link_says_so_from_then_on(filed: ServiceRequest) -> None:
    client = Client(enforce_csrf_checks=True)
    response = press(client, filed)
    assert response.status_code == 302
    assert not is_there(filed)
    said = words(client.get(response["Location"]))
    assert "This report was taken away" in said
    assert "It had not been sent to Springfield, and is not sent any more." in said
    assert not client.cookies
    assert "<form" not in client.get(path(filed)).content.decode()


def test_two_tabs_and_a_second_press_change_nothing_more(client: Client, filed: ServiceRequest) -> None:
    page = client.get(path(filed)).content.decode()
    found = re.search(r'name="form_key" value="([^"]+)"', page)
    assert found is not None
    data = {"form_key": found.group(1), protection.HONEYPOT: ""}
    for _press in range(3):
        assert client.post(path(filed), data).status_code == 302
    assert ServiceRequest.objects.get().status_updates.count() == 1


def test_what_everybody_sees_afterwards(client: Client, filed: ServiceRequest) -> None:
    photo = f"/photos/{Media.objects.get().key}.jpg"
    shown = client.get(photo)
    assert shown.status_code == 200
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")
    press(client, filed)
    assert client.get(photo).status_code == 410
    page = client.get(filed.get_absolute_url())
    assert page.status_code == 410
    assert "It was taken away by the person who filed it." in words(page)
    assert "A deep hole" not in words(page)
    for listing in ("/requests/", "/requests/map/", "/requests/map.geojson", "/"):
        assert filed.reference not in client.get(listing).content.decode()
    comment = client.post(f"{filed.get_absolute_url()}comments/", {"text": "Still there"})
    assert comment.status_code == 410


def test_while_it_is_being_sent_the_page_says_so_and_nothing_changes(client: Client, filed: ServiceRequest) -> None:
    assert outbox.claim(Submission.objects.get().pk) is not None
    response = press(client, filed)
    assert response.status_code == 409
    assert "being sent to Springfield at this moment" in words(response)
    assert is_there(filed)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"form_key": "forged"}, "did not arrive whole"), ({"form_key": ""}, "did not arrive whole"),
     ({protection.HONEYPOT: "buy"}, "A field that has to stay empty")],
)  # fmt: skip
def test_a_post_that_is_not_of_the_form(
    client: Client, filed: ServiceRequest, fields: dict[str, str], sentence: str
) -> None:
    response = press(client, filed, **fields)
    assert response.status_code == 400
    assert sentence in words(response)
    assert is_there(filed)


def test_another_sites_post_is_not_taken(client: Client, filed: ServiceRequest) -> None:
    assert press(client, filed, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert is_there(filed)


def test_a_post_that_is_too_large_is_not_read(client: Client, filed: ServiceRequest, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert press(client, filed, filler="x" * 200).status_code == 413
    assert is_there(filed)


def test_too_many_posts_have_to_wait(client: Client, filed: ServiceRequest, settings: Any) -> None:
    settings.STEPS_PER_MINUTE = 1
    assert press(client, filed, form_key="forged").status_code == 400
    response = press(client, filed)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert is_there(filed)


@pytest.mark.parametrize("key", ["x", "1.2.3", "1." + "a" * 43, "é", "0", "1.2IqNyg"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_key_opens_nothing(client: Client, filed: ServiceRequest, key: str, method: str) -> None:
    response = getattr(client, method)(f"/request/{key}/take-away/")
    assert response.status_code == 404
    assert "This link does not work" in words(response)
    assert is_there(filed)


def test_the_keys_of_other_links_do_not_fit(client: Client, filed: ServiceRequest) -> None:
    subscription = Subscription.objects.create(service_request=filed, email="rosa@example.org")
    for key in (reply_key(filed.submissions.get()), subscription_key(subscription)):
        assert client.post(f"/request/{key}/take-away/").status_code == 404
    assert is_there(filed)


def test_a_key_lasts_ten_years_and_opens_its_own_report_alone(client: Client, filed: ServiceRequest) -> None:
    other = make_service_request()
    assert service_request_from_owner_key(owner_key(other)).pk == other.pk
    assert owner_key(filed) == owner_key(ServiceRequest.objects.get(pk=filed.pk))
    with clock.at(filed.requested_datetime + OWNER_LINK_LIFE + timedelta(seconds=1)):
        response = client.get(path(filed))
    assert response.status_code == 410
    assert "This link is no longer good" in words(response)


def test_of_a_deleted_report_the_link_is_over(client: Client) -> None:
    request = make_service_request()
    link = path(request)
    request.delete()
    assert client.get(link).status_code == 410


def test_the_address_goes_to_no_search_engine_cache_or_other_site(client: Client, filed: ServiceRequest) -> None:
    response = client.get(path(filed))
    assert (response["X-Robots-Tag"], response["Referrer-Policy"]) == ("noindex", "same-origin")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(("email", "linked"), [("rosa@example.org", True), ("neighbour@example.org", False)])
def test_the_first_mail_has_the_link_for_whoever_filed_it_alone(
    filed: ServiceRequest, email: str, linked: bool
) -> None:
    subscription = Subscription.objects.create(service_request=filed, email=email, by_reporter=linked)
    queue.enqueue(make_status_update(filed))
    mail = message(subscription, list(subscription.notifications.all()))
    assert (take_away_link(filed) in mail.body) is linked
    assert (take_away_link(filed) in str(mail.alternatives[0][0])) is linked


def test_later_mails_have_it_no_more(filed: ServiceRequest) -> None:
    subscription = Subscription.objects.create(service_request=filed, email="rosa@example.org", by_reporter=True)
    queue.enqueue(make_status_update(filed, status="closed", by_body=True))
    mail = message(subscription, list(subscription.notifications.all()))
    assert take_away_link(filed) not in mail.body


def test_the_account_lists_the_link_to_its_owner_alone(client: Client, filed: ServiceRequest) -> None:
    owner = make_user()
    ServiceRequest.objects.update(account=owner)
    client.force_login(owner)
    assert path(filed) in client.get("/account/").content.decode()
    assert path(filed) not in client.get("/requests/").content.decode()
    client.force_login(make_user())
    assert path(filed) not in client.get("/account/").content.decode()
