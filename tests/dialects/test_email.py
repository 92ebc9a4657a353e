"""Letters to bodies without a system: what stands in one, and what cannot get into one."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reports import http
from reports.dialects import registry
from reports.dialects.base import Connection
from reports.dialects.email_letter import EmailLetter
from reports.dialects.email_words import WORDS
from reports.dialects.errors import ConfigurationError, NoAnswer, Unsupported
from reports.dialects.messages import Filing, Letter, Photo, Place, Question, Receipt
from tests.dialects.contract import AnyDialectContract
from tests.dialects.filing import FILING

ADDRESS = "mailto:311@baltimore.example"
PAYLOADS = Path(__file__).parent.parent / "payloads" / "email"
WHOLE = Filing(
    reference="7KQ-4MX-9GHW",
    service_code="alley",
    service_name="Dirty alley",
    description="Bags behind the houses.\nSince Monday.\n\n[7KQ-4MX-9GHW]",
    requested_datetime=datetime(2026, 3, 2, 15, 4, tzinfo=UTC),
    lat=39.29038,
    long=-76.61219,
    address_string="100 Holliday Street – by the gate",
    questions=(
        Question("KIND", "What is it?", ("Household waste", "Furniture")),
        Question("SINCE", "Since when?", ("Monday",)),
    ),
    email="rosa@example.org",
    first_name="Rosa",
    last_name="Luna",
    phone="410-555-0133",
    media_urls=("https://reports.example/photos/1.jpg", "https://reports.example/photos/2.jpg"),
    photos=(Photo("photo-1.jpg", "image/jpeg", b"one"), Photo("photo-2.jpg", "image/jpeg", b"two")),
    locale="es",
    url="https://reports.example/requests/7KQ-4MX-9GHW/",
    reply_url="https://reports.example/reply/5.signature/",
)


def open_letter(sent: list[Letter], base_url: str = ADDRESS, **options: Any) -> EmailLetter:
    zone = ZoneInfo("America/New_York")
    return EmailLetter(Connection(base_url, http.Client("mail"), time_zone=zone, options=options, mail=sent.append))


def letter(filing: Filing = WHOLE, **options: Any) -> Letter:
    sent: list[Letter] = []
    assert open_letter(sent, **options).post_service_request(filing) == Receipt()
    assert len(sent) == 1
    return sent[0]


class TestContract(AnyDialectContract):
    key = "email"
    base_url = ADDRESS

    def test_filing_is_one_letter_and_nothing_on_the_wire(self, seen):
        sent: list[Letter] = []
        dialect = self.open(seen, mail=sent.append)
        receipts = [dialect.post_service_request(FILING) for _time in range(2)]
        assert receipts == [Receipt(), Receipt()]
        assert sent[0] == sent[1]
        assert not seen

    def test_what_the_way_out_raises_goes_through_and_nothing_is_repeated(self, seen):
        tried = []

        def lose(sent: Letter) -> None:
            tried.append(sent)
            raise NoAnswer("silence")

        with pytest.raises(NoAnswer):
            self.open(seen, mail=lose).post_service_request(FILING)
        assert len(tried) == 1


def test_a_whole_letter_reads_as_the_recorded_one() -> None:
    assert letter(attach_photos=1).text == (PAYLOADS / "letter.txt").read_text()


def test_the_envelope() -> None:
    found = letter(cc=["streets@baltimore.example"], reply_to="desk@reports.example", attach_photos=1)
    assert (found.key, found.to) == ("7KQ-4MX-9GHW", "311@baltimore.example")
    assert found.subject == "[7KQ-4MX-9GHW] Dirty alley – 100 Holliday Street – by the gate"
    assert (found.cc, found.reply_to) == (("streets@baltimore.example",), "desk@reports.example")
    assert [each.filename for each in found.photos] == ["photo-1.jpg"]
    assert letter().photos == ()


def test_a_bare_report_makes_a_whole_letter() -> None:
    bare = Filing(
        "R", "S1", "[R]", datetime(2026, 3, 2, tzinfo=UTC), address_string="Main St 1", reply_url="https://r.example/1/"
    )
    text = letter(bare).text
    assert "Service: S1" in text
    assert "Place: Main St 1\nReported:" in text
    assert "No words were added." in text
    assert "did not pass on any contact details" in text
    assert "Photos" not in text
    assert "None" not in text


@pytest.mark.parametrize("language", WORDS)
def test_every_language_says_everything(language: str) -> None:
    words = WORDS[language]
    assert all(dataclasses.astuple(words))
    text = letter(language=language).text
    for each in (words.greeting, words.what, words.where, words.when, words.reference, words.answer, words.page):
        assert each in text
    assert text.splitlines()[0] == words.greeting
    assert "\nhttps://reports.example/reply/5.signature/\n" in text


def test_a_greeting_and_a_map_of_one_s_own() -> None:
    text = letter(greeting="Dear 311,", map_url="https://maps.example/?at={lat},{long}").text
    assert text.startswith("Dear 311,\n")
    assert "Map: https://maps.example/?at=39.290380,-76.612190\n" in text
    assert "Map:" not in letter(map_url="").text


@pytest.mark.parametrize("field", ["service_name", "address_string"])
@pytest.mark.parametrize("gap", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028", "\n\n "])
def test_a_line_break_begins_no_header(field: str, gap: str) -> None:
    filing = dataclasses.replace(WHOLE, **{field: f"Trash{gap}Bcc: all@example.org"})  # type: ignore[arg-type]
    subject = letter(filing).subject
    assert subject.splitlines() == [subject]
    assert "Trash Bcc: all@example.org" in subject


def test_a_long_subject_is_cut_and_the_letter_is_not() -> None:
    long = dataclasses.replace(WHOLE, address_string="x" * 400)
    assert len(letter(long).subject) == 180
    assert letter(long).subject.endswith("…")
    assert "x" * 400 in letter(long).text


@pytest.mark.parametrize("field", ["description", "answer", "first_name"])
def test_nothing_that_a_resident_writes_can_pass_for_the_letter_s_own_words(field: str) -> None:
    words = "Hi\nTo answer, open this link:\nhttps://evil.example/"
    changes: dict[str, Any] = {field: words}
    if field == "answer":
        changes = {"questions": (Question("A", words, (words,)),)}
    text = letter(dataclasses.replace(WHOLE, **changes)).text
    own = [line for line in text.splitlines() if not line.startswith("    ")]
    assert "https://evil.example/" not in own
    assert "https://evil.example/" in text


@pytest.mark.parametrize(
    "base_url",
    ["https://baltimore.example/", "mailto:", "mailto:nobody", "mailto:a@b.example,c@d.example",
     "mailto:a@b.example\nX", "mailto:<a@b.example>", "mailto:a@b.example?cc=c@d.example,e@f.example",
     "mailto:a b@c.example"],
)  # fmt: skip
def test_an_address_that_is_not_one_is_a_matter_for_a_volunteer(base_url: str) -> None:
    sent: list[Letter] = []
    with pytest.raises(ConfigurationError, match="mailto:"):
        open_letter(sent, base_url).post_service_request(WHOLE)
    assert not sent


def test_without_a_way_to_send_mail_too() -> None:
    dialect = registry.open_dialect("email", Connection(ADDRESS, http.Client("mail")))
    with pytest.raises(ConfigurationError, match="no way to send mail"):
        dialect.post_service_request(WHOLE)


def test_it_can_be_asked_nothing() -> None:
    dialect = open_letter([])
    for call in (lambda: dialect.service_definition("x"), lambda: dialect.services(Place(1, 2))):
        with pytest.raises(Unsupported):
            call()
    assert not dialect.gives_numbers


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "xx"), ("cc", "a@b.example"), ("cc", ["a"]), ("cc", ["a@b.example"] * 2), ("cc", [7]),
        ("reply_to", "a@b.example\nBcc: c@d.example"), ("reply_to", 7), ("greeting", "a\nb"), ("greeting", "x" * 201),
        ("greeting", None), ("map_url", "https://maps.example/"), ("map_url", "javascript:{lat}{long}"),
        ("map_url", "https://m.example/{lat}{long}{0}"), ("map_url", 7), ("attach_photos", 11), ("attach_photos", "1"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_are_named(name: str, value: object) -> None:
    [complaint] = EmailLetter.check_options({name: value})
    assert complaint.startswith(f"“{name}” has to be ")


def test_options_that_can_be_are_taken() -> None:
    good = {"language": "de", "cc": ["a@b.example"], "reply_to": "", "greeting": "", "map_url": "", "attach_photos": 10}
    assert EmailLetter.check_options(good) == []
