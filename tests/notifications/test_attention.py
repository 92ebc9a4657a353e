"""Telling the volunteers: who, when, what, once each; reminded until it is handled."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail

from reports import clock
from reports.models import (
    Contact,
    NotificationState,
    Submission,
    SubmissionState,
    User,
    VolunteerMail,
    VolunteerMailKind,
)
from reports.notifications import attention, attention_mail
from tests.factories import make_endpoint, make_jurisdiction
from tests.factories import make_user as an_account
from tests.notifications.attending import NOW, case, handled, html, tell, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gather_nothing")]
State = NotificationState
Kind = VolunteerMailKind

HOSTILE = 'Evil\r\nBcc: all@example.org <img src="https://evil.example/x.gif"> \x07\u202emoc'


class TestWho:
    def test_active_volunteers_who_may_decide_and_the_addresses_of_the_settings(self, settings: Any) -> None:
        settings.ATTENTION_EMAILS = ["desk@example.org", "Chief@example.org", " "]
        may = Permission.objects.get(codename="change_submission")
        an_account("chief@example.org", is_staff=True, is_superuser=True)
        an_account("own@example.org", is_staff=True).user_permissions.add(may)
        group = Group.objects.create(name="deciders")
        group.permissions.add(may)
        an_account("grouped@example.org", is_staff=True).groups.add(group)
        an_account("onlooker@example.org", is_staff=True)
        an_account("resident@example.org").user_permissions.add(may)
        an_account("gone@example.org", is_staff=True, is_superuser=True, is_active=False)
        without = an_account("without@example.org", is_staff=True, is_superuser=True)
        User.objects.filter(pk=without.pk).update(email="")
        assert attention.recipients() == [
            "chief@example.org", "own@example.org", "grouped@example.org", "desk@example.org",
        ]  # fmt: skip

    def test_a_site_without_accounts_tells_its_address(self, settings: Any) -> None:
        settings.ATTENTION_EMAILS = ["desk@example.org"]
        case()
        assert tell() == 1
        assert mail.outbox[0].to == ["desk@example.org"]

    def test_nothing_counts_as_told_while_there_is_nobody(self) -> None:
        waiting = case()
        assert tell() == 0
        waiting.refresh_from_db()
        assert waiting.volunteers_told_at is None
        an_account("late@example.org", is_staff=True, is_superuser=True)
        assert tell(NOW + timedelta(hours=1)) == 1

    def test_each_gets_a_mail_of_their_own(self, chief: User, settings: Any) -> None:
        settings.ATTENTION_EMAILS = ["desk@example.org"]
        case()
        assert tell() == 2
        assert sorted(message.to[0] for message in mail.outbox) == ["chief@example.org", "desk@example.org"]

    def test_who_may_no_longer_decide_when_the_mail_leaves_gets_none(self, chief: User) -> None:
        case()
        with clock.at(NOW):
            attention.queue_due()
        User.objects.filter(pk=chief.pk).update(is_active=False)
        assert tell() == 0
        assert VolunteerMail.objects.get().state == State.DROPPED


class TestWhat:
    def test_a_case_has_all_that_a_volunteer_needs_and_no_contact_detail(self, chief: User) -> None:
        body = make_jurisdiction("City of Springfield", time_zone="America/Chicago")
        found = [{"number": "SPR-1", "metres": 4}, {"number": "", "token": "t-2", "metres": None}]
        seen = {"at": "2031-01-10T11:40:00+00:00", "words": "Two look like it.", "candidates": found}
        waiting = case(make_endpoint(body), evidence=[seen])
        Contact.objects.create(
            service_request=waiting.request, email="rosa@example.org", first_name="Rosalinde", phone="217-555-0199"
        )
        tell()
        for said in (text(), html()):
            for words in (
                waiting.request.reference, "Pothole", "City of Springfield", "10 January 2031, 06:00",
                "America/Chicago", "no such street", "2031-01-10 05:40", "Two look like it.",
                "SPR-1, 4 m away; token t-2",
                f"http://testserver/admin/reports/submission/{waiting.pk}/change/",
                "http://testserver/admin/reports/submission/?state=needs_attention",
            ):  # fmt: skip
                assert words in said, words
            assert not [each for each in ("rosa@", "Rosalinde", "217-555-0199") if each in said]
        assert mail.outbox[0].subject.startswith("1 report needs a volunteer · ")
        assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"

    def test_words_of_others_break_out_of_nothing(self, chief: User) -> None:
        endpoint = make_endpoint(make_jurisdiction(HOSTILE))
        waiting = case(endpoint, reason=HOSTILE, evidence=[HOSTILE, {"seen": HOSTILE}])
        type(waiting.request).objects.update(service_name=HOSTILE)
        tell()
        assert "\nBcc:" not in text()
        assert "<img" not in html()
        assert not {"\x07", "\u202e"} & set(text() + html())

    def test_a_thousand_cases_are_one_mail_that_names_the_longest_waiting(
        self, chief: User, django_assert_max_num_queries: Any
    ) -> None:
        first = case(since=NOW - timedelta(days=3))
        Submission.objects.bulk_create(
            Submission(
                request=first.request, endpoint=first.endpoint, state=SubmissionState.NEEDS_ATTENTION,
                attention_at=NOW - timedelta(seconds=number), due_at=None, reason="Refused.",
            )
            for number in range(999)
        )  # fmt: skip
        with django_assert_max_num_queries(40):
            assert tell() == 1
        assert mail.outbox[0].subject.startswith("1000 reports need a volunteer")
        assert "And 975 more." in text()
        assert "And 975 more." in html()
        assert text().count("Waiting since:") == attention_mail.SHOWN
        assert text().index(f"submission/{first.pk}/change/") < text().index("Refused.")
        assert not Submission.objects.filter(volunteers_told_at=None).exists()

    def test_an_endpoint_that_is_paused_changes_nothing_for_a_waiting_report(self, chief: User) -> None:
        case(make_endpoint(active=False))
        assert tell() == 1

    def test_a_row_from_before_its_time_was_kept_is_told(self, chief: User) -> None:
        waiting = case()
        Submission.objects.filter(pk=waiting.pk).update(attention_at=None)
        assert tell() == 1
        assert waiting.request.reference in text()


class TestWhen:
    def test_what_comes_together_is_one_mail(self, chief: User, settings: Any) -> None:
        settings.MAIL_GATHER = 60
        early, late = case(), case(since=NOW + timedelta(seconds=50))
        assert tell(NOW + timedelta(seconds=59)) == 0
        assert tell(NOW + timedelta(seconds=60)) == 1
        assert early.request.reference in text()
        assert late.request.reference in text()

    def test_once_told_is_told_until_the_reminder(self, chief: User, settings: Any) -> None:
        settings.ATTENTION_REMINDER_HOURS = 24
        first = case()
        tell()
        second = case(since=NOW + timedelta(hours=12))
        assert tell(NOW + timedelta(hours=12)) == 1
        assert first.request.reference not in text()
        assert tell(NOW + timedelta(hours=23, minutes=59)) == 0
        assert tell(NOW + timedelta(hours=24)) == 1
        assert "2 reports still need a volunteer" in mail.outbox[-1].subject
        assert first.request.reference in text()
        assert second.request.reference in text()
        assert tell(NOW + timedelta(hours=36)) == 0
        assert tell(NOW + timedelta(hours=48)) == 1

    def test_what_is_handled_is_not_reminded_of(self, chief: User) -> None:
        waiting = case()
        tell()
        handled(waiting)
        assert tell(NOW + timedelta(days=2)) == 0
        assert len(mail.outbox) == 1

    def test_what_was_handled_before_the_mail_left_is_not_in_it(self, chief: User) -> None:
        waiting, other = case(), case()
        with clock.at(NOW):
            attention.queue_due()
        handled(waiting)
        assert tell() == 1
        assert waiting.request.reference not in text()
        assert other.request.reference in text()

    def test_a_mail_with_nothing_left_to_say_is_dropped(self, chief: User) -> None:
        waiting = case()
        with clock.at(NOW):
            attention.queue_due()
        handled(waiting)
        assert tell() == 0
        assert VolunteerMail.objects.get().state == State.DROPPED

    def test_one_that_comes_back_is_new_again(self, chief: User) -> None:
        waiting = case()
        tell()
        handled(waiting)
        again = NOW + timedelta(hours=2)
        Submission.objects.filter(pk=waiting.pk).update(state="needs_attention", attention_at=again)
        assert tell(again) == 1
        assert "1 report needs a volunteer" in mail.outbox[-1].subject

    def test_old_rows_are_forgotten_and_open_ones_are_not(self, chief: User) -> None:
        case()
        tell()
        tell(NOW + timedelta(days=40))
        assert [row.kind for row in VolunteerMail.objects.all()] == [Kind.REMINDER]

    def test_what_is_new_and_what_is_still_open_in_one_sweep_are_told_apart(self, chief: User) -> None:
        first = case()
        tell()
        day = NOW + timedelta(hours=24)
        second = case(since=day)
        assert tell(day) == 1
        assert mail.outbox[-1].subject.startswith("1 report needs a volunteer")
        new, still_open = text().split("Still waiting")
        assert second.request.reference in new
        assert first.request.reference not in new
        assert first.request.reference in still_open
        assert second.request.reference not in still_open

    @pytest.mark.parametrize("hours", [0, -1])
    def test_without_a_pause_between_reminders_there_are_none(self, chief: User, settings: Any, hours: int) -> None:
        settings.ATTENTION_REMINDER_HOURS = hours
        case()
        tell()
        assert [tell(NOW + timedelta(minutes=minutes)) for minutes in (1, 2, 3000)] == [0, 0, 0]
