"""What a mail provider tells at a webhook: bounces and complaints stop, and only with the secret."""

import base64
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as conf
from django.test import Client

from reports.models import MailStop, StopReason
from reports.notifications import stops
from tests.notifications import provider_urls
from tests.notifications.coming_back import sent

pytestmark = pytest.mark.django_db
SECRET = "civic:a-secret-of-the-test"
POSTMARK = "/mail-events/postmark/tracking/"


@pytest.fixture(autouse=True)
def _with_webhooks(settings: Any) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "anymail"]
    settings.ROOT_URLCONF = provider_urls.__name__  # imported before ANYMAIL is set, so that the site's own are without


def tell(event: dict[str, Any], secret: str = SECRET, path: str = POSTMARK) -> int:
    headers = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()} if secret else {}
    return Client().post(path, event, content_type="application/json", headers=headers).status_code


def bounce(**fields: Any) -> dict[str, Any]:
    """In the shape of Postmark's bounce webhook."""
    return {
        "RecordType": "Bounce", "MessageStream": "outbound", "ID": 4323372036854775807, "Type": "HardBounce",
        "TypeCode": 1, "Name": "Hard bounce", "Tag": "", "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "ServerID": 23, "Description": "The server was unable to deliver your message (ex: unknown user).",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        "Email": "rosa@example.org", "From": "reports@example.org", "BouncedAt": "2031-01-10T12:00:00Z",
        "DumpAvailable": True, "Inactive": True, "CanActivate": True, "Subject": "R-1",
    } | fields  # fmt: skip


def complaint() -> dict[str, Any]:
    more = {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "TypeCode": 100001, "Details": ""}
    return bounce(**more, Name="Spam complaint")


def test_a_bounce_for_good_stops() -> None:
    assert tell(bounce()) == 200
    assert stops.reason_of("rosa@example.org") == StopReason.BOUNCED
    assert "@" not in MailStop.objects.get().words


def test_a_complaint_stops_and_ends() -> None:
    follower = sent().subscription
    assert tell(complaint()) == 200
    follower.refresh_from_db()
    assert stops.reason_of("rosa@example.org") == StopReason.COMPLAINED
    assert follower.ended_at is not None


@pytest.mark.parametrize("event", [
    bounce(Type="SoftBounce", TypeCode=4096, Details="smtp;552 5.2.2 mailbox full"),
    bounce(Type="Transient", TypeCode=2, Details="smtp;451 4.7.1 later"),
    bounce(Type="SpamNotification", TypeCode=512, Details="smtp;550 5.7.1 spam"),
    bounce(Details="smtp;550 5.7.1 blocked by policy"),
    bounce(Type="AutoResponder", TypeCode=32, Details=""),
    bounce(Email=""),
    {"RecordType": "Open", "Recipient": "rosa@example.org", "MessageID": "x", "ReceivedAt": "2031-01-10T12:00:00Z"},
])  # fmt: skip
def test_nothing_else_stops_anybody(event: dict[str, Any]) -> None:
    assert tell(event) == 200
    assert not MailStop.objects.exists()


@pytest.mark.parametrize("secret", ["", "civic:wrong", "x:" + SECRET])
def test_who_does_not_know_the_secret_stops_nobody(secret: str) -> None:
    assert tell(bounce(), secret) == 400
    assert not MailStop.objects.exists()


def test_without_the_setting_there_is_no_webhook(settings: Any) -> None:
    settings.ROOT_URLCONF = "civic.urls"
    assert tell(bounce()) == 404


@pytest.mark.parametrize(("value", "works"), [
    ('{"WEBHOOK_SECRET": "civic:secret-of-a-test"}', True),
    ('{"WEBHOOK_SECRET": "without-a-name"}', False),
    ("[1]", False),
])  # fmt: skip
def test_the_setting_switches_them_on_and_is_checked(value: str, works: bool) -> None:
    from_outside = f"from django.urls import resolve; import django; django.setup(); print(resolve('{POSTMARK}'))"
    environment = os.environ | {"ANYMAIL": value, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", from_outside], env=environment, cwd=conf.BASE_DIR, capture_output=True, text=True
    )
    assert (done.returncode == 0) is works, done.stderr
    assert ("PostmarkTrackingWebhookView" in done.stdout) is works
