"""The page behind the link at the end of each mail."""

import pytest
from django.test import Client

from reports.links import unsubscribe_link
from reports.models import Notification, Subscription
from reports.notifications import queue
from tests.factories import make_service_request, make_status_update

pytestmark = pytest.mark.django_db


@pytest.fixture
def follower() -> Subscription:
    update = make_status_update()
    subscription = Subscription.objects.create(service_request=update.service_request, email="rosa@example.org")
    queue.enqueue(update)
    return subscription


def path(subscription: Subscription) -> str:
    return unsubscribe_link(subscription).removeprefix("http://testserver")


def ended(subscription: Subscription) -> bool:
    return Subscription.objects.get(pk=subscription.pk).ended_at is not None


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing(client: Client, follower: Subscription, method: str) -> None:
    response = getattr(client, method)(path(follower))
    assert response.status_code == 200
    assert not ended(follower)
    assert Notification.objects.get().state == "queued"


def test_the_page_asks_and_names_the_report_but_not_the_address(client: Client, follower: Subscription) -> None:
    page = client.get(path(follower)).content.decode()
    assert "Stop the mails about this report?" in page
    assert follower.service_request.reference in page
    assert "rosa@example.org" not in page


def test_the_button_ends_it(follower: Subscription) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(path(follower))
    assert response.status_code == 200
    assert "You get no more mails about" in response.content.decode()
    assert ended(follower)
    assert Notification.objects.get().state == "dropped"
    assert not client.cookies


def test_a_mail_provider_s_one_click_ends_it(follower: Subscription) -> None:
    client = Client(enforce_csrf_checks=True)
    body = {"List-Unsubscribe": "One-Click"}
    assert client.post(path(follower), body, headers={"Origin": "https://mail.example"}).status_code == 200
    assert client.post(path(follower), "List-Unsubscribe=One-Click", content_type="text/plain").status_code == 200
    assert ended(follower)


def test_twice_is_fine_and_the_link_says_so_ever_after(client: Client, follower: Subscription) -> None:
    for _time in range(2):
        assert client.post(path(follower)).status_code == 200
    page = client.get(path(follower)).content.decode()
    assert "No more mails about this report" in page
    assert "<form" not in page.split("<main", 1)[1].split("</main", 1)[0]


@pytest.mark.parametrize("key", ["1.forged", "x", "1.", "%00", "..%2f", "-1.abc", "9" * 500])
def test_a_forged_or_shortened_link_ends_nothing_and_says_what_to_do(
    client: Client, follower: Subscription, key: str
) -> None:
    for response in (client.get(f"/unsubscribe/{key}/"), client.post(f"/unsubscribe/{key}/")):
        assert response.status_code == 404
    assert not ended(follower)
    assert "Copy the whole link from the mail" in client.get("/unsubscribe/1.forged/").content.decode()


def test_another_subscription_s_signature_does_not_fit(client: Client, follower: Subscription) -> None:
    other = Subscription.objects.create(service_request=make_service_request(), email="ana@example.org")
    signature = path(other).split(".", 1)[1]
    assert client.post(f"/unsubscribe/{follower.pk}.{signature}").status_code == 404
    assert not ended(follower)


def test_a_report_that_is_gone_needs_no_unsubscribing(client: Client, follower: Subscription) -> None:
    link = path(follower)
    follower.delete()
    for response in (client.get(link), client.post(link)):
        assert response.status_code == 410
        assert "Your address is not kept any more" in response.content.decode()


def test_the_address_goes_nowhere_else(client: Client, follower: Subscription) -> None:
    response = client.get(path(follower))
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]


def test_no_other_method_is_taken(client: Client, follower: Subscription) -> None:
    assert client.delete(path(follower)).status_code == 405
    assert not ended(follower)
