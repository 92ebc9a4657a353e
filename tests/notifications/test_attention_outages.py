"""Systems that are away for long, and are back: told once each."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from reports import clock
from reports.models import Breaker, Traffic, User, VolunteerMail
from reports.notifications import attention
from tests.factories import make_endpoint, make_jurisdiction, make_service, make_service_request, make_submission
from tests.notifications.attending import NOW, case, html, tell, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gather_nothing")]


class TestOutage:
    def away(self, since: datetime = NOW, **fields: Any) -> Traffic:
        endpoint = make_endpoint(make_jurisdiction("City of Springfield"), **fields)
        return Traffic.objects.create(endpoint=endpoint, breaker=Breaker.OPEN, trouble_since=since)

    def back(self, at: datetime) -> None:
        Traffic.objects.update(breaker=Breaker.CLOSED, trouble_since=None, answered_at=at)

    def test_one_that_lasts_is_told_once_and_so_is_its_end(self, chief: User) -> None:
        row = self.away()
        make_submission(make_service_request(make_service(row.endpoint)), state="retry")
        assert tell(NOW + timedelta(minutes=59)) == 0
        assert tell(NOW + timedelta(hours=1)) == 1
        assert "City of Springfield · Test does not answer" in mail.outbox[-1].subject
        assert "1 report is kept and sent when it answers." in text()
        assert f"http://testserver/admin/reports/endpoint/{row.pk}/change/" in html()
        assert tell(NOW + timedelta(hours=30)) == 0
        self.back(NOW + timedelta(hours=31))
        assert tell(NOW + timedelta(hours=31)) == 1
        assert "City of Springfield · Test answers again" in mail.outbox[-1].subject
        assert "11 January 2031, 19:00" in text()
        assert tell(NOW + timedelta(hours=32)) == 0

    def test_the_next_one_is_told_again(self, chief: User) -> None:
        self.away()
        tell(NOW + timedelta(hours=1))
        self.back(NOW + timedelta(hours=2))
        tell(NOW + timedelta(hours=2))
        Traffic.objects.update(breaker=Breaker.OPEN, trouble_since=NOW + timedelta(days=1))
        assert tell(NOW + timedelta(days=1, hours=1)) == 1

    def test_a_short_one_is_nobody_s_business(self, chief: User) -> None:
        self.away()
        tell(NOW + timedelta(minutes=30))
        self.back(NOW + timedelta(minutes=31))
        assert tell(NOW + timedelta(hours=2)) == 0
        assert mail.outbox == []

    def test_being_tried_is_no_end(self, chief: User) -> None:
        self.away()
        tell(NOW + timedelta(hours=1))
        Traffic.objects.update(breaker=Breaker.HALF_OPEN, answered_at=NOW + timedelta(hours=2))
        assert tell(NOW + timedelta(hours=2)) == 0

    def test_a_volunteer_who_ended_it_is_not_told_that_it_answers(self, chief: User) -> None:
        row = self.away()
        tell(NOW + timedelta(hours=1))
        attention.end_outage(row.pk)
        self.back(NOW + timedelta(hours=2))
        assert tell(NOW + timedelta(hours=2)) == 0

    def test_a_paused_endpoint_is_away_by_intent(self, chief: User) -> None:
        self.away(active=False)
        assert tell(NOW + timedelta(days=1)) == 0

    def test_a_deleted_endpoint_takes_its_mails_with_it(self, chief: User) -> None:
        row = self.away()
        with clock.at(NOW + timedelta(hours=1)):
            attention.queue_due()
            row.endpoint.delete()
            assert attention.send_due() == 0
        assert not VolunteerMail.objects.exists()

    def test_cases_and_outages_that_are_due_together_are_one_mail(self, chief: User) -> None:
        waiting = case()
        self.away()
        assert tell(NOW + timedelta(hours=1)) == 1
        assert waiting.request.reference in text()
        assert "City of Springfield · Test" in text()
        assert "1 report needs a volunteer" in mail.outbox[-1].subject

    def test_an_outage_over_before_the_mail_left_is_told_as_over(self, chief: User) -> None:
        self.away()
        with clock.at(NOW + timedelta(hours=1)):
            attention.queue_due()
        self.back(NOW + timedelta(hours=2))
        assert tell(NOW + timedelta(hours=2)) == 1
        assert "does not answer" not in text()
        assert "answers again" in mail.outbox[-1].subject
