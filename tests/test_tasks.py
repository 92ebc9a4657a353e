"""Wake-ups: what the sweep finds, and ids that lead nowhere."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.core import mail
from django.core.files.base import ContentFile

from reports import clock, tasks
from reports.http import Client
from reports.models import Comment, Draft, Endpoint, Media, Service, Submission, SubmissionState, Traffic
from reports.sandbox import Sandbox
from tests.cities import file_report, make_city
from tests.delivery.conftest import script
from tests.delivery.talkative import Script, make_delivered
from tests.factories import make_service_request, make_submission
from tests.pictures import picture

__all__ = ["script"]
pytestmark = pytest.mark.django_db
State = SubmissionState
TASKS = [tasks.look_up_tokens, tasks.refresh_endpoint, tasks.sync_services, tasks.deliver, tasks.reconcile_endpoint]


@pytest.fixture(autouse=True)
def _here_and_now() -> Iterator[None]:
    """Tasks run where they are called, as the worker would run them."""
    current_app.conf.task_always_eager = current_app.conf.task_eager_propagates = True
    yield
    current_app.conf.task_always_eager = current_app.conf.task_eager_propagates = False


def test_the_sweep_carries_a_report_from_the_outbox_to_its_end(sandbox: Sandbox, settings) -> None:
    settings.MAIL_GATHER = 0
    submission = file_report(
        make_city(sandbox, "chicago"), "SANDBOX-PLAN-ORDINARY", email="r@example.org", tell_me=True
    )
    states = []
    for _step in range(40):
        with clock.at(sandbox.clock.now()):
            tasks.sweep.delay()
        sandbox.clock.advance(6 * 3600)
        submission.refresh_from_db()
        states.append(submission.state)
    assert states[0] == State.ACCEPTED
    assert states[-1] == State.DELIVERED
    submission.request.refresh_from_db()
    assert submission.request.status == "closed"
    assert len(mail.outbox) >= 3
    assert sandbox.control.received()["cities"]["chicago"]["posts"] == 1


def test_the_sweep_leaves_a_paused_endpoint_alone(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    file_report(endpoint, "Another.")
    tasks.deliver.delay(endpoint.pk)
    waiting = file_report(endpoint)
    endpoint.active = False
    endpoint.save()
    before = sandbox.state.exchanges[-1]
    with clock.at(clock.now() + timedelta(days=1)):
        tasks.sweep.delay()
    assert sandbox.state.exchanges[-1] == before
    waiting.refresh_from_db()
    assert waiting.state == State.PENDING


def test_the_sweep_takes_dead_workers_submissions_for_perhaps_sent_and_looks_for_them(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    lease = clock.now() - timedelta(seconds=1)
    Submission.objects.filter(pk=submission.pk).update(state=State.SENDING, lease_until=lease)
    tasks.sweep.delay()
    submission.refresh_from_db()
    assert (submission.state, submission.evidence) == (State.UNCERTAIN, [])
    with clock.at(clock.now() + timedelta(minutes=2)):
        tasks.sweep.delay()
    submission.refresh_from_db()
    assert [line["what"] for line in submission.evidence] == ["absent"]


def test_the_sweep_gives_what_waits_at_an_unreachable_endpoint_to_volunteers(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    begun = clock.now() - timedelta(hours=49)
    Submission.objects.filter(pk=submission.pk).update(released_at=begun)
    breaker = {"breaker": "open", "trouble_since": begun, "probe_at": clock.now() + timedelta(minutes=5)}
    Traffic.objects.update_or_create(endpoint=submission.endpoint, defaults=breaker)
    tasks.sweep.delay()
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_ATTENTION


def test_the_sweep_finds_comments_and_duplicates_that_are_owed_a_step(script: Script) -> None:
    submission = make_delivered()
    waiting = Comment.objects.create(service_request=submission.request, text="Still there")
    dead = Comment.objects.create(
        service_request=submission.request, text="Died", state="sending", lease_until=clock.now() - timedelta(seconds=1)
    )
    refused = make_submission(make_service_request(submission.request.service), state=State.REFUSED)
    tasks.sweep.delay()
    states = [Comment.objects.get(pk=comment.pk).state for comment in (waiting, dead)]
    assert states == ["sent", "uncertain"]
    refused.refresh_from_db()
    assert refused.state == State.NEEDS_ATTENTION
    Endpoint.objects.update(active=False)
    Comment.objects.update(state="pending", due_at=clock.now())
    tasks.sweep.delay()
    assert len(script.sent) == 1


@pytest.mark.parametrize("task", TASKS)
def test_an_id_that_leads_nowhere_does_nothing(task) -> None:
    assert task.delay(987654321).successful()


@pytest.mark.parametrize("task", TASKS)
def test_what_is_no_id_is_an_error(task) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        task.delay("nonsense")


def test_one_city_that_is_away_does_not_keep_others_from_their_services(sandbox: Sandbox) -> None:
    for key in ("evanston", "oak-park"):
        make_city(sandbox, key)
    Service.objects.all().delete()
    Client("test").post("http://sandbox.test/_control/fault?city=evanston&kind=503&operation=services")
    tasks.sync_all_services.delay()
    assert set(Service.objects.values_list("endpoint__jurisdiction__slug", flat=True)) == {"oak-park"}


def test_drafts_past_their_time_go_with_their_photos_and_what_was_filed_stays() -> None:
    old = clock.now() - timedelta(minutes=1)
    expired = Draft.objects.create(expires_at=old, answers={"location": {"lat": 1, "long": 2}})
    fresh = Draft.objects.create()
    lost = Media.objects.create(draft=expired, sha256="a", file=ContentFile(picture(), "a.jpg"))
    filed = Media.objects.create(
        service_request=make_service_request(), sha256="b", file=ContentFile(picture(), "b.jpg")
    )
    tasks.forget_expired_drafts.delay()
    assert list(Draft.objects.all()) == [fresh]
    assert list(Media.objects.all()) == [filed]
    assert not Path(lost.file.path).exists()
    assert Path(filed.file.path).exists()
