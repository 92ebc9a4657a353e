"""Unfinished reports of an account: whose a draft becomes and when, going on with it, deleting it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from reports import clock, intake
from reports.links import draft_key
from reports.models import Draft, Media, Service, User
from tests.factories import LAT, LONG, make_user
from tests.pictures import picture
from tests.views.account.conftest import ADDRESS
from tests.views.progressing import finished, open_page, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]

OURS = {"sec-fetch-site": "same-origin"}
LIST = "/account/drafts/"


def answer(client: Client, draft: Draft, headers: dict[str, str]) -> Any:
    """Post the contact page of a draft, with nothing filled in."""
    key = open_page(draft, "contact").form_data()["form_key"][0]
    return client.post(url(draft, "contact"), {"form_key": key}, headers=headers)


def delete(client: Client, draft: Draft) -> Any:
    return client.post(reverse("account_draft_delete", args=[draft.pk]))


@pytest.mark.parametrize(
    ("headers", "is_hers"),
    [(OURS, True), ({"origin": "http://testserver"}, True), ({}, False), ({"sec-fetch-site": "none"}, False)],
)
def test_a_draft_that_is_continued_is_the_account_s_only_where_the_post_is_surely_ours(
    signed_in: Client, rosa: User, service: Service, headers: dict[str, str], is_hers: bool
) -> None:
    draft = finished(service)
    answer(signed_in, draft, headers)
    draft.refresh_from_db()
    assert draft.account == (rosa if is_hers else None)


def test_begun_while_signed_in(signed_in: Client, rosa: User, service: Service) -> None:
    page = signed_in.get(reverse("report:start"), headers=OURS).content.decode()
    key = page.split('name="form_key" value="')[1].split('"')[0]
    data = {"form_key": key, "lat": str(LAT), "long": str(LONG)}
    signed_in.post(reverse("report:start"), data, headers=OURS)
    assert Draft.objects.get().account == rosa


def test_opening_a_draft_makes_it_nobodys(signed_in: Client, service: Service) -> None:
    draft = finished(service)
    signed_in.get(url(draft, "contact"), headers=OURS)
    draft.refresh_from_db()
    assert draft.account is None


def test_a_draft_that_is_somebody_s_stays_theirs(signed_in: Client, service: Service) -> None:
    draft, other = finished(service), make_user()
    Draft.objects.filter(pk=draft.pk).update(account=other)
    answer(signed_in, draft, OURS)
    draft.refresh_from_db()
    assert draft.account == other
    assert str(draft.pk) not in signed_in.get(LIST).content.decode()


def test_it_is_listed_with_the_way_on_until_it_is_filed(signed_in: Client, rosa: User, service: Service) -> None:
    draft = finished(service)
    Draft.objects.filter(pk=draft.pk).update(account=rosa)
    page = signed_in.get(LIST).content.decode()
    assert "Pothole" in page
    assert draft_key(draft) in page
    draft.refresh_from_db()
    intake.file_service_request(draft)
    assert draft_key(draft) not in signed_in.get(LIST).content.decode()


def test_one_without_any_answer_goes_on_at_the_place(signed_in: Client, rosa: User) -> None:
    draft = Draft.objects.create(account=rosa)
    page = signed_in.get(LIST).content.decode()
    assert "No kind of problem chosen yet" in page
    assert url(draft, "place") in page


def test_one_whose_time_is_over_is_gone(signed_in: Client, rosa: User) -> None:
    draft = Draft.objects.create(account=rosa, expires_at=clock.now() - timedelta(seconds=1))
    assert "There is none" in signed_in.get(LIST).content.decode()
    assert delete(signed_in, draft).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_deleting_takes_its_photos_and_twice_says_so(signed_in: Client, rosa: User) -> None:
    draft = Draft.objects.create(account=rosa)
    photo = Media.objects.create(draft=draft, file=ContentFile(picture(), "photo.jpg"), sha256="0" * 64)
    path = Path(photo.file.path)
    assert path.exists()
    assert delete(signed_in, draft)["Location"] == LIST
    assert not Draft.objects.exists()
    assert not Media.objects.exists()
    assert not path.exists()
    assert delete(signed_in, draft).status_code == 404


def test_somebody_else_s_is_not_there(signed_in: Client) -> None:
    theirs, nobodys = Draft.objects.create(account=make_user()), Draft.objects.create()
    for draft in (theirs, nobodys):
        assert delete(signed_in, draft).status_code == 404
    assert Draft.objects.count() == 2
    assert signed_in.post(f"{LIST}nonsense/delete/").status_code == 404


def test_opening_the_address_of_deleting_deletes_nothing(signed_in: Client, rosa: User) -> None:
    draft = Draft.objects.create(account=rosa)
    assert signed_in.get(reverse("account_draft_delete", args=[draft.pk]))["Location"] == LIST
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rosa)
    assert delete(strict, draft).status_code == 403
    assert Draft.objects.exists()


def contact_page(client: Client, draft: Draft, headers: dict[str, str]) -> str:
    Draft.objects.filter(pk=draft.pk).update(
        answers={name: given for name, given in draft.answers.items() if name != "contact"}
    )
    return client.get(url(draft, "contact"), headers=headers).content.decode()


def test_the_contact_question_begins_with_what_the_account_has_set(
    signed_in: Client, rosa: User, service: Service
) -> None:
    User.objects.filter(pk=rosa.pk).update(first_name="Rosa", last_name="Díaz", phone="217-555-0123", pass_on=True)
    draft = finished(service)
    page = contact_page(signed_in, draft, OURS)
    for value in ("Rosa", "Díaz", "217-555-0123", ADDRESS):
        assert f'value="{value}"' in page
    assert page.count(" checked") == 2
    assert "Rosa" not in contact_page(signed_in, draft, {})
    assert "Rosa" not in contact_page(signed_in, draft, {"sec-fetch-site": "cross-site"})


def test_nobody_is_mailed_at_an_address_that_is_not_confirmed(client: Client, service: Service) -> None:
    client.force_login(make_user("maybe@example.org"))
    page = contact_page(client, finished(service), OURS)
    assert "maybe@example.org" not in page
    assert " checked" not in page
