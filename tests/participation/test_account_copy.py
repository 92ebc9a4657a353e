"""The copy holds every table that can have rows of a person, all of theirs, and nobody else's."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from reports.models import Media, ServiceRequest, User
from reports.participation import account_copy, belonging
from tests.factories import make_status_update, make_user
from tests.participation.somebody import log_of, make_somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("photo_folder")]


def opened(account: User) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(account_copy.stream(account))))


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return json.loads(archive.read(f"{name}.json"))


def test_every_table_is_either_somebody_s_or_nobody_s() -> None:
    """Whoever adds a table says here which: `SOURCES`, or `OF_NOBODY` with the reason."""
    theirs = {source.model._meta.label for source in account_copy.SOURCES}
    nobodys = set(account_copy.OF_NOBODY)
    assert theirs.isdisjoint(nobodys)
    there = {model._meta.label for model in apps.get_models()}
    assert there - theirs - nobodys == set(), "not considered"
    assert nobodys - there == set(), "gone"


def test_every_link_to_an_account_is_followed() -> None:
    theirs = {source.model for source in account_copy.SOURCES}
    links = {relation.related_model for relation in User._meta.related_objects}
    assert links <= theirs


def test_it_holds_a_row_of_every_table_and_none_of_a_stranger() -> None:
    me, stranger = make_somebody("rosa@example.org", "Rosa"), make_somebody("otto@example.org", "Otto")
    log_of(me.account, stranger.account)
    log_of(stranger.account, me.account)
    archive = opened(me.account)
    assert archive.testzip() is None
    for source in account_copy.SOURCES:
        assert table(archive, source.file), f"nothing of {source.model.__name__}"
    words = b"".join(archive.read(name) for name in archive.namelist() if name != "volunteers-log.json").decode(
        "latin-1"
    )
    assert "Rosa 555" in words
    assert "Otto" not in words
    assert "otto@" not in words


def test_its_reports_and_photos_are_whole() -> None:
    me = make_somebody("rosa@example.org", "Rosa")
    archive = opened(me.account)
    reports = table(archive, "reports")
    assert {row["reference"] for row in reports} == {me.with_account.reference, me.from_address.reference}
    photos = table(archive, "photos")
    assert len(photos) == 3, "of two reports and an unfinished one"
    for photo in photos:
        assert archive.read(photo["file"])[:2] == b"\xff\xd8"
    assert "rosa@example.org" in archive.read("README.txt").decode()


def test_secrets_and_what_is_not_for_residents_stay_out() -> None:
    me = make_somebody("rosa@example.org", "Rosa")
    make_status_update(me.with_account, private=True, status_notes="for the crew alone")
    hidden = make_status_update(me.with_account, status_notes="names a neighbour")
    hidden.hidden = True
    hidden.save(update_fields=["hidden"])
    archive = opened(me.account)
    words = b"".join(archive.read(name) for name in archive.namelist()).decode("latin-1")
    for secret in (
        "for the crew alone",
        "names a neighbour",
        "secret of Rosa",
        "key-Rosa",
        me.account.password,
        'password":',
    ):
        assert secret not in words
    assert me.account.password


def test_what_was_hidden_stays_out_of_the_report_s_own_row_too() -> None:
    me = make_somebody("rosa@example.org", "Rosa")
    for name, fields in {"shown": {}, "hidden": {"hidden": True}, "private": {"private": True}}.items():
        make_status_update(me.with_account, by_body=True, status_notes=f"{name} words", **fields)
    ServiceRequest.objects.filter(pk=me.with_account.pk).update(status_notes="hidden words")
    archive = opened(me.account)
    words = b"".join(archive.read(name) for name in archive.namelist()).decode("latin-1")
    assert "shown words" in words
    assert "hidden words" not in words
    assert "private words" not in words


def test_the_page_that_explains_it_names_every_file() -> None:
    me = make_somebody("rosa@example.org", "Rosa")
    told = set(re.findall(r"[a-z-]+", opened(me.account).read("README.txt").decode()))
    assert [source.file for source in account_copy.SOURCES if source.file not in told] == []


def test_rows_from_before_a_change_of_the_secret_are_in_it(settings: Any) -> None:
    me = make_somebody("rosa@example.org", "Rosa")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    archive = opened(me.account)
    for file in ("still-there", "really-fixed", "stopped-addresses"):
        assert table(archive, file)
    assert belonging.stopped_addresses(belonging.person(me.account)) == ["rosa@example.org"]


def test_a_photo_that_is_gone_from_the_disk_does_not_spoil_it() -> None:
    me = make_somebody("rosa@example.org", "Rosa")
    Path(Media.objects.filter(service_request=me.with_account).get().file.path).unlink()
    archive = opened(me.account)
    assert archive.testzip() is None
    assert len([name for name in archive.namelist() if name.startswith("photos/")]) == 2


def test_of_an_account_that_has_done_nothing() -> None:
    account = make_user()
    archive = opened(account)
    assert table(archive, "account")[0]["email"] == account.email
    assert table(archive, "reports") == []
    assert belonging.person(account).addresses == (), "nobody has confirmed it"
