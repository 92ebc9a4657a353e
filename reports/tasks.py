"""Celery tasks: ids in, one call in the body. A message is a wake-up; the rows say what is owed."""

import logging
from datetime import datetime
from typing import Any

from celery import Task, shared_task
from django.conf import settings
from django.db.models import Exists, OuterRef

from reports import clock
from reports.browsing import changes, watching
from reports.delivery import (
    catalogue,
    comments,
    definitions,
    drain,
    duplicates,
    endpoints,
    mirror,
    news,
    outbox,
    probes,
    reconcile,
    refresh,
    retention,
    silence,
    submit,
    taken_away,
    tokens,
)
from reports.dialects.errors import DialectError
from reports.models import Draft, Endpoint, Submission, SubmissionState
from reports.notifications import attention, confirmations, digest_mails, digests, send
from reports.operations import heartbeats

log = logging.getLogger(__name__)

SWEEP_LIMIT = 500


@shared_task(ignore_result=True)
def deliver(endpoint_id: int) -> None:
    """Send what is due at an endpoint, for one turn."""
    drain.deliver(endpoint_id, wake=lambda: _wake(deliver, endpoint_id))


@shared_task(ignore_result=True)
def probe(endpoint_id: int) -> None:
    """Try whether an endpoint that was left alone is back, and send what waits for it."""
    endpoint = _endpoint(endpoint_id)
    if endpoint and probes.probe(endpoint):
        drain.deliver(endpoint_id, wake=lambda: _wake(deliver, endpoint_id))


@shared_task(ignore_result=True)
def look_up_tokens(endpoint_id: int) -> None:
    """Ask an endpoint for the numbers of its tokens that are due."""
    if endpoint := _endpoint(endpoint_id):
        tokens.look_up_tokens(endpoint, wake=lambda: _wake(look_up_tokens, endpoint_id))


@shared_task(ignore_result=True)
def reconcile_endpoint(endpoint_id: int) -> None:
    """Look in an endpoint's list for the reports whose answer was lost."""
    if endpoint := _endpoint(endpoint_id):
        reconcile.reconcile(endpoint)


@shared_task(ignore_result=True)
def refresh_endpoint(endpoint_id: int) -> None:
    """Ask an endpoint for news of its requests that are due."""
    if endpoint := _endpoint(endpoint_id):
        refresh.refresh(endpoint, wake=lambda: _wake(refresh_endpoint, endpoint_id))


@shared_task(ignore_result=True)
def fetch_news(endpoint_id: int) -> None:
    """Ask an endpoint what changed since it was asked last."""
    if endpoint := _endpoint(endpoint_id):
        news.fetch_news(endpoint, wake=lambda: _wake(fetch_news, endpoint_id))


@shared_task(ignore_result=True)
def fetch_all_news() -> None:
    """Wake the news of every endpoint that is asked for them by span of time."""
    for endpoint in Endpoint.objects.filter(active=True, jurisdiction__active=True):
        if endpoints.follows_by_window(endpoint):
            _wake(fetch_news, endpoint.pk)


@shared_task(ignore_result=True)
def note_silence() -> None:
    """Say of every open request that nothing was heard of it for long, where that is so."""
    silence.note_silence()


@shared_task(ignore_result=True)
def resolve_duplicate(submission_id: int) -> None:
    """Find the request that a body meant when it refused this one as a duplicate."""
    duplicates.resolve(submission_id)


@shared_task(ignore_result=True)
def send_comment(comment_id: int) -> None:
    """Send one comment, or look for one whose answer was lost, if it is due."""
    comments.send(comment_id)


@shared_task(ignore_result=True)
def send_mails() -> None:
    """Send the mails that are due, those first for which somebody sits and waits."""
    confirmations.send_due()
    send.send_due()


@shared_task(ignore_result=True)
def tell_volunteers() -> None:
    """Tell the volunteers of what waits for them, and remind them of it."""
    attention.queue_due()
    attention.send_due()


@shared_task(ignore_result=True)
def sync_services(endpoint_id: int) -> None:
    """Fetch what an endpoint offers; a failure is in the endpoint's health and waits for the next round."""
    endpoint = _endpoint(endpoint_id)
    if endpoint is None:
        return
    try:
        catalogue.sync_services(endpoint)
    except DialectError as error:
        log.warning("services of endpoint %s not fetched: %s", endpoint_id, error)


@shared_task(ignore_result=True)
def sync_all_services() -> None:
    """Wake the sync of every endpoint in use."""
    for pk in Endpoint.objects.filter(active=True, jurisdiction__active=True).values_list("pk", flat=True):
        sync_services.delay(pk)


@shared_task(ignore_result=True)
def fetch_definitions(endpoint_id: int, service_ids: list[int]) -> None:
    """Fetch the questions of services that somebody is looking at; a failure waits until one of them is chosen."""
    endpoint = _endpoint(endpoint_id)
    if endpoint is None:
        return
    try:
        definitions.fetch_ahead(endpoint, service_ids)
    except DialectError as error:
        log.warning("questions of endpoint %s not fetched ahead: %s", endpoint_id, error)


@shared_task(ignore_result=True)
def mirror_feed(endpoint_id: int) -> None:
    """Fetch the feed in which an endpoint's body publishes all its requests; a failure waits for the next round."""
    endpoint = _endpoint(endpoint_id)
    if endpoint is None:
        return
    try:
        mirror.mirror(endpoint)
    except DialectError as error:
        log.warning("feed of endpoint %s not fetched: %s", endpoint_id, error)


@shared_task(ignore_result=True)
def mirror_feeds() -> None:
    """Wake the mirroring of every feed in use."""
    for endpoint in mirror.with_feeds():
        mirror_feed.delay(endpoint.pk)


@shared_task(ignore_result=True)
def sweep() -> None:
    """Find every row that is owed a step, whatever became of its wake-up, and wake it."""
    heartbeats.note_sweep()
    now = clock.now()
    outbox.catch_up_with_clock(now)
    submit.give_up_on_dead_workers()
    submit.give_up_on_the_unreachable(now)
    for pk in probes.due(now):
        _wake(probe, pk)
    for pk, at_once in drain.waiting_endpoints(now):
        for _each in range(at_once):
            _wake(deliver, pk)
    for pk in _owed(SubmissionState.UNCERTAIN, now):
        _wake(reconcile_endpoint, pk)
    for pk in _owed(SubmissionState.ACCEPTED, now):
        _wake(look_up_tokens, pk)
    for pk in _owed(SubmissionState.DELIVERED, now):
        _wake(refresh_endpoint, pk)
    _sweep_comments(now)
    for pk in duplicates.unresolved().filter(due_at__lte=now, endpoint__active=True).values_list("pk", flat=True):
        _wake(resolve_duplicate, pk)
    _wake(send_mails)
    _wake(tell_volunteers)


def _sweep_comments(now: datetime) -> None:
    comments.give_up_on_dead_workers()
    comments.keep_what_cannot_go()
    for pk in list(comments.due(now).order_by("due_at").values_list("pk", flat=True)[:SWEEP_LIMIT]):
        _wake(send_comment, pk)


def _wake(task: Task[Any, None], *arguments: int) -> None:
    """A wake-up that nobody took by the next sweeps is repeated by them; the old ones must not pile up."""
    task.apply_async(arguments, expires=max(30, settings.SWEEP_SECONDS))


@shared_task(ignore_result=True)
def forget_expired_drafts() -> None:
    """Delete drafts past their time, with their photos; what was filed stays."""
    for draft in Draft.objects.filter(expires_at__lt=clock.now()):
        for photo in draft.media.filter(service_request=None):
            photo.file.delete(save=False)
            photo.delete()
        draft.delete()


@shared_task(ignore_result=True)
def forget_what_is_over() -> None:
    """Delete contact details, confirmations, digests and notes of changes whose time is over, and finish what was cut
    short of reports taken away."""
    retention.forget()
    confirmations.forget()
    digests.forget()
    changes.forget()
    taken_away.tidy()


@shared_task(ignore_result=True)
def notice_watched() -> None:
    """Note what is new in watched areas."""
    watching.notice()


@shared_task(ignore_result=True)
def send_digests() -> None:
    """Owe the digests that are due, and send those that are owed."""
    digests.queue_due()
    digest_mails.send_due()


def _endpoint(endpoint_id: int) -> Endpoint | None:
    """The endpoint that a wake-up was about; None where it has been deleted or paused since."""
    endpoint = (
        Endpoint.objects.select_related("jurisdiction")
        .defer("jurisdiction__boundary")
        .filter(pk=endpoint_id, active=True)
        .first()
    )
    if endpoint is None:
        log.info("endpoint %s is gone or paused; nothing to do", endpoint_id)
    return endpoint


def _owed(state: SubmissionState, now: datetime) -> list[int]:
    """The endpoints in use of which a submission in this state is due. One look into an index for each of them."""
    due = Submission.objects.filter(endpoint=OuterRef("pk"), state=state, due_at__lte=now)
    return list(Endpoint.objects.filter(Exists(due), active=True).values_list("pk", flat=True))
