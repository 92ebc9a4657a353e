"""`manage.py take_bounces`: from a pipe and from a Maildir, with exit codes that a mail server understands."""

import io
import mailbox
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from reports.models import MailStop, StopReason
from reports.notifications import keys, stops
from tests.notifications.coming_back import bounce, complaint, sent, to_key, vacation

pytestmark = pytest.mark.django_db


def pipe(monkeypatch: pytest.MonkeyPatch, message: bytes, **options: Any) -> str:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(message)))
    out = io.StringIO()
    call_command("take_bounces", stdout=out, **options)
    return out.getvalue()


def test_one_from_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    row = sent()
    said = pipe(monkeypatch, bounce(to="bounces@mail.example.org"), recipient=to_key(keys.key_of(row)))
    assert said.startswith("stopped: ")
    assert "rosa" not in said
    assert stops.is_stopped("rosa@example.org")


@pytest.mark.parametrize("message", [b"", b"\x00\xff", b"Subject: hello\n\nHello"])
def test_what_is_no_bounce_is_no_failure(monkeypatch: pytest.MonkeyPatch, message: bytes) -> None:
    assert pipe(monkeypatch, message).startswith("ignored: ")


def test_a_database_that_is_away_is_told_as_a_failure_that_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    message = bounce(sent())

    def away(*args: Any) -> None:
        raise OperationalError("secret details")

    monkeypatch.setattr(stops, "stop", away)
    with pytest.raises(CommandError) as raised:
        pipe(monkeypatch, message)
    assert raised.value.returncode == 75
    assert "secret" not in str(raised.value)


def test_a_maildir_keeps_what_is_for_people(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    first, second = sent(), sent("ana@example.org")
    for message in (bounce(first), complaint(second), vacation(first), b"Subject: hello\n\nDear all"):
        box.add(message)
    out = io.StringIO()
    call_command("take_bounces", maildir=str(tmp_path / "box"), stdout=out)
    assert out.getvalue().strip() == "2 stopped, 0 counted, 2 ignored"
    assert set(MailStop.objects.values_list("reason", flat=True)) == {StopReason.BOUNCED, StopReason.COMPLAINED}
    left = [message["Subject"] for message in mailbox.Maildir(tmp_path / "box")]
    assert sorted(left) == ["Away until Monday", "hello"]
    again = io.StringIO()
    call_command("take_bounces", maildir=str(tmp_path / "box"), stdout=again)
    assert again.getvalue().strip() == "0 stopped, 0 counted, 0 ignored"


@pytest.mark.parametrize("folder", ["nowhere", "\x00", "."])
def test_what_is_no_maildir_is_named_as_such(tmp_path: Path, folder: str) -> None:
    with pytest.raises(CommandError, match="no Maildir"):
        call_command("take_bounces", maildir=str(tmp_path / folder))
