"""Mails that were sent, and the messages in which mail servers and mailbox providers speak of them."""

from email.message import EmailMessage

from reports import clock
from reports.models import Notification, NotificationState, Subscription
from reports.notifications import keys
from tests.factories import make_status_update

BOUNCES = "bounces@mail.example.org"


def sent(email: str = "rosa@example.org", by_reporter: bool = True) -> Notification:
    """A mail that left."""
    update = make_status_update()
    follower = Subscription.objects.create(service_request=update.service_request, email=email, by_reporter=by_reporter)
    return Notification.objects.create(
        subscription=follower, status_update=update, state=NotificationState.SENT, sent_at=clock.now()
    )


def to_key(key: str) -> str:
    local, _at, host = BOUNCES.partition("@")
    return f"{local}+{key}@{host}"


def bounce(
    row: Notification | None = None,
    status: str = "5.1.1",
    words: str = "smtp; 550 5.1.1 <rosa@example.org>: no such user",
    action: str = "failed",
    to: str | None = None,
    original: str = "",
) -> bytes:
    """A delivery status notification as Postfix writes it, to the envelope's sender."""
    key = keys.key_of(row) if row else "n1-aaaaaaaaaaaaaaaa"
    fields = (
        "Reporting-MTA: dns; mx.example.net\nArrival-Date: Fri, 10 Jan 2031 12:00:00 +0000\n\n"
        f"Final-Recipient: rfc822; rosa@example.org\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {words}\n"
    )
    return _report("delivery-status", fields, to_key(key) if to is None else to, original)


def complaint(row: Notification, kind: str = "abuse", mail_from: str = "", header: bool = True) -> bytes:
    """A feedback report, in the shape of RFC 5965's own example."""
    fields = f"Feedback-Type: {kind}\nUser-Agent: Loop/1.0\nVersion: 1\n"
    fields += f"Original-Mail-From: <{mail_from}>\n" if mail_from else ""
    original = f"{keys.HEADER}: {keys.key_of(row)}\nSubject: R-1\n" if header else "Subject: R-1\n"
    return _report("feedback-report", fields, "abuse@mail.example.org", original)


def vacation(row: Notification) -> bytes:
    """A machine that answers for somebody on holiday, to the envelope's sender."""
    message = EmailMessage()
    message["From"], message["To"] = "rosa@example.org", to_key(keys.key_of(row))
    message["Subject"], message["Auto-Submitted"] = "Away until Monday", "auto-replied"
    message.set_content("I am away. Status: 5.1.1, Action: failed")
    return message.as_bytes()


def _report(kind: str, fields: str, to: str, original: str) -> bytes:
    lines = [
        "From: MAILER-DAEMON@mx.example.net", f"To: {to}", "Subject: Undelivered", "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type={kind}; boundary="edge"', "",
        "--edge", "Content-Type: text/plain", "", "It could not be delivered.", "",
        "--edge", f"Content-Type: message/{kind}", "", fields,
        "--edge", "Content-Type: text/rfc822-headers", "", original or "Subject: R-1\n",
        "--edge--", "",
    ]  # fmt: skip
    return "\n".join(lines).encode()
