"""Reports of abuse in the admin and in the volunteers' mail: to look at, to hide what they are about, to tick off."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from reports import clock
from reports.models import AbuseReport, Comment
from reports.notifications import attention
from tests.factories import make_service_request

pytestmark = pytest.mark.django_db
LIST = "/admin/reports/abusereport/"


@pytest.fixture
def about_comment() -> AbuseReport:
    request = make_service_request()
    comment = Comment.objects.create(service_request=request, text="Rude words")
    return AbuseReport.objects.create(service_request=request, comment=comment, reason="offensive", text="Insults me")


def act(staff: Client, action: str, *rows: AbuseReport) -> None:
    answer = staff.post(LIST, {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True)
    assert "Done." in answer.content.decode()


def test_it_is_read_and_leads_to_what_it_is_about(staff: Client, about_comment: AbuseReport) -> None:
    page = staff.get(LIST).content.decode()
    assert "Insults me" in page
    assert f"/admin/reports/comment/{about_comment.comment_id}/change/" in page
    assert staff.get(f"{LIST}{about_comment.pk}/change/").status_code == 200
    assert staff.get(f"{LIST}add/").status_code == 403


def test_the_comment_is_hidden_and_its_report_is_not(staff: Client, about_comment: AbuseReport) -> None:
    act(staff, "hide_it", about_comment)
    about_comment.refresh_from_db()
    assert about_comment.comment is not None
    assert (about_comment.comment.hidden, about_comment.service_request.hidden) == (True, False)
    assert about_comment.handled_at is not None


def test_the_whole_report_is_hidden(staff: Client) -> None:
    row = AbuseReport.objects.create(service_request=make_service_request(), reason="spam")
    act(staff, "hide_it", row)
    row.refresh_from_db()
    assert row.service_request.hidden


def test_it_is_ticked_off_once(staff: Client, about_comment: AbuseReport) -> None:
    act(staff, "handled", about_comment)
    about_comment.refresh_from_db()
    first = about_comment.handled_at
    act(staff, "handled", about_comment)
    about_comment.refresh_from_db()
    assert about_comment.handled_at == first is not None
    assert about_comment.comment is not None
    assert not about_comment.comment.hidden


def test_volunteers_are_told_until_it_is_handled(about_comment: AbuseReport, settings: Any, mailoutbox: Any) -> None:
    settings.ATTENTION_EMAILS = ["desk@example.org"]
    with clock.at(clock.now() + timedelta(seconds=settings.MAIL_GATHER + 1)):
        assert attention.queue_due() == 1
        assert attention.queue_due() == 0
        assert attention.send_due() == 1
    [mail] = mailoutbox
    assert mail.subject.startswith("1 report of abuse needs a volunteer")
    for body in (mail.body, mail.alternatives[0].content):
        assert f"{LIST}?handled_at__isempty=1" in body
        assert "Held from the public" not in body
    about_comment.handled_at = clock.now()
    about_comment.save()
    with clock.at(clock.now() + timedelta(days=3)):
        assert attention.queue_due() == 0


def test_what_was_handled_before_the_mail_left_is_not_told(
    about_comment: AbuseReport, settings: Any, mailoutbox: Any
) -> None:
    settings.ATTENTION_EMAILS = ["desk@example.org"]
    with clock.at(clock.now() + timedelta(seconds=settings.MAIL_GATHER + 1)):
        assert attention.queue_due() == 1
        AbuseReport.objects.update(handled_at=clock.now())
        assert attention.send_due() == 0
    assert not mailoutbox
