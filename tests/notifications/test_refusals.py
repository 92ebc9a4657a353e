"""What a mail server's no is about."""

import pytest

from reports.notifications.refusals import About, about


@pytest.mark.parametrize(("status", "words", "judged"), [
    ("5.1.1", "smtp; 550 5.1.1 no such user", About.ADDRESS),
    ("5.1.10", "", About.ADDRESS),
    ("", "550-5.1.1 The email account that you tried to reach does not exist.", About.ADDRESS),
    ("5.2.1", "smtp; 550 5.2.1 The email account that you tried to reach is disabled.", About.ADDRESS),
    ("5.0.0", "smtp; 550 5.1.1 unknown (from Exim)", About.ADDRESS),
    ("5.0.0", "smtp; 450 TEMPERROR: retry timeout exceeded", About.MAILBOX),
    ("5.0.0", "", About.MAILBOX),
    ("5.2.2", "smtp; 552 5.2.2 mailbox full", About.MAILBOX),
    ("4.4.7", "smtp; delivery time expired", About.MAILBOX),
    ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", About.MAILBOX),
    ("", "550 no", About.MAILBOX),
    ("5.7.1", "550 5.7.1 spam", About.OURS),
    ("", "554 5.7.509 DMARC", About.OURS),
    ("5.3.4", "", About.OURS),
    ("5.1.8", "sender's domain does not exist", About.OURS),
    ("5.1.1", "550 5.1.1 see 5.7.1", About.ADDRESS),
    ("nonsense", "host 5.1.1.9 said no", About.MAILBOX),
    ("5.1.1\x00" * 3, "x" * 100_000, About.ADDRESS),
])  # fmt: skip
def test_by_its_code(status: str, words: str, judged: About) -> None:
    assert about(status, words) is judged
