"""Letters over a real socket: what arrives, and what each way of failing says about sending again."""

import dataclasses
import email
import email.policy
import logging
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from django.core import mail

from reports.delivery import letters
from reports.delivery.letters import message_id, send_letter
from reports.dialects.errors import BadRequest, DialectError, NoAnswer, Unavailable, Unreachable, Unreadable
from reports.dialects.messages import Letter, Photo
from reports.http import Exchange
from reports.notifications import watched_smtp
from tests.mail_server import CUT, SILENCE, MailServer

LETTER = Letter(
    key="7KQ-4MX-9GHW",
    to="311@baltimore.example",
    subject="[7KQ-4MX-9GHW] Bache – Calle Ñ",
    text="Hello,\n\n.a line that begins with a dot\nhttps://reports.example/reply/1.signature/\n",
)


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    made = MailServer()
    threading.Thread(target=made.run, daemon=True).start()
    settings.BODY_EMAIL = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": made.port, "EMAIL_HOST_USER": "", "EMAIL_HOST_PASSWORD": "", "EMAIL_FILE_PATH": "",
    }  # fmt: skip
    monkeypatch.setattr(letters, "STEP_SECONDS", 0.4)
    monkeypatch.setattr(watched_smtp, "LAST_SECONDS", 0.4)
    yield made
    made.close()


def read(written: str) -> EmailMessage:
    found = email.message_from_string(written, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_letter_arrives_whole(server: MailServer) -> None:
    photo = Photo("photo-1.jpg", "image/jpeg", b"\xff\xd8PICTURE")
    send_letter(dataclasses.replace(LETTER, reply_to="desk@site.example", photos=(photo,)))
    [written] = server.letters
    arrived = read(written.replace("\r\n..", "\r\n."))  # the dots that SMTP doubles (RFC 5321, 4.5.2)
    assert (arrived["To"], arrived["Subject"]) == ("311@baltimore.example", "[7KQ-4MX-9GHW] Bache – Calle Ñ")
    assert (arrived["Reply-To"], arrived["Auto-Submitted"]) == ("desk@site.example", "auto-generated")
    body = arrived.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == LETTER.text
    [attached] = arrived.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("photo-1.jpg", b"\xff\xd8PICTURE")
    assert server.commands[-1] == "QUIT"


def test_the_same_letter_has_the_same_message_id(server: MailServer, settings: Any) -> None:
    settings.SITE_URL = "https://reports.example:8443"
    send_letter(LETTER)
    send_letter(LETTER)
    first, second = (read(written)["Message-ID"] for written in server.letters)
    assert first == second == "<report.7KQ-4MX-9GHW@reports.example>"
    assert message_id(dataclasses.replace(LETTER, key="a b>\r\nX: y")) == "<report.a-b---X--y@reports.example>"


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ({"greeting": "554 go away"}, Unavailable),
        ({"greeting": "421 busy"}, Unavailable),
        ({"greeting": CUT}, Unreachable),
        ({"greeting": SILENCE}, Unreachable),
        ({"EHLO": CUT}, Unreachable),
        ({"MAIL": "451 later"}, Unavailable),
        ({"MAIL": "550 not from you"}, Unavailable),
        ({"MAIL": "552 too large"}, BadRequest),
        ({"MAIL": CUT}, Unreachable),
        ({"MAIL": SILENCE}, Unreachable),
        ({"RCPT": "450 greylisted, come again"}, Unavailable),
        ({"RCPT": "550 no such mailbox"}, BadRequest),
        ({"RCPT": CUT}, Unreachable),
        ({"DATA": "451 not now"}, Unavailable),
        ({"DATA": "554 no"}, BadRequest),
        ({"DATA": CUT}, Unreachable),
        ({"DATA": SILENCE}, Unreachable),
        ({"content": "451 out of room"}, Unavailable),
        ({"content": "554 looks like spam"}, BadRequest),
        ({"content": CUT}, NoAnswer),
        ({"content": SILENCE}, NoAnswer),
    ],
    ids=str,
)
def test_each_way_of_failing_says_whether_to_send_again(
    server: MailServer, says: dict[str, str], expected: type[DialectError]
) -> None:
    server.says = says
    seen: list[Exchange] = []
    with pytest.raises(DialectError) as caught:
        send_letter(LETTER, on_exchange=seen.append)
    assert type(caught.value) is expected
    assert server.connections == 1
    assert caught.value.operation == "post_service_request"
    [exchange] = seen
    assert exchange.error.startswith(expected.__name__)


@pytest.mark.parametrize("says", [{"QUIT": CUT}, {"QUIT": SILENCE}, {"QUIT": "500 what"}], ids=str)
def test_a_bad_goodbye_is_no_failure_of_the_letter(server: MailServer, says: dict[str, str]) -> None:
    server.says = says
    send_letter(LETTER)
    assert len(server.letters) == 1


def test_the_server_s_words_are_for_volunteers(server: MailServer) -> None:
    server.says = {"RCPT": "550 mailbox 311 was closed"}
    with pytest.raises(BadRequest, match="SMTP 550") as caught:
        send_letter(LETTER)
    assert caught.value.messages == ("mailbox 311 was closed",)


def test_words_that_quote_the_resident_are_kept_from_everybody(server: MailServer) -> None:
    server.says = {"content": "554 contains rosa@example.org, rejected"}
    with pytest.raises(BadRequest) as caught:
        send_letter(LETTER, secrets=("rosa@example.org",))
    assert caught.value.messages == ("contains [removed], rejected",)


def test_no_server_is_unreachable(server: MailServer, settings: Any) -> None:
    server.close()
    with pytest.raises(Unreachable):
        send_letter(LETTER)
    settings.BODY_EMAIL = settings.BODY_EMAIL | {"EMAIL_HOST": "no-such-host.invalid"}
    with pytest.raises(Unreachable):
        send_letter(LETTER)


def test_a_header_that_cannot_be_written_is_not_quoted(server: MailServer) -> None:
    letter = dataclasses.replace(LETTER, subject="Bache\r\nBcc: rosa@example.org")
    with pytest.raises(BadRequest) as caught:
        send_letter(letter, secrets=("rosa@example.org",))
    assert "rosa" not in str(caught.value)
    assert server.connections == 0


def test_copies_go_by_themselves_and_change_nothing(server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    letter = dataclasses.replace(LETTER, cc=("a@baltimore.example", "b@baltimore.example"))
    send_letter(letter)
    main, copy = map(read, server.letters)
    assert main["To"] == copy["To"] == "311@baltimore.example"
    assert main["Cc"] == copy["Cc"] == "a@baltimore.example, b@baltimore.example"
    recipients = [line for line in server.commands if line.startswith("RCPT")]
    assert [line.partition("<")[2].partition("@")[0] for line in recipients] == ["311", "a", "b"]
    server.says = {"RCPT TO:<a@baltimore.example>": "550 gone", "RCPT TO:<b@baltimore.example>": "550 gone"}
    with caplog.at_level(logging.WARNING):
        send_letter(letter)
    assert len(server.letters) == 3
    assert "copies of letter 7KQ-4MX-9GHW were not sent" in caplog.text


def test_a_copy_that_is_taken_does_not_hide_a_letter_that_is_not(server: MailServer) -> None:
    server.says = {"RCPT TO:<311@baltimore.example>": "550 gone"}
    with pytest.raises(BadRequest):
        send_letter(dataclasses.replace(LETTER, cc=("a@baltimore.example",)))
    assert not server.letters


def test_what_is_kept_of_it_has_neither_secrets_nor_the_way_to_answer(server: MailServer) -> None:
    seen: list[Exchange] = []
    letter = dataclasses.replace(LETTER, text=LETTER.text + "Rosa Luna, rosa@example.org\n")
    send_letter(letter, on_exchange=seen.append, secrets=("rosa@example.org", "Rosa", "1.signature"))
    [exchange] = seen
    assert (exchange.method, exchange.url, exchange.error) == ("MAIL", "mailto:311@baltimore.example", "")
    assert exchange.request_headers["Subject"] == LETTER.subject
    kept = str(exchange.as_dict())
    assert "a line that begins with a dot" in kept
    assert not [secret for secret in ("rosa", "Rosa", "1.signature") if secret in kept]


@pytest.mark.parametrize("changes", [{"subject": "a\nBcc: x@y.example"}, {"to": "a@b.example\nBcc: x@y.example"}])
def test_a_second_header_cannot_be_smuggled_in(server: MailServer, changes: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        send_letter(dataclasses.replace(LETTER, **changes))
    assert server.connections == 0


def test_other_ways_out_are_used_as_they_are(settings: Any) -> None:
    settings.BODY_EMAIL = {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    send_letter(LETTER)
    assert [each.subject for each in mail.outbox] == [LETTER.subject]


def test_a_way_out_that_fails_in_its_own_manner_says_nothing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.BODY_EMAIL = {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}

    def fail(*_args: object) -> int:
        raise RuntimeError("quota")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    with pytest.raises(Unreadable):
        send_letter(LETTER)
