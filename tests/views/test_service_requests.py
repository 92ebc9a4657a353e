"""The list, the map, the page of one report, and the look-up: what anybody sees, without a cookie."""

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from reports import clock
from reports.browsing import words
from reports.models import Contact, Media, PublicStatus, ServiceRequest, SubmissionState
from tests.factories import (
    LAT,
    LONG,
    make_endpoint,
    make_jurisdiction,
    make_service,
    make_service_request,
    make_status_update,
    make_submission,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def text(response: Any) -> str:
    """What a reader sees: without tags, with white space made one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


class TestList:
    def test_each_row_says_what_where_when_who_and_how_far(self, client: Client) -> None:
        body = make_jurisdiction("Springfield")
        make_service_request(make_service(make_endpoint(body), service_name="Street light"), status="in_progress")
        seen = text(client.get("/requests/"))
        assert "Street light" in seen
        assert "12 Main Street" in seen
        assert "Springfield · reported just now" in seen
        assert "In progress" in seen

    def test_coordinates_stand_in_for_a_missing_address(self, client: Client) -> None:
        make_service_request(address_string="")
        assert f"{LAT:.5f}, {LONG:.5f}" in text(client.get("/requests/"))

    def test_hidden_reports_are_not_listed(self, client: Client) -> None:
        hidden = make_service_request(hidden=True)
        assert hidden.reference not in client.get("/requests/").content.decode()

    @pytest.mark.parametrize("query", ["q=lantern", "q=LANTERN+elm", "body=wanted", "status=closed"])
    def test_filters_stand_in_the_address(self, client: Client, query: str) -> None:
        body = make_jurisdiction("Wanted", slug="wanted")
        wanted = make_service_request(
            make_service(make_endpoint(body)), description="A lantern", address_string="Elm Street", status="closed"
        )
        other = make_service_request()
        page = client.get(f"/requests/?{query}").content.decode()
        assert wanted.reference in page
        assert other.reference not in page

    def test_a_filter_that_cannot_be_is_named_and_the_others_hold(self, client: Client) -> None:
        wanted = make_service_request(description="A lantern")
        other = make_service_request()
        response = client.get("/requests/?q=lantern&status=nonsense&body=atlantis")
        page = response.content.decode()
        assert response.status_code == 200
        assert "There is no such status" in page
        assert "No body of that name" in page
        assert 'href="#id_status"' in page
        assert wanted.reference in page
        assert other.reference not in page

    def test_pages_keep_the_filters_and_bad_pages_say_so(self, client: Client) -> None:
        service = make_service()
        for _number in range(26):
            make_service_request(service)
        page = client.get("/requests/?q=hole").content.decode()
        assert "q=hole&amp;page=2" in page
        assert page.count("request-row__title") == 25
        assert client.get("/requests/?page=2").content.decode().count("request-row__title") == 1
        for bad in ("3", "0", "x", "-1"):
            response = client.get(f"/requests/?page={bad}")
            assert response.status_code == 404
            assert f"no page “{bad}”" in text(response)

    def test_an_empty_list_says_what_to_do_next(self, client: Client) -> None:
        assert "No reports yet" in text(client.get("/requests/"))
        assert "Use fewer words" in text(client.get("/requests/?q=unicorn"))

    def test_each_filter_in_use_can_be_taken_away(self, client: Client) -> None:
        make_jurisdiction("Wanted", slug="wanted")
        page = client.get("/requests/?q=lantern&body=wanted&since=2026-05-01").content.decode()
        chips = dict(re.findall(r'class="chip" href="([^"]+)">(.*?)<bdi>', page))
        assert chips == {
            "/requests/?body=wanted&amp;since=2026-05-01": "Words: ",
            "/requests/?q=lantern&amp;since=2026-05-01": "Who answers: ",
            "/requests/?q=lantern&amp;body=wanted": "",
        }
        assert '<a class="icon-link" href="/requests/">No filters</a>' in page
        assert "chip" not in client.get("/requests/").content.decode()

    def test_more_filters_unfold_where_one_of_them_is_in_use(self, client: Client) -> None:
        for query, unfolded in (("q=x", False), ("service=Lamp", True), ("since=yesterday", True)):
            page = client.get(f"/requests/?{query}").content.decode()
            assert ('<details class="details" open>' in page) is unfolded, query

    def test_the_part_of_the_map_and_the_map_s_rule_stay_with_the_form(self, client: Client) -> None:
        page = client.get("/requests/?bbox=1,2,3,4&ended=recent").content.decode()
        assert 'name="bbox" value="1,2,3,4"' in page
        assert 'name="ended" value="recent"' in page
        assert "without what ended more than 30 days ago" in page
        assert 'name="bbox"' not in client.get("/requests/?bbox=nonsense").content.decode()

    def test_large_numbers_are_written_to_be_read(self, client: Client) -> None:
        model = make_service_request()
        names = ("jurisdiction", "endpoint", "service_code", "service_name", "lat", "long")
        fields = {name: getattr(model, name) for name in names}
        ServiceRequest.objects.bulk_create(ServiceRequest(**fields) for _number in range(1233))
        assert "1,234 reports, newest first" in text(client.get("/requests/"))
        assert "Page 50 of 50" in text(client.get("/requests/?page=50"))

    def test_of_words_that_very_many_have_no_exact_number_is_claimed(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(words, "MOST", {"sqlite": 2, "postgresql": 2})
        monkeypatch.setattr(words, "FEW", 2)
        for _number in range(3):
            make_service_request()
        assert "At least 2 reports" in text(client.get("/requests/?q=hole"))
        assert "3 reports, newest first" in text(client.get("/requests/"))

    @pytest.mark.parametrize(
        "query",
        [
            {"q": "a" * 10_000}, {"q": "\0"}, {"q": "\u202egnp.exe"}, {"body": "\0"}, {"body": "a" * 10_000},
            {"service": "\0"}, {"service": "no such thing"}, {"group": "\u202e" * 200}, {"status": "\u202eopen"},
            {"since": "2026-06-01", "until": "2026-05-01"}, {"since": "\0"}, {"until": "9999-99-99"},
            {"bbox": "3,2,1,0"}, {"bbox": "x" * 10_000}, {"ended": "nonsense"},
        ],
    )  # fmt: skip
    def test_bad_filters_get_a_page_with_words(self, client: Client, query: dict[str, str]) -> None:
        make_service_request()
        for path in ("/requests/", "/requests/map/"):
            response = client.get(path, query)
            assert response.status_code == 200
            assert re.search("There is a problem|No report fits|fewer words", text(response)), path
            assert len(response.content) < 150_000

    @pytest.mark.parametrize("page", ["9" * 5000, "\0", "\u202e1", "1.0", ""])
    def test_pages_that_cannot_be(self, client: Client, page: str) -> None:
        response = client.get("/requests/", {"page": page})
        assert response.status_code == 404
        assert "This list of reports has no page" in text(response)

    def test_queries_do_not_grow_with_the_rows(self, client: Client, django_assert_num_queries: Any) -> None:
        for _number in range(12):
            make_service_request()
        client.get("/requests/")  # the first one of a process reads all reports
        with django_assert_num_queries(4):  # what changed, rows, bodies to choose from, anything mirrored
            client.get("/requests/")


class TestDetail:
    def test_each_hop_is_told_with_its_time_in_the_city_s_clock(self, client: Client) -> None:
        body = make_jurisdiction("Springfield", time_zone="America/Chicago")
        request = make_service_request(make_service(make_endpoint(body)), requested_datetime=NOON)
        make_submission(
            request,
            state=SubmissionState.DELIVERED,
            sent_at=NOON + timedelta(minutes=1),
            token="t1",
            token_at=NOON + timedelta(minutes=2),
            delivered_at=NOON + timedelta(minutes=9),
            service_request_id="24-001",
        )
        seen = text(client.get(request.get_absolute_url()))
        told = ["Saved here.", "6 a.m.", "Sent to Springfield.", "6:01", "Springfield gave a receipt token.", "6:02"]
        told += ["Springfield gave its own number: 24-001", "6:09"]
        here = 0
        for part in told:  # each after the one before: "6 a.m." may also stand above, in the time of the status
            assert part in seen[here:]
            here = seen.index(part, here) + len(part)

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("pending", "Waiting to be sent to Springfield."),
            ("sending", "Being sent to Springfield."),
            ("retry", "Springfield has not taken the report yet. We keep trying; you need do nothing."),
            (
                "uncertain",
                "We look in its list whether the report arrived, and send nothing twice; you need do nothing.",
            ),
            ("refused", "Could not be delivered yet: we are on it."),
            ("needs_attention", "Could not be delivered yet: we are on it."),
            ("accepted", "The number that Springfield gives it is still to come."),
        ],
    )
    def test_what_is_awaited_is_said_in_plain_words(self, client: Client, state: str, words: str) -> None:
        request = make_service_request(make_service(make_endpoint(make_jurisdiction("Springfield"))))
        make_submission(request, state=state, reason="HTTP 500 <internal>")
        seen = text(client.get(request.get_absolute_url()))
        assert words in seen
        assert "HTTP 500" not in seen

    def test_the_newest_submission_that_was_not_cancelled_counts(self, client: Client) -> None:
        request = make_service_request()
        make_submission(request, state="delivered", service_request_id="OLD-1")
        make_submission(request, state="delivered", service_request_id="NEW-2")
        make_submission(request, state="cancelled", service_request_id="GONE-3")
        seen = text(client.get(request.get_absolute_url()))
        assert "NEW-2" in seen
        assert "OLD-1" not in seen
        assert "GONE-3" not in seen

    @pytest.mark.parametrize("status", PublicStatus.values)
    def test_every_status_has_its_word_and_says_what_comes_next(self, client: Client, status: str) -> None:
        request = make_service_request(status=status)
        response = client.get(request.get_absolute_url())
        page = response.content.decode()
        assert f'class="tag tag--{status}"' in page
        assert request.get_status_display() in page
        said = re.search(r"data-say>([^<]+)<", page)
        assert said
        assert said[1].strip()
        assert "%(" not in said[1]

    def test_the_body_s_own_words_stand_verbatim_and_harmless(self, client: Client) -> None:
        request = make_service_request()
        notes = "Crew <script>alert(1)</script>\n  assigned & gone"
        make_status_update(request, by_body=True, status="in_progress", status_word="Asignado", status_notes=notes)
        page = client.get(request.get_absolute_url()).content.decode()
        assert "Crew &lt;script&gt;alert(1)&lt;/script&gt;\n  assigned &amp; gone</blockquote>" in page
        assert "“Asignado”" in page

    def test_a_city_s_notice_keeps_its_marks_and_loses_its_scripts(self, client: Client) -> None:
        notice = '<p onclick="x()">Takes <b>5 days</b>, <a href="javascript:x()">see</a> <img src="//t.example/p"></p>'
        request = make_service_request(service_notice=notice)
        page = client.get(request.get_absolute_url()).content.decode()
        assert "Takes <b>5 days</b>" in page
        assert "onclick" not in page
        assert "javascript:" not in page
        assert "t.example" not in page

    def test_answers_are_shown_by_name_and_contact_details_never(self, client: Client) -> None:
        values = [{"key": "W30", "name": "More than 30 cm"}, {"key": "0", "name": ""}]
        attribute = {"code": "WIDTH", "datatype": "multivaluelist", "description": "How wide?", "values": values}
        request = make_service_request(attributes=[attribute])
        Contact.objects.create(service_request=request, email="ann@example.org", last_name="Secretive", phone="555-1")
        seen = text(client.get(request.get_absolute_url()))
        assert "How wide? More than 30 cm 0" in seen
        assert "W30" not in seen
        for secret in ("ann@example.org", "Secretive", "555-1"):
            assert secret not in seen

    def test_photos_have_a_text_in_their_place(self, client: Client) -> None:
        request = make_service_request()
        picture = io.BytesIO()
        Image.new("RGB", (4, 3)).save(picture, "JPEG")
        photo = Media.objects.create(service_request=request, file=ContentFile(picture.getvalue(), "x.jpg"), sha256="0")
        page = client.get(request.get_absolute_url()).content.decode()
        assert f'src="/photos/{photo.key}/small.jpg"' in page
        assert f'href="/photos/{photo.key}.jpg"' in page
        assert 'alt="Photo 1 of 1 sent with the report: Pothole, 12 Main Street"' in page

    def test_an_expected_date_is_shown_until_it_no_longer_matters(self, client: Client) -> None:
        request = make_service_request(expected_datetime=NOON, status="in_progress")
        assert "expected to be done by March 1, 2026" in text(client.get(request.get_absolute_url()))
        ServiceRequest.objects.filter(pk=request.pk).update(expected_datetime=clock.now() + timedelta(days=3))
        assert "expects to be done by" in text(client.get(request.get_absolute_url()))
        ServiceRequest.objects.filter(pk=request.pk).update(status="closed")
        assert "to be done by" not in text(client.get(request.get_absolute_url()))

    def test_the_fragment_is_the_same_part_and_its_version_changes_with_news(self, client: Client) -> None:
        request = make_service_request()
        page = client.get(request.get_absolute_url()).content.decode()
        fragment = client.get(request.get_absolute_url() + "?fragment=1")
        assert fragment.content.decode() in page
        assert f'data-version="{fragment["X-Version"]}"' in page
        assert fragment["Cache-Control"] == "no-store"
        make_status_update(request, by_body=True, status="in_progress", status_notes="On our way")
        later = client.get(request.get_absolute_url() + "?fragment=1")
        assert later["X-Version"] != fragment["X-Version"]
        assert "On our way" in later.content.decode()

    @pytest.mark.parametrize(
        "spelling", [str.lower, lambda ref: ref.replace("-", ""), lambda ref: f"{ref[:3]} {ref[4:]}"]
    )
    def test_other_spellings_lead_to_the_canonical_address(self, client: Client, spelling: Any) -> None:
        request = make_service_request()
        response = client.get(f"/requests/{spelling(request.reference)}/")
        assert response.status_code == 301
        assert response["Location"] == request.get_absolute_url()

    @pytest.mark.parametrize("reference", ["nope", "222-222-2222", "<b>x", "0" * 300])
    def test_an_unknown_reference_offers_the_look_up(self, client: Client, reference: str) -> None:
        response = client.get(f"/requests/{reference}/", follow=True)
        assert response.status_code == 404
        assert 'action="/requests/find/"' in response.content.decode()
        assert "<b>x" not in response.content.decode()

    def test_a_hidden_report_is_gone(self, client: Client) -> None:
        request = make_service_request(hidden=True, description="Something private")
        for suffix in ("", "?fragment=1"):
            response = client.get(request.get_absolute_url() + suffix)
            assert response.status_code == 410
            assert "has got it" not in text(response)  # it may never have been delivered
            assert "Something private" not in response.content.decode()

    def test_queries_do_not_grow_with_the_history(self, client: Client, django_assert_num_queries: Any) -> None:
        request = make_service_request()
        make_submission(request)
        for _number in range(9):
            make_status_update(request, by_body=True)
        # The request, its submission, its history, its comments, its photos, who saw it again, whether that may be.
        with django_assert_num_queries(7):
            client.get(request.get_absolute_url())


class TestFind:
    def test_our_own_reference_however_written(self, client: Client) -> None:
        request = make_service_request()
        for number in (request.reference, request.reference.lower().replace("-", " "), f"  {request.reference} "):
            assert client.get("/requests/find/", {"number": number})["Location"] == request.get_absolute_url()

    def test_the_body_s_own_number(self, client: Client) -> None:
        submission = make_submission(state="delivered", service_request_id="SR24-001")
        response = client.get("/requests/find/", {"number": "sr24-001"})
        assert response["Location"] == submission.request.get_absolute_url()

    def test_several_bodies_with_one_number_are_listed(self, client: Client) -> None:
        first = make_submission(state="delivered", service_request_id="1001")
        second = make_submission(state="delivered", service_request_id="1001")
        hidden = make_submission(make_service_request(hidden=True), state="delivered", service_request_id="1001")
        second.endpoint.label = "Streets desk"
        second.endpoint.save()
        page = client.get("/requests/find/?number=1001").content.decode()
        assert f"{first.request.jurisdiction.name} · reported just now · number 1001<" in page
        assert "number 1001 in “Streets desk”" in page
        assert first.request.reference in page
        assert second.request.reference in page
        assert hidden.request.reference not in page

    def test_one_report_sent_twice_under_one_number_is_one_match(self, client: Client) -> None:
        request = make_service_request()
        make_submission(request, state="cancelled", service_request_id="7")
        make_submission(request, state="delivered", service_request_id="7")
        assert client.get("/requests/find/?number=7")["Location"] == request.get_absolute_url()

    @pytest.mark.parametrize(
        ("number", "words"), [("zzz", "No report here has the number “zzz”"), ("", "Enter the number")]
    )
    def test_nothing_found_says_so_and_keeps_what_was_typed(self, client: Client, number: str, words: str) -> None:
        response = client.get("/requests/find/", {"number": number})
        assert response.status_code == 200
        assert words in text(response)
        assert f'value="{number}"' in response.content.decode()

    @pytest.mark.parametrize("number", ["\0", "12\0", "\0" * 300])
    def test_a_character_that_no_text_holds_is_found_nowhere(self, client: Client, number: str) -> None:
        response = client.get("/requests/find/", {"number": number})
        assert response.status_code == 200
        assert "No report here has the number" in text(response)
        assert client.get("/requests/\0/").status_code == 404
        for name in ("q", "body", "service", "group", "status", "since", "until", "bbox", "ended"):
            assert client.get("/requests/", {name: number}).status_code == 200, name
        assert client.get("/requests/mirrored/", {"body": number}).status_code == 200

    def test_more_than_are_shown_are_said(self, client: Client) -> None:
        service = make_service()
        for _number in range(21):
            make_submission(make_service_request(service), state="delivered", service_request_id="1001")
        response = client.get("/requests/find/?number=1001")
        assert response.content.decode().count("request-row__title") == 20
        assert "Only the newest of them are shown" in text(response)

    def test_marks_of_direction_and_length_do_no_harm(self, client: Client) -> None:
        request = make_service_request()
        for number in (f"\u202e{request.reference}\u202c", f"\u2067{request.reference}"):
            assert client.get("/requests/find/", {"number": number})["Location"] == request.get_absolute_url()
        response = client.get("/requests/find/", {"number": "9" * 10_000})
        assert response.status_code == 200
        assert f'value="{"9" * 200}"' in response.content.decode()

    def test_list_and_map_lead_to_it(self, client: Client) -> None:
        for path in ("/requests/", "/requests/map/"):
            assert client.get(path).content.decode().count('href="/requests/find/"') == 2  # and the foot

    def test_the_page_alone_complains_of_nothing(self, client: Client) -> None:
        assert "Enter the number" not in text(client.get("/requests/find/"))
