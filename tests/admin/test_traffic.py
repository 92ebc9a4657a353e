"""What volunteers see of endpoints in trouble, and what they can do about it; bounds of what they may enter."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from reports import clock
from reports.models import (
    Attempt,
    Breaker,
    Endpoint,
    NotificationState,
    Submission,
    SubmissionState,
    Traffic,
    VolunteerMail,
    VolunteerMailKind,
)
from tests.admin.conftest import volunteer
from tests.factories import make_endpoint, make_jurisdiction, make_service, make_service_request, make_submission

pytestmark = pytest.mark.django_db
LIST = "/admin/reports/endpoint/"
WAITING = "/admin/reports/submission/?state=needs_attention"
State = SubmissionState


@pytest.fixture
def springfield() -> Endpoint:
    return make_endpoint(make_jurisdiction("Springfield"), requests_per_minute=10)


def away(endpoint: Endpoint, **fields: Any) -> Traffic:
    now = clock.now()
    defaults: dict[str, Any] = {
        "breaker": Breaker.OPEN, "trouble_since": now - timedelta(hours=3), "probe_at": now + timedelta(minutes=5),
        "write_failures": 5, "read_failures": 2,
    }  # fmt: skip
    return Traffic.objects.create(endpoint=endpoint, **(defaults | fields))


def act(client: Client, action: str, *endpoints: Endpoint, **fields: Any) -> str:
    pks = [endpoint.pk for endpoint in endpoints]
    data = {"action": action, "_selected_action": pks} | fields
    return client.post(LIST, data, follow=True).content.decode()


def given_up(endpoint: Endpoint, outcome: str, **fields: Any) -> Submission:
    request = make_service_request(make_service(endpoint))
    submission = make_submission(request, state=State.NEEDS_ATTENTION, due_at=None, posts=1, **fields)
    Attempt.objects.create(
        submission=submission, operation="post_service_request", outcome=outcome, finished_at=clock.now(),
        exchanges=[{"method": "POST"}],
    )  # fmt: skip
    return submission


def state(submission: Submission) -> str:
    return Submission.objects.get(pk=submission.pk).state


class TestWords:
    def test_the_page_of_an_endpoint_in_trouble_says_all_of_it(self, staff: Client, springfield: Endpoint) -> None:
        now = clock.now()
        calls = {"one": ["write", (now + timedelta(seconds=60)).timestamp()], "dead": ["read", 1.0]}
        away(springfield, calls=calls, recent=[now.timestamp() - 5] * 3 + [now.timestamp() - 300])
        for hours in (2, 5):
            request = make_service_request(make_service(springfield))
            make_submission(request, state="retry", created_at=now - timedelta(hours=hours))
        page = staff.get(f"{LIST}{springfield.pk}/change/").content.decode().replace("\xa0", " ")
        for words in (
            "has not answered for 3 hours; next try in 4 minutes", "2, the oldest for 5 hours", "5 filings, 2 look-ups",
            "1; 1 at once just now, 4 at most", "7 of 10 in 60 seconds",
        ):  # fmt: skip
            assert words in page, words

    def test_the_list_says_it_in_short_and_finds_those_in_trouble(self, staff: Client, springfield: Endpoint) -> None:
        fine = make_endpoint(make_jurisdiction("Shelbyville"))
        Traffic.objects.create(endpoint=fine)
        away(springfield)
        page = staff.get(LIST).content.decode().replace("\xa0", " ")
        assert "has not answered for 3 hours" in page
        assert '<td class="field-traffic_state">works</td>' in page
        found = staff.get(f"{LIST}?traffic=trouble").context["cl"].result_list
        assert [endpoint.pk for endpoint in found] == [springfield.pk]
        works = staff.get(f"{LIST}?traffic=works").context["cl"].result_list
        assert [endpoint.pk for endpoint in works] == [fine.pk]

    def test_one_that_was_never_called_works_in_every_filter(self, staff: Client, springfield: Endpoint) -> None:
        assert "never called yet" in staff.get(f"{LIST}?traffic=works").content.decode()
        assert "never called yet" in staff.get(f"{LIST}{springfield.pk}/change/").content.decode()
        assert staff.get(f"{LIST}?traffic=nonsense").status_code == 200

    def test_a_pause_that_was_asked_for_is_told(self, staff: Client, springfield: Endpoint) -> None:
        Traffic.objects.create(endpoint=springfield, paused_until=clock.now() + timedelta(minutes=3))
        assert "asked us to wait until" in staff.get(LIST).content.decode()

    def test_the_first_page_names_what_does_not_work(self, staff: Client, springfield: Endpoint) -> None:
        assert "Systems that do not work just now" not in staff.get("/admin/").content.decode()
        away(springfield)
        page = staff.get("/admin/").content.decode().replace("\xa0", " ")
        assert "Springfield · Test: has not answered for 3 hours" in page
        Endpoint.objects.update(active=False)
        assert "Systems that do not work just now" not in staff.get("/admin/").content.decode()

    def test_the_first_page_tells_it_to_those_who_may_see_endpoints(self, springfield: Endpoint) -> None:
        away(springfield)
        assert "has not answered" not in volunteer("view_submission").get("/admin/").content.decode()

    def test_queries_do_not_grow_with_the_endpoints(
        self, staff: Client, springfield: Endpoint, django_assert_max_num_queries: Any
    ) -> None:
        for _number in range(20):
            away(make_endpoint())
        with django_assert_max_num_queries(16):
            staff.get(LIST)

    def test_the_rows_of_the_gate_can_be_read_and_not_changed(self, staff: Client, springfield: Endpoint) -> None:
        away(springfield)
        assert staff.get("/admin/reports/traffic/").status_code == 200
        page = f"/admin/reports/traffic/{springfield.pk}/change/"
        assert staff.get(page).status_code == 200
        assert staff.post(page, {"breaker": "closed"}).status_code == 403


class TestBounds:
    def post(self, client: Client, endpoint: Endpoint, **fields: Any) -> Any:
        page = client.get(f"{LIST}{endpoint.pk}/change/")
        form = page.context["adminform"].form
        shown = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
        kept = {name: value for name, value in shown.items() if value not in (None, False)}
        return client.post(f"{LIST}{endpoint.pk}/change/", kept | fields)

    @pytest.mark.parametrize(("limit", "at_once"), [("1", "1"), ("6000", "64"), ("", "7")])
    def test_what_can_be_is_kept(self, staff: Client, springfield: Endpoint, limit: str, at_once: str) -> None:
        response = self.post(staff, springfield, requests_per_minute=limit, max_concurrency=at_once)
        assert response.status_code == 302, response.context["adminform"].form.errors
        springfield.refresh_from_db()
        assert springfield.requests_per_minute == (int(limit) if limit else None)
        assert springfield.max_concurrency == int(at_once)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("requests_per_minute", "0"),
            ("requests_per_minute", "6001"),
            ("requests_per_minute", "-1"),
            ("requests_per_minute", "ten"),
            ("requests_per_minute", "1.5"),
            ("max_concurrency", "0"),
            ("max_concurrency", "65"),
            ("max_concurrency", ""),
            ("max_concurrency", "9" * 40),
        ],
    )
    def test_what_cannot_be_is_refused_beside_its_field(
        self, staff: Client, springfield: Endpoint, field: str, value: str
    ) -> None:
        response = self.post(staff, springfield, **{field: value})
        assert field in response.context["adminform"].form.errors
        springfield.refresh_from_db()
        assert (springfield.requests_per_minute, springfield.max_concurrency) == (10, 4)


class TestCallAgain:
    def test_choosing_alone_changes_nothing(self, staff: Client, springfield: Endpoint) -> None:
        away(springfield)
        page = act(staff, "call_again", springfield)
        assert "Nothing is sent twice by this." in page
        assert Traffic.objects.get().breaker == Breaker.OPEN
        assert not LogEntry.objects.exists()

    def test_it_forgets_the_trouble_wakes_a_worker_and_is_logged(
        self, staff: Client, springfield: Endpoint, django_capture_on_commit_callbacks: Any
    ) -> None:
        row = away(springfield, paused_until=clock.now() + timedelta(hours=1))
        VolunteerMail.objects.create(
            email="chief@example.org", kind=VolunteerMailKind.OUTAGE, about=row.trouble_since, endpoint=springfield
        )
        with django_capture_on_commit_callbacks() as woken:
            page = act(staff, "call_again", springfield, confirmed="yes")
        assert "Called again by a volunteer." in page
        row.refresh_from_db()
        assert (row.breaker, row.trouble_since, row.paused_until) == (Breaker.CLOSED, None, None)
        assert len(woken) == 1
        assert LogEntry.objects.get().object_id == str(springfield.pk)
        ended = VolunteerMail.objects.get(kind=VolunteerMailKind.RECOVERY)
        assert ended.state == NotificationState.DROPPED

    def test_twice_does_no_harm_and_neither_does_one_never_called(self, staff: Client, springfield: Endpoint) -> None:
        act(staff, "call_again", springfield, confirmed="yes")
        act(staff, "call_again", springfield, confirmed="yes")
        assert Traffic.objects.get().breaker == Breaker.CLOSED

    def test_a_paused_endpoint_is_mentioned_and_one_that_is_gone_is_nobody_s(
        self, staff: Client, springfield: Endpoint
    ) -> None:
        Endpoint.objects.update(active=False)
        assert "It is paused" in act(staff, "call_again", springfield)
        Endpoint.objects.all().delete()
        act(staff, "call_again", springfield, confirmed="yes")
        assert not LogEntry.objects.exists()

    def test_who_may_only_look_may_not(self, springfield: Endpoint) -> None:
        away(springfield)
        act(volunteer("view_endpoint"), "call_again", springfield, confirmed="yes")
        assert Traffic.objects.get().breaker == Breaker.OPEN


class TestAfterAnOutage:
    def test_what_certainly_did_not_arrive_goes_again_and_the_doubtful_stays(
        self, staff: Client, springfield: Endpoint, django_capture_on_commit_callbacks: Any
    ) -> None:
        certain = [given_up(springfield, "Unreachable") for _number in range(3)]
        doubtful = [
            given_up(springfield, "NoAnswer"),
            given_up(springfield, "Unreachable", evidence=[{"words": "Two look like it."}]),
            given_up(springfield, "Unreachable", token="t-1"),
        ]
        elsewhere = given_up(make_endpoint(), "Unreachable")
        page = act(staff, "send_again", springfield)
        assert "3 reports are sent again." in page
        assert "3 may be there already and are left as they are" in page
        assert state(certain[0]) == State.NEEDS_ATTENTION
        with django_capture_on_commit_callbacks() as woken:
            assert "3 reports sent again." in act(staff, "send_again", springfield, confirmed="yes")
        assert [state(each) for each in certain] == [State.RETRY] * 3
        assert [state(each) for each in (*doubtful, elsewhere)] == [State.NEEDS_ATTENTION] * 4
        assert len(woken) == 1

    def test_twice_sends_nothing_more(self, staff: Client, springfield: Endpoint) -> None:
        waiting = given_up(springfield, "Unreachable")
        act(staff, "send_again", springfield, confirmed="yes")
        Submission.objects.filter(pk=waiting.pk).update(state=State.SENDING)
        assert "0 reports sent again." in act(staff, "send_again", springfield, confirmed="yes")
        assert state(waiting) == State.SENDING

    def test_it_takes_the_right_to_decide_about_submissions(self, springfield: Endpoint) -> None:
        waiting = given_up(springfield, "Unreachable")
        act(volunteer("view_endpoint", "change_endpoint"), "send_again", springfield, confirmed="yes")
        assert state(waiting) == State.NEEDS_ATTENTION


class TestSubmissions:
    def test_the_one_that_waited_longest_comes_first(self, staff: Client, springfield: Endpoint) -> None:
        now = clock.now()
        order = [given_up(springfield, "Refused", attention_at=now - timedelta(hours=hours)) for hours in (1, 9, 5)]
        found = staff.get(WAITING).context["cl"].result_list
        assert [each.pk for each in found] == [order[1].pk, order[2].pk, order[0].pk]
        newest = staff.get("/admin/reports/submission/").context["cl"].result_list
        assert [each.pk for each in newest] == [order[2].pk, order[1].pk, order[0].pk]

    def test_its_own_page_leads_to_each_decision_that_can_be_taken(self, staff: Client, springfield: Endpoint) -> None:
        waiting = given_up(springfield, "NoAnswer")
        page = f"/admin/reports/submission/{waiting.pk}/change/"
        offered = ["send_again", "it_is_there", "cancel"]
        assert [name for name, _words in staff.get(page).context["decisions"]] == offered
        data = {"action": "send_again", "_selected_action": [waiting.pk]}
        assert "look first" in staff.post("/admin/reports/submission/", data).content.decode()
        assert [
            each for each in offered if f'value="{each}"' in volunteer("view_submission").get(page).content.decode()
        ] == []
        Submission.objects.update(state=State.UNCERTAIN)
        assert [name for name, _words in staff.get(page).context["decisions"]] == ["it_is_there"]
        Submission.objects.update(state=State.DELIVERED)
        assert staff.get(page).context["decisions"] == []
        assert staff.get("/admin/reports/submission/0/change/").status_code == 302

    def test_the_evidence_stands_on_its_page_and_before_the_decision(
        self, staff: Client, springfield: Endpoint
    ) -> None:
        seen = {
            "what": "several", "at": "2031-01-10T11:40:00+00:00", "words": "Two look <b>like</b> it.",
            "candidates": [{"number": "24-1", "token": "", "metres": 12, "requested_datetime": ""}],
        }  # fmt: skip
        waiting = given_up(springfield, "NoAnswer", evidence=[seen], attention_at=clock.now())
        line = "2031-01-10 11:40: Two look &lt;b&gt;like&lt;/b&gt; it. Possibly: 24-1, 12 m away."
        assert line in staff.get(f"/admin/reports/submission/{waiting.pk}/change/").content.decode()
        data = {"action": "it_is_there", "_selected_action": [waiting.pk]}
        assert line in staff.post("/admin/reports/submission/", data).content.decode()

    def test_a_number_can_be_entered_while_we_still_look_for_it(self, staff: Client, springfield: Endpoint) -> None:
        waiting = given_up(springfield, "NoAnswer")
        Submission.objects.update(state=State.UNCERTAIN, due_at=clock.now())
        data = {
            "action": "it_is_there", "_selected_action": [waiting.pk], "confirmed": "yes",
            f"posts_{waiting.pk}": 1, f"number_{waiting.pk}": "24-1",
        }  # fmt: skip
        staff.post("/admin/reports/submission/", data)
        waiting.refresh_from_db()
        assert (waiting.state, waiting.service_request_id) == (State.DELIVERED, "24-1")

    def test_one_that_we_still_look_for_is_not_sent_again(self, staff: Client, springfield: Endpoint) -> None:
        waiting = given_up(springfield, "NoAnswer")
        Submission.objects.update(state=State.UNCERTAIN)
        data = {
            "action": "send_again", "_selected_action": [waiting.pk], "confirmed": "yes", f"posts_{waiting.pk}": 1,
            f"looked_{waiting.pk}": "yes",
        }  # fmt: skip
        staff.post("/admin/reports/submission/", data)
        assert state(waiting) == State.UNCERTAIN


def test_addresses_of_volunteers_are_for_those_who_may_see_contacts(staff: Client, springfield: Endpoint) -> None:
    VolunteerMail.objects.create(email="chief-of-desk@example.org", kind=VolunteerMailKind.NEW, about=clock.now())
    page = "/admin/reports/volunteermail/"
    assert "chief-of-desk@example.org" in staff.get(page).content.decode()
    assert "chief-of-desk@example.org" not in volunteer("view_volunteermail").get(page).content.decode()
