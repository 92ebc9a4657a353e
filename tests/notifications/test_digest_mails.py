"""What a digest says: grouped, counted, as long as is read, and nobody's words as anything but words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports import clock
from reports.models import Digest, PublicStatus, ServiceRequest, WatchItem, WatchSubscription
from reports.notifications import digest_mails, digests
from tests.factories import make_endpoint, make_jurisdiction, make_service, make_service_request, make_status_update
from tests.notifications.digesting import body_of, html_of, looked_before, news, run
from tests.watched import make_area, make_watch

__all__ = ["looked_before"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("looked_before")]


def test_grouped_counted_and_each_report_once() -> None:
    watch = make_watch()
    endpoint = make_endpoint(make_jurisdiction("Springfield"))
    hole, lamp = make_service(endpoint), make_service(endpoint, service_name="Lamp")
    for service in (lamp, hole, hole):
        news(watch.area, service=service)
    both = news(watch.area, service=hole)
    ServiceRequest.objects.filter(pk=both.pk).update(status=PublicStatus.CLOSED)
    WatchItem.objects.create(area=watch.area, service_request=both, status="closed")
    old = make_service_request(lamp, status=PublicStatus.CLOSED)
    make_status_update(old, status=PublicStatus.CLOSED, by_body=True, status_notes="Bulb\nchanged.")
    WatchItem.objects.create(area=watch.area, service_request=old, status="closed")
    begun = make_service_request(lamp, status=PublicStatus.IN_PROGRESS)
    WatchItem.objects.create(area=watch.area, service_request=begun, status="in_progress")
    assert run() == 1
    text = body_of()
    assert mail.outbox[0].subject == "Our street: 4 new, 1 ended, 1 in progress"
    assert text.index("New: Pothole (3)") < text.index("New: Lamp (1)") < text.index("Ended (1)")
    assert text.index("Ended (1)") < text.index(old.reference) < text.index("Being worked on (1)")
    assert text.count(f" {both.reference}") == 1
    assert "> Bulb\n> changed." in text
    assert [each.text_content() for each in html_of().iter("h2")] == [
        "New: Pothole (3)", "New: Lamp (1)", "Ended (1)", "Being worked on (1)",
    ]  # fmt: skip


def test_a_hundred_and_seventy_seven_are_twenty_and_a_number() -> None:
    watch = make_watch()
    service = make_service()
    rows = [make_service_request(service) for _number in range(177)]
    WatchItem.objects.bulk_create(
        WatchItem(area=watch.area, service_request=row, status="received", is_new=True) for row in rows
    )
    with CaptureQueriesContext(connection) as asked:
        assert run() == 1
    assert len(asked) < 40
    assert "177 new" in mail.outbox[0].subject
    assert "and 157 more" in body_of()
    assert "and 157 more" in html_of().text_content()
    assert body_of().count("\n* ") == 20


def test_a_digest_costs_as_many_queries_with_many_areas() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            digests.queue_due()
        return len(asked)

    news(make_watch().area)
    few = cost()
    service = make_service()
    for number in range(30):
        news(make_watch(email=f"{number}@example.org").area, service=service)
        make_watch(email=f"quiet{number}@example.org")
    assert cost() <= few + 2
    assert Digest.objects.count() == 31
    assert not WatchSubscription.objects.filter(due_at__lte=clock.now()).exists()


def test_in_the_language_and_by_the_clock_of_the_area() -> None:
    body = make_jurisdiction("Springfield", time_zone="America/Chicago")
    watch = make_watch(locale="es")
    late = datetime(2026, 5, 2, 3, tzinfo=UTC)  # still the first of May there
    row = news(watch.area, service=make_service(make_endpoint(body)), requested_datetime=late)
    assert run() == 1
    assert "1 de mayo de 2026" in body_of()
    assert f"/es/requests/{row.reference}/" in body_of()
    assert "/es/watch/stop/" in body_of()
    assert html_of().get("lang") == "es"


def test_one_click_ends_it_as_mail_programs_ask() -> None:
    news(make_watch().area)
    run()
    headers = mail.outbox[0].extra_headers
    link = headers["List-Unsubscribe"].strip("<>")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in body_of()
    assert link in [each.get("href") for each in html_of().iter("a")]


def test_what_others_wrote_stays_words() -> None:
    watch = make_watch(make_area(name="<b>Ours</b>\r\nBcc: x@example.org"))
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    endpoint = make_endpoint(make_jurisdiction(f"{bad}burg"))
    service = make_service(endpoint, service_name=f"Hole {bad}")
    news(watch.area, service=service, description=bad, address_string=f"{bad}\n\nStreet")
    old = make_service_request(service, status=PublicStatus.CLOSED)
    make_status_update(old, status=PublicStatus.CLOSED, by_body=True, status_notes=f"Done {bad} ‮evil")
    WatchItem.objects.create(area=watch.area, service_request=old, status="closed")
    run()
    page = html_of()
    assert not list(page.iter("script", "img", "b"))
    assert not page.xpath("//@onerror")
    assert "\n" not in mail.outbox[0].subject
    assert "‮" not in body_of()
    assert mail.outbox[0].recipients() == ["ada@example.org"]


@pytest.mark.parametrize("form", ["list", "sheet"])
def test_a_note_that_the_pages_do_not_show_is_in_no_digest(form: str) -> None:
    watch = make_watch(form=form)
    request = make_service_request(status=PublicStatus.CLOSED, status_notes="Mrs Jones of number 4 did it.")
    make_status_update(request, status="accepted", by_body=True, status_notes="A crew comes.")
    for more in ({"hidden": True}, {"private": True}, {"is_comment": True}, {"by_body": False}):
        words = {"by_body": True, "status": "closed", "status_notes": request.status_notes}
        make_status_update(request, **{**words, **more})
    WatchItem.objects.create(area=watch.area, service_request=request, status="closed")
    assert run() == 1
    for body in (body_of(), html_of().text_content()):
        assert "Jones" not in body
        assert "A crew comes." in body


def test_the_sheet_has_the_week_in_figures_beside_the_week_before() -> None:
    now = clock.now()
    watch = make_watch(rhythm="weekly", form="sheet")
    service = make_service()
    oldest = make_service_request(service, requested_datetime=now - timedelta(days=20), address_string="9 Oldest Row")
    make_service_request(service, requested_datetime=now - timedelta(days=10), status=PublicStatus.CLOSED,
                         ended_at=now - timedelta(days=2), first_answer_at=now)  # fmt: skip
    news(watch.area, service=service, requested_datetime=now - timedelta(days=1))
    make_service_request(service, requested_datetime=now - timedelta(days=40), lat=10)
    figures = digest_mails.figures(watch.area, now)
    assert [(now, then) for _name, now, then in figures["lines"]] == [(1, 1), (1, 0), (2, 2)]
    assert figures["oldest"] == oldest
    assert [(row.name, row.filed, row.ended, row.open) for row in figures["services"]] == [("Pothole", 1, 1, 2)]
    run()
    text = body_of()
    assert "Filed in these seven days: 1 (the week before: 1)" in text
    assert "9 Oldest Row" in text
    assert "/sheet/" in text
    assert "Pothole: 1 filed, 1 ended, 2 open" in text
    assert len(list(html_of().iter("table"))) == 2
    watch.refresh_from_db()
    assert watch.due_at is not None
    assert watch.due_at.weekday() == 0
