"""sync_services, drain_outbox and refresh_status, with good and bad input."""

import io

import pytest
from django.core.management import CommandError, call_command

from reports import clock
from reports.http import Client
from reports.models import Endpoint, Service, Submission, SubmissionState
from reports.sandbox import Sandbox
from tests.cities import file_report, make_city
from tests.conftest import SANDBOX
from tests.factories import make_endpoint

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=out)
    return out.getvalue()


def test_sync_services_says_what_changed(sandbox: Sandbox) -> None:
    make_city(sandbox, "evanston")
    Service.objects.filter(service_code="001").delete()
    assert "'added': 1" in run("sync_services", "evanston")
    assert "no change" in run("sync_services")


def test_sync_services_with_a_slug_that_nobody_has(sandbox: Sandbox) -> None:
    make_city(sandbox, "evanston")
    with pytest.raises(CommandError, match="atlantis"):
        run("sync_services", "evanston", "atlantis")


def test_sync_services_with_one_city_down_asks_the_others(sandbox: Sandbox) -> None:
    make_city(sandbox, "evanston")
    make_city(sandbox, "oak-park")
    Service.objects.all().delete()
    Client("test").post("http://sandbox.test/_control/fault?city=evanston&kind=503&operation=services")
    with pytest.raises(CommandError, match="1 of 2"):
        run("sync_services")
    assert Service.objects.filter(endpoint__jurisdiction__slug="oak-park").exists()


def test_drain_outbox_sends_and_looks_up(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    assert "tried 1" in run("drain_outbox")
    submission.refresh_from_db()
    assert submission.state == SubmissionState.DELIVERED
    assert "tried 0" in run("drain_outbox")


def test_drain_outbox_goes_on_after_a_broken_endpoint(sandbox: Sandbox) -> None:
    broken, good = make_city(sandbox, "evanston"), make_city(sandbox, "oak-park")
    first, second = file_report(broken), file_report(good)
    broken.api_key_encrypted = "nonsense"
    broken.save()
    assert "enter the key again" in run("drain_outbox")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (SubmissionState.NEEDS_ATTENTION, SubmissionState.DELIVERED)


def test_drain_outbox_looks_for_what_was_lost(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"), "A hole. SANDBOX-LOST-ANSWER")
    assert "looked for 0" in run("drain_outbox")
    sandbox.clock.advance(300)
    with clock.at(sandbox.clock.now()):
        assert "looked for 1" in run("drain_outbox")
    submission.refresh_from_db()
    assert submission.state == SubmissionState.DELIVERED


def test_drain_outbox_goes_on_after_a_search_that_failed(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"), "A hole. SANDBOX-LOST-ANSWER")
    run("drain_outbox")
    Endpoint.objects.update(api_key_encrypted="nonsense")
    sandbox.clock.advance(300)
    with clock.at(sandbox.clock.now()):
        assert "enter the key again" in run("drain_outbox")
    submission.refresh_from_db()
    assert submission.state == SubmissionState.UNCERTAIN


def test_drain_outbox_with_a_senseless_limit() -> None:
    with pytest.raises(CommandError, match="at least 1"):
        run("drain_outbox", "--limit", "0")


def test_refresh_status_of_one_reference(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    run("drain_outbox")
    sandbox.clock.advance(3 * 24 * 3600)
    assert "requests with news: 1" in run("refresh_status", submission.request.reference.lower())


def test_refresh_status_of_an_unknown_reference(sandbox: Sandbox) -> None:
    with pytest.raises(CommandError, match="NON-SEN-SE99"):
        run("refresh_status", "non-sen-se99")


def test_refresh_status_goes_on_after_a_broken_endpoint(sandbox: Sandbox) -> None:
    broken, good = make_city(sandbox, "evanston"), make_city(sandbox, "oak-park")
    for endpoint in (broken, good):
        file_report(endpoint)
    run("drain_outbox")
    broken.api_key_encrypted = "nonsense"
    broken.save()
    sandbox.clock.advance(3 * 24 * 3600)
    Submission.objects.update(due_at=clock.now())
    said = run("refresh_status")
    assert "enter the key again" in said
    assert "requests with news: 1" in said


@pytest.mark.parametrize(
    ("dialect", "base_url", "words"),
    [
        ("email", "mailto:311@example.org", "volunteers write its services"),
        ("seeclickfix_v2", f"{SANDBOX}/scf/api/v2/", "depend on the place"),
    ],
)
def test_sync_services_says_where_there_is_no_list(sandbox: Sandbox, dialect: str, base_url: str, words: str) -> None:
    make_endpoint(dialect=dialect, base_url=base_url)
    assert words in run("sync_services")
