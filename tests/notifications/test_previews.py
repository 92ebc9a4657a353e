"""Every mail can be looked at before anybody gets it, in each language; nothing is written and nothing is sent."""

from email.parser import BytesParser
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.core import mail
from django.test.signals import template_rendered

from reports.models import PublicStatus
from reports.notifications import previews
from tests.everything import counted

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, _name in conf.LANGUAGES]
MAILS = sorted(previews.every())


class Reader(HTMLParser):
    """What a check looks at: tags, the language, and addresses that something would be fetched from."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.language = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.language = dict(attrs).get("lang") or ""
        if tag not in ("meta", "br", "img", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAILS)
def test_each_is_whole_in_each_language(name: str, language: str) -> None:
    before = counted()
    message = previews.every()[name].mail(language)
    parsed = BytesParser(policy=default).parsebytes(message.message().as_bytes())
    assert parsed["Subject"].strip()
    assert parsed["Auto-Submitted"] == "auto-generated"
    text, page = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert text is not None
    assert page is not None
    reader = Reader()
    reader.feed(page.get_content())
    assert reader.open == []
    assert not {"img", "link", "script", "iframe", "form"} & set(reader.tags)
    if not name.startswith("attention"):  # in the volunteer's language, tested with them
        assert reader.language == language
    for part in (text.get_content(), page.get_content()):
        assert not [mark for mark in ("{{", "{%", "None,", "INVALID") if mark in part]
        assert len(part) < 100_000  # Gmail cuts what is longer
    assert max(len(line) for line in text.get_content().splitlines()) < 200
    assert (mail.outbox, counted()) == ([], before)


@pytest.mark.parametrize("name", [name for name in MAILS if name.startswith(("status", "digest"))])
def test_mails_to_followers_can_be_stopped_by_their_headers_and_by_a_link(name: str) -> None:
    message = previews.every()[name].mail("en")
    link = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in str(message.body)
    assert link in previews.html_of(message)


def test_there_is_none_of_them_missing() -> None:
    rendered: set[str] = set()

    def note(sender: Any, template: Any, **kwargs: Any) -> None:
        rendered.add(str(template.name))

    template_rendered.connect(note)
    try:
        for preview in previews.every().values():
            preview.mail("en")
    finally:
        template_rendered.disconnect(note)
    root = Path(conf.BASE_DIR) / "templates"
    ours = {str(path.relative_to(root)) for path in (root / "emails").iterdir()}
    accounts = {
        str(path.relative_to(root)) for folder in ("account", "mfa") for path in root.glob(f"{folder}/email/*.txt")
    }
    assert sorted((ours | accounts) - rendered) == [], "add a preview (reports/notifications/previews.py)"


def test_each_status_has_one_for_both_kinds_of_readers() -> None:
    names = {f"status-{status}{end}" for status in PublicStatus for end in ("", "-follower")}
    assert names <= set(MAILS)
