"""Letters to bodies that are reached by mail, through a mail server of their own (`BODY_EMAIL_URL`).

What a failure means follows from SMTP's one point of no return: `notifications/watched_smtp.py`.
"""

import logging
import re
import smtplib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from reports.dialects.errors import BadRequest, DialectError, NoAnswer, Unavailable, Unreachable, Unreadable
from reports.dialects.messages import Letter
from reports.http import Exchange, redact
from reports.notifications import watched_smtp
from reports.notifications.watched_smtp import Watched, WatchedBackend

log = logging.getLogger(__name__)

OPERATION: Final = "post_service_request"
STEP_SECONDS: Final = 10.0  # for each answer of the mail server
KEPT: Final = 16 * 1024  # characters of a letter that an exchange keeps
TOO_LARGE: Final = 552


def send_letter(
    letter: Letter, *, on_exchange: Callable[[Exchange], None] | None = None, secrets: Sequence[str] = ()
) -> None:
    """Send a letter, once. Raises `DialectError` where the mail server did not clearly take it.

    `on_exchange` is told of the letter once, whatever comes of it, without the `secrets`. Copies go out afterwards and
    by themselves: one that is refused must not look as if the letter had been.
    """
    started_at, start = datetime.now(UTC), time.monotonic()
    error: DialectError | None = None
    backend = _backend()
    try:
        _send(backend, letter)
    except DialectError as problem:  # its words may quote the letter
        problem.args = (redact(str(problem), secrets),)
        problem.messages = tuple(redact(words, secrets) for words in problem.messages)
        error = problem
    if on_exchange:
        seconds = time.monotonic() - start
        on_exchange(_exchange(letter, error, secrets, started_at, seconds))
    if error is None and letter.cc and time.monotonic() - start < watched_smtp.LAST_SECONDS:
        _send_copies(backend, letter)
    _close(backend)
    if error is not None:
        raise error


def message_id(letter: Letter) -> str:
    """The same for the same letter, however often it is sent, so that a second one can be known as such."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<report.{re.sub(r'[^A-Za-z0-9.-]', '-', letter.key)}@{host}>"


def _backend() -> BaseEmailBackend:
    """The way out for letters, not connected yet."""
    configured: dict[str, Any] = settings.BODY_EMAIL
    name = configured["EMAIL_BACKEND"]
    if not name.endswith("smtp.EmailBackend"):
        places = {"file_path": configured["EMAIL_FILE_PATH"]} if configured.get("EMAIL_FILE_PATH") else {}
        return get_connection(name, **places)
    return WatchedBackend(
        host=configured.get("EMAIL_HOST"),
        port=configured.get("EMAIL_PORT"),
        username=configured.get("EMAIL_HOST_USER") or "",
        password=configured.get("EMAIL_HOST_PASSWORD") or "",
        use_tls=bool(configured.get("EMAIL_USE_TLS")),
        use_ssl=bool(configured.get("EMAIL_USE_SSL")),
        timeout=STEP_SECONDS,
    )


def _message(letter: Letter, backend: BaseEmailBackend, recipients: Sequence[str]) -> EmailMessage:
    headers = {"Message-ID": message_id(letter), "Auto-Submitted": "auto-generated", "To": letter.to}
    if letter.cc:
        headers["Cc"] = ", ".join(letter.cc)
    message = EmailMessage(
        letter.subject,
        letter.text,
        to=list(recipients),
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers=headers,
        connection=backend,
    )
    for photo in letter.photos:
        message.attach(photo.filename, photo.content, photo.content_type)
    return message


def _send(backend: BaseEmailBackend, letter: Letter) -> None:
    try:
        message = _message(letter, backend, [letter.to])
        message.message()  # a header that cannot be written fails here, before anything is open
    except (ValueError, UnicodeError) as error:
        raise BadRequest(f"The letter could not be written: {error}", operation=OPERATION) from error
    try:
        backend.open()
    except (OSError, smtplib.SMTPException) as error:
        raise _before(error) from error
    try:
        message.send()
    except Exception as error:  # of a backend that is not ours anything may come; it says nothing about the letter
        raise _during(error, backend, letter.to) from error


def _before(error: Exception) -> DialectError:
    """No conversation came about: the server's address, its greeting, TLS or our name and password."""
    if isinstance(error, smtplib.SMTPResponseException):
        return Unavailable(
            f"The mail server takes no mail from this site now. (SMTP {error.smtp_code})",
            operation=OPERATION,
            messages=_words(error.smtp_error),
        )
    return Unreachable(f"The mail server could not be reached ({type(error).__name__}).", operation=OPERATION)


def _during(error: Exception, backend: BaseEmailBackend, to: str) -> DialectError:
    """What a failure says after the connection was made."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = error.recipients.get(to) or next(iter(error.recipients.values()), (0, b""))
        return _refusal(code, words, final=code >= 500)
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _refusal(error.smtp_code, error.smtp_error, final=error.smtp_code == TOO_LARGE)
    if isinstance(error, smtplib.SMTPDataError):
        return _refusal(error.smtp_code, error.smtp_error, final=error.smtp_code >= 500)
    connection = getattr(backend, "connection", None)
    if not isinstance(connection, Watched):
        return Unreadable(f"The way out for letters failed ({type(error).__name__}).", operation=OPERATION)
    if connection.content_left:
        what = type(error.__cause__ or error).__name__
        return NoAnswer(
            f"The letter left, and the mail server did not say whether it took it ({what}).", operation=OPERATION
        )
    if isinstance(error, smtplib.SMTPNotSupportedError | UnicodeError):
        return BadRequest("The mail server cannot write to such an address.", operation=OPERATION)
    return _before(error)


def _refusal(code: int, answer: bytes | str, *, final: bool) -> DialectError:
    kind = BadRequest if final else Unavailable
    said = "does not take the letter" if final else "does not take the letter now"
    return kind(f"The mail server {said}. (SMTP {code})", operation=OPERATION, messages=_words(answer))


def _words(answer: bytes | str) -> tuple[str, ...]:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    flat = " ".join(text.replace("\0", "").split())[:500]
    return (flat,) if flat else ()


def _send_copies(backend: BaseEmailBackend, letter: Letter) -> None:
    try:
        _message(letter, backend, letter.cc).send()
    except Exception as error:  # noqa: BLE001 (the body has its letter, whatever this is; words may quote an address)
        log.warning("the copies of letter %s were not sent: %s", letter.key, type(error).__name__)


def _close(backend: BaseEmailBackend) -> None:
    """Say goodbye. Whether that works has nothing to do with the letter."""
    try:
        backend.close()
    except (OSError, smtplib.SMTPException):
        log.info("the mail server hung up first")


def _exchange(
    letter: Letter, error: DialectError | None, secrets: Sequence[str], started_at: datetime, seconds: float
) -> Exchange:
    """The letter as an attempt keeps it. Its secrets are those of the request and the link by which to answer."""
    headers = {"Subject": letter.subject, "To": letter.to, "Cc": ", ".join(letter.cc), "Reply-To": letter.reply_to}
    headers |= {"Message-ID": message_id(letter), "Attachments": ", ".join(each.filename for each in letter.photos)}
    return Exchange(
        method="MAIL",
        url=f"mailto:{letter.to}",
        request_headers={name: redact(value, secrets) for name, value in headers.items() if value},
        request_body=redact(letter.text, secrets)[:KEPT],
        status=None,
        response_headers={},
        response_body=" ".join(error.messages) if error else "",
        started_at=started_at,
        seconds=seconds,
        error=f"{type(error).__name__}: {error}" if error else "",
    )
