"""“Is it really fixed?” on its pages: by the link in the mail, with an account, or by a link that is asked for."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from reports import callers, clock, links
from reports.delivery import history
from reports.models import Confirmation, Contact, PublicStatus, ServiceRequest, Subscription, Verdict
from reports.notifications import queue, send
from tests.factories import make_service_request, make_status_update, make_user

pytestmark = pytest.mark.django_db
HERE = {"HTTP_SEC_FETCH_SITE": "same-origin"}


@pytest.fixture(autouse=True)
def _fresh_limits():
    callers.forget_limits()
    yield
    callers.forget_limits()


@pytest.fixture
def request_() -> ServiceRequest:
    request = make_service_request(status="closed", requested_datetime=clock.now() - timedelta(days=3))
    make_status_update(request, status="closed", by_body=True, datetime=clock.now() - timedelta(days=1))
    return request


@pytest.fixture
def subscription(request_: ServiceRequest) -> Subscription:
    return Subscription.objects.create(service_request=request_, email="rosa@example.org", by_reporter=True)


def path_of(subscription: Subscription) -> str:
    return links.verdict_link(subscription).removeprefix("http://testserver")


def hidden(page: Any) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    return {name: unescape(value) for name, value in found}


def answer(client: Client, path: str, given: str, **fields: str) -> Any:
    return client.post(path, {**hidden(client.get(path, **HERE)), "answer": given} | fields, **HERE)


class TestByLink:
    def test_opening_it_changes_nothing_and_one_press_does(self, client: Client, subscription: Subscription) -> None:
        path = path_of(subscription)
        for _scanner in range(3):
            page = client.get(path)
            assert page.content.decode().count('name="answer"') == 3
        assert not Verdict.objects.exists()
        assert (page["X-Robots-Tag"], page["Referrer-Policy"]) == ("noindex", "same-origin")
        assert "Thank you" in answer(client, path, "no").content.decode()
        verdict = Verdict.objects.get()
        assert (verdict.answer, verdict.by_reporter) == ("no", True)
        assert ServiceRequest.objects.get().verdict == "disputed"
        assert not client.cookies

    @pytest.mark.parametrize("given", ["yes", "no", "unsure"])
    def test_the_answer_of_the_link_stands_first_and_counts_only_when_it_is_pressed(
        self, client: Client, subscription: Subscription, given: str
    ) -> None:
        path = f"{path_of(subscription)}?answer={given}"
        page = client.get(path).content.decode()
        assert re.findall(r'name="answer" value="(\w+)"', page)[0] == given
        assert page.count('name="answer"') == 3
        assert "One press of the button" in page
        assert not Verdict.objects.exists()
        assert "Thank you" in answer(client, path, given).content.decode()
        assert Verdict.objects.get().answer == given

    @pytest.mark.parametrize("given", ["", "maybe", "%00", "x" * 10_000])
    def test_a_link_with_no_such_answer_asks_as_if_it_had_none(
        self, client: Client, subscription: Subscription, given: str
    ) -> None:
        page = client.get(f"{path_of(subscription)}?answer={given}").content.decode()
        assert page.count('name="answer"') == 3
        assert "One press of the button" not in page

    def test_twice_and_another_way_round_is_one_answer(self, client: Client, subscription: Subscription) -> None:
        for given in ("no", "yes", "yes"):
            answer(client, path_of(subscription), given)
        assert Verdict.objects.get().answer == "yes"
        assert ServiceRequest.objects.get().verdict == "confirmed"

    def test_a_follower_counts_as_one_of_several(self, client: Client, subscription: Subscription) -> None:
        Subscription.objects.update(by_reporter=False)
        answer(client, path_of(subscription), "no")
        assert ServiceRequest.objects.get().verdict == ""
        assert not Verdict.objects.get().by_reporter

    def test_who_filed_it_and_followed_it_later_is_still_who_filed_it(
        self, client: Client, request_: ServiceRequest
    ) -> None:
        Contact.objects.create(service_request=request_, email="Rosa@example.org")
        later = Subscription.objects.create(service_request=request_, email="rosa@example.org")
        answer(client, path_of(later), "no")
        assert Verdict.objects.get().by_reporter

    def test_a_forged_key_and_one_of_another_purpose(self, client: Client, subscription: Subscription) -> None:
        good = links.verdict_key(subscription)
        for key in (f"{good}x", good[1:], links.subscription_key(subscription), "1.2.3", "\x00"):
            for call in (client.get, client.post):
                page = call(f"/fixed/{key}/", **HERE)
                assert page.status_code == 404
                assert "does not work" in page.content.decode()
        assert not Verdict.objects.exists()

    def test_an_old_key_and_one_whose_report_is_gone(self, client: Client, subscription: Subscription) -> None:
        path = path_of(subscription)
        with clock.at(clock.now() + links.VERDICT_LINK_LIFE + timedelta(seconds=1)):
            assert client.get(path).status_code == 410
        subscription.delete()
        assert client.post(path, {"answer": "yes"}, **HERE).status_code == 410

    @pytest.mark.parametrize("fields", [{"hidden": True}, {"taken_away_at": clock.now()}])
    def test_what_is_not_shown_is_not_asked_about(
        self, client: Client, subscription: Subscription, fields: dict[str, Any]
    ) -> None:
        path = path_of(subscription)
        ServiceRequest.objects.update(**fields)
        assert client.get(path).status_code == 410
        assert client.post(path, {"answer": "yes"}, **HERE).status_code == 410
        assert not Verdict.objects.exists()

    def test_once_it_is_open_again_there_is_nothing_to_say(self, client: Client, subscription: Subscription) -> None:
        path = path_of(subscription)
        form = hidden(client.get(path))
        history.set_status(subscription.service_request, PublicStatus.ACCEPTED)
        page = client.post(path, form | {"answer": "yes"}, **HERE)
        assert "does not call this report done" in page.content.decode()
        assert not Verdict.objects.exists()

    @pytest.mark.parametrize("given", ["", "maybe", "\x00yes", "y" * 10_000])
    def test_an_answer_that_is_none_is_asked_for_again(
        self, client: Client, subscription: Subscription, given: str
    ) -> None:
        page = answer(client, path_of(subscription), given)
        assert page.status_code == 400
        assert "Choose one of the three answers" in page.content.decode()
        assert not Verdict.objects.exists()

    def test_another_site_and_a_form_that_is_not_ours(self, client: Client, subscription: Subscription) -> None:
        path = path_of(subscription)
        form = hidden(client.get(path)) | {"answer": "yes"}
        assert client.post(path, form, HTTP_SEC_FETCH_SITE="cross-site").status_code == 403
        assert client.post(path, {"answer": "yes"}, **HERE).status_code == 400
        assert client.post(path, form | {"x": "y" * 70_000}, **HERE).status_code == 413
        assert not Verdict.objects.exists()


class TestOnThePage:
    def test_only_a_report_that_is_closed_asks(self, client: Client, request_: ServiceRequest) -> None:
        page = client.get(request_.get_absolute_url()).content.decode()
        assert "Is it really fixed?" in page
        assert f'action="/requests/{request_.reference}/fixed/"' in page
        history.set_status(request_, PublicStatus.IN_PROGRESS)
        assert "Is it really fixed?" not in client.get(request_.get_absolute_url()).content.decode()

    def test_anybody_else_is_sent_a_link(self, client: Client, request_: ServiceRequest) -> None:
        path = f"/requests/{request_.reference}/fixed/"
        asked = client.get(f"{path}?answer=no").content.decode()
        assert re.search(r'<input[^>]*value="no"[^>]*checked', asked)
        page = answer(client, path, "no", email="sam@example.org")
        assert "sam@example.org" in page.content.decode()
        mail = Confirmation.objects.get()
        assert (mail.kind, mail.answer, mail.email) == ("verdict", "no", "sam@example.org")
        assert not Verdict.objects.exists()
        assert not client.cookies

    @pytest.mark.parametrize("email", ["", "nobody", "a@b\x00.org", "a" * 300 + "@example.org"])
    def test_without_an_address_it_is_asked_for(self, client: Client, request_: ServiceRequest, email: str) -> None:
        page = answer(client, f"/requests/{request_.reference}/fixed/", "yes", email=email)
        assert "error-summary" in page.content.decode()
        assert not Confirmation.objects.exists()

    def test_an_open_report_has_no_form(self, client: Client) -> None:
        request = make_service_request(status="accepted")
        page = client.get(f"/requests/{request.reference}/fixed/")
        assert "does not call this report done" in page.content.decode()
        page = client.post(f"/requests/{request.reference}/fixed/", {"answer": "yes", "email": "a@b.org"}, **HERE)
        assert page.status_code == 200
        assert not Confirmation.objects.exists()

    def test_a_reference_in_any_spelling_and_one_that_is_none(self, client: Client, request_: ServiceRequest) -> None:
        assert client.get(f"/requests/{request_.reference.lower()}/fixed/").status_code == 200
        for bad in ("XXX", "777-777-7777", "%00"):
            assert client.get(f"/requests/{bad}/fixed/").status_code == 404

    def test_while_it_is_held_no_mail_is_promised(self, client: Client, request_: ServiceRequest) -> None:
        """None leaves about a report that a volunteer has yet to look at."""
        path = f"/requests/{request_.reference}/fixed/"
        form = hidden(client.get(path)) | {"answer": "yes", "email": "sam@example.org"}
        ServiceRequest.objects.update(held_at=clock.now())
        for page in (client.get(path), client.post(path, form, **HERE)):
            assert page.status_code == 409
            assert "A volunteer looks at this report before it is shown" in page.content.decode()
        assert not Confirmation.objects.exists()

    def test_too_many_mails_are_refused(self, client: Client, request_: ServiceRequest, settings: Any) -> None:
        settings.CONFIRMATIONS_PER_HOUR = 1
        path = f"/requests/{request_.reference}/fixed/"
        answer(client, path, "no", email="a@example.org")
        refused = answer(client, path, "no", email="b@example.org")
        assert (refused.status_code, Confirmation.objects.count()) == (429, 1)
        assert "b@example.org" in refused.content.decode()


class TestWithAnAccount:
    @pytest.fixture
    def account(self, client: Client) -> Any:
        user = make_user("kim@example.org")
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        client.force_login(user)
        return user

    @pytest.mark.parametrize("own", [True, False])
    def test_the_answer_counts_at_once(self, client: Client, request_: ServiceRequest, account: Any, own: bool) -> None:
        ServiceRequest.objects.update(account=account if own else None)
        page = client.get(request_.get_absolute_url())
        form = hidden(page) | {"answer": "no"}
        key = re.search(r'class="choices-row".*?name="form_key" value="([^"]*)"', page.content.decode(), re.DOTALL)
        assert key
        thanks = client.post(f"/requests/{request_.reference}/fixed/", form | {"form_key": key[1]}, **HERE)
        assert "Thank you" in thanks.content.decode()
        assert (Verdict.objects.get().by_reporter, Confirmation.objects.count()) == (own, 0)

    def test_nothing_is_done_by_a_cookie_alone(self, client: Client, request_: ServiceRequest, account: Any) -> None:
        path = f"/requests/{request_.reference}/fixed/"
        form = hidden(client.get(path, **HERE)) | {"answer": "no"}
        assert client.post(path, form).status_code == 200  # a browser that says nothing: asked for an address
        assert client.post(path, form, HTTP_SEC_FETCH_SITE="same-site").status_code == 403
        assert not Verdict.objects.exists()

    def test_its_owner_is_led_to_where_it_is_taken_away(
        self, client: Client, request_: ServiceRequest, account: Any
    ) -> None:
        address = links.take_away_link(request_).removeprefix("http://testserver")
        assert address not in client.get(request_.get_absolute_url()).content.decode()
        ServiceRequest.objects.update(account=account)
        assert address in client.get(request_.get_absolute_url()).content.decode()
        assert address not in Client().get(request_.get_absolute_url()).content.decode()


def test_the_mail_of_the_closing_has_the_link(subscription: Subscription, mailoutbox: Any, settings: Any) -> None:
    settings.MAIL_GATHER = 0
    queue.enqueue(subscription.service_request.status_updates.get())
    assert send.send_due() == 1
    [mail] = mailoutbox
    found = re.search(r"http://testserver(/fixed/\S+/)", mail.body)
    assert found
    assert found[1] in mail.alternatives[0].content
    assert Client().get(found[1]).status_code == 200


def test_no_other_mail_has_it(subscription: Subscription, mailoutbox: Any, settings: Any) -> None:
    settings.MAIL_GATHER = 0
    history.set_status(subscription.service_request, PublicStatus.ACCEPTED)
    history.append(subscription.service_request, PublicStatus.ACCEPTED, mark="m", by_body=True)
    assert send.send_due() == 1
    assert "/fixed/" not in mailoutbox[0].body
