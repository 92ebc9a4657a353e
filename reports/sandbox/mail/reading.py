"""A message as somebody at a city's desk reads it: what it is about, where, who wrote, and how to answer.

Nothing here knows how the sender composes messages. Lines such as "Place: 100 N Holliday St" are read where they stand,
and where they do not, the subject and the text have to do.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import Any

from reports.sandbox.cities import Service

# The labels that people and programs write before a colon.
LABELS: Mapping[str, re.Pattern[str]] = {
    "service": re.compile(r"service|category|kind|type|problem"),
    "place": re.compile(r"place|address|location|where"),
    "description": re.compile(r"description|details|what|message"),
    "reference": re.compile(r"reference|request number|our number|case"),
    "name": re.compile(r"^(name|reported by|from|resident)"),
    "phone": re.compile(r"phone|tel"),
    "email": re.compile(r"e-?mail"),
    "photo": re.compile(r"photo|picture|image"),
}
# What stands in front of the link with which the city answers.
ANSWERS = re.compile(r"repl|answer|update|status|respond|progress|tell (us|the|them)", re.I)

_LABELLED = re.compile(r"^\s*\W{0,3}([A-Za-z][A-Za-z' -]{1,40}?)\s*:(?!//)\s*(.*)$")
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_REFERENCE = re.compile(r"\b(?=[A-Z0-9-]*\d)[A-Z0-9]{2,}(?:-[A-Z0-9]{2,})*\b")
_POINT = re.compile(r"(-?\d{1,2}\.\d{3,})\s*[,;/ ]\s*(-?\d{1,3}\.\d{3,})")


@dataclass
class Letter:
    """What the desk made of a message. `point` is WGS84 degrees as written, or two empty texts."""

    subject: str
    text: str
    reference: str = ""
    service: str = ""
    place: str = ""
    description: str = ""
    point: tuple[str, str] = ("", "")
    name: str = ""
    phone: str = ""
    email: str = ""
    message_id: str = ""
    reply_link: str = ""
    photo_link: str = ""
    attachments: list[dict[str, Any]] = field(default_factory=list)


def read_letter(raw: bytes) -> Letter:
    """Whatever came: a message that is no message is read as its text."""
    message = BytesParser(EmailMessage, policy=default).parsebytes(raw)
    subject, text = _header(message, "Subject"), _text_of(message)
    labelled = _labelled(text)
    point = _POINT.search(text)
    reference = labelled.get("reference", "") or next(iter(_REFERENCE.findall(subject)), "")
    return Letter(
        subject=subject,
        text=text,
        reference=reference,
        service=labelled.get("service", "") or subject,
        place=labelled.get("place", ""),
        description=labelled.get("description", "") or text.strip(),
        point=(point[1], point[2]) if point else ("", ""),
        name=labelled.get("name", ""),
        phone=labelled.get("phone", ""),
        email=labelled.get("email", "") or parseaddr(_header(message, "Reply-To"))[1],
        message_id=_header(message, "Message-ID"),
        reply_link=_reply_link(text),
        photo_link=next(iter(_LINK.findall(labelled.get("photo", ""))), ""),
        attachments=[_attachment(part) for part in message.iter_attachments()],
    )


def recognise(letter: Letter, services: Iterable[Service]) -> Service:
    """The service that the desk files it under: the most words in common, first with what it is said to be, then with
    the subject and the description; the last service where there are none."""
    known = list(services)
    for words in (_words(letter.service), _words(f"{letter.subject} {letter.description}")):
        best = max(known, key=lambda service: len(_words(service.name) & words))
        if _words(best.name) & words:
            return best
    return known[-1]


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, "")).strip()
    except (ValueError, IndexError, AttributeError):  # the header parser's own troubles with what is no header
        return ""


def _text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    payload = body.get_payload(decode=True)
    charset = body.get_content_charset("utf-8")
    content = payload if isinstance(payload, bytes) else b""
    try:
        text = content.decode(charset, "replace")
    except LookupError:
        text = content.decode("utf-8", "replace")
    text = text.replace("\r\n", "\n")
    return _Plain.read(text) if body.get_content_subtype() == "html" else text


def _labelled(text: str) -> dict[str, str]:
    """Values by what their label means, the first of each. A value goes on until an empty line or the next label; where
    nothing follows the colon, it begins on the next line."""
    found: dict[str, str] = {}
    meaning = ""
    for line in text.split("\n"):
        match = _LABELLED.match(line)
        if match:
            label = match[1].lower()
            meaning = next((name for name, pattern in LABELS.items() if pattern.search(label)), "")
            if meaning and meaning not in found:
                found[meaning] = match[2].strip()
            else:
                meaning = ""
        elif not line.strip():
            meaning = meaning if meaning and not found[meaning] else ""
        elif meaning:
            found[meaning] = f"{found[meaning]}\n{line.strip()}".strip()
    return found


def _reply_link(text: str) -> str:
    """The link that its line, or the two lines before it, call the one to answer with; else the only one."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        for link in _LINK.findall(line):
            before = " ".join([*lines[max(0, number - 2) : number], line.replace(link, "")])
            if ANSWERS.search(before):
                return str(link).rstrip(".,;")
    links = [str(link).rstrip(".,;") for link in _LINK.findall(text)]
    return links[0] if len(set(links)) == 1 else ""


def _words(text: str) -> set[str]:
    """Words of four letters and more, without a plural's s."""
    return {word.removesuffix("s") for word in re.findall(r"[a-z]{4,}", text.lower())}


def _attachment(part: EmailMessage) -> dict[str, Any]:
    content = part.get_payload(decode=True)
    return {
        "field": "attachment",
        "filename": part.get_filename() or "",
        "content_type": part.get_content_type(),
        "bytes": len(content) if isinstance(content, bytes) else 0,
    }


class _Plain(HTMLParser):
    """HTML as text, a link's address behind its words."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    @classmethod
    def read(cls, html: str) -> str:
        parser = cls()
        parser.feed(html)
        return "".join(parser.parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.parts.append(f" {href} ")
        elif tag in ("br", "p", "div", "tr", "li", "h1", "h2"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "div", "li", "h1", "h2"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
