"""Bodies without a system: a letter by mail that a clerk can work with, and a link by which to answer it."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, ClassVar, Final

from reports.dialects.base import Dialect
from reports.dialects.email_words import WORDS, Words
from reports.dialects.errors import ConfigurationError, Unsupported
from reports.dialects.formats.clean import clean
from reports.dialects.messages import (
    Filing,
    Letter,
    Place,
    Receipt,
    RequestStatuses,
    Service,
    ServiceDefinition,
)
from reports.dialects.options import Check, one_of, option, whole_number

SUBJECT_MOST: Final = 180  # characters; what is cut off stands in the letter
INDENT: Final = "    "
PHOTOS_MOST: Final = 10
OPENSTREETMAP: Final = "https://www.openstreetmap.org/?mlat={lat}&mlon={long}#map=19/{lat}/{long}"
# One mailbox as RFC 5321 has them, without quoted local parts, comments and everything else that could hold a second.
_MAILBOX: Final = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f]{1,64}@[^\s@<>()\[\]\\,;:\"\x00-\x1f]{1,190}")


def _mailbox(value: Any) -> str:
    if not isinstance(value, str) or (value and not _MAILBOX.fullmatch(value)):
        raise ValueError("one mail address such as streets@example.org, or empty")
    return value


def _mailboxes(value: Any) -> tuple[str, ...]:
    good = isinstance(value, list | tuple) and all(isinstance(each, str) and _MAILBOX.fullmatch(each) for each in value)
    if not good or len(set(value)) != len(value) or len(value) > 5:
        raise ValueError("a list of up to five mail addresses, each once")
    return tuple(value)


def _greeting(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200 or clean(value) != value or "\n" in value or "\r" in value:
        raise ValueError("a line of up to 200 characters, or empty")
    return value


def _map_address(value: Any) -> str:
    if value == "":
        return ""
    named = re.findall(r"\{(\w*)\}", value) if isinstance(value, str) else []
    good = (
        isinstance(value, str) and re.fullmatch(r"https?://[^\s<>\"]{1,500}", value) and set(named) == {"lat", "long"}
    )
    if not good:
        raise ValueError("an address with {lat} and {long} in it, or empty")
    return str(value)


@dataclass(frozen=True, slots=True)
class Options:
    """What a letter to one body looks like."""

    language: str = option("en", one_of(*WORDS), "Language of the letter's fixed words.")
    greeting: str = option("", Check("text", _greeting), "First line of the letter in place of the usual greeting.")
    cc: tuple[str, ...] = option((), Check("texts", _mailboxes), "Addresses that get a copy.")
    reply_to: str = option("", Check("text", _mailbox), "Where an answer by mail goes, in place of the site's address.")
    map_url: str = option(
        OPENSTREETMAP, Check("text", _map_address), "Address of a map; {lat} and {long} are filled in. Empty: no map."
    )
    attach_photos: int = option(0, whole_number(0, PHOTOS_MOST), "How many photos to attach; all are linked anyway.")


class EmailLetter(Dialect):
    """A body reached by mail: nothing can be asked of it, and its clerks answer by a link in the letter.

    The base URL is `mailto:` and one address. Volunteers write its services. A letter that the mail server took is
    delivered; the body gives no number unless somebody there does by the link.
    """

    has_services = False
    gives_numbers = False
    takes_words = True  # a person reads it
    takes_photos = "URL"
    photo_limit = PHOTOS_MOST
    follows_by_id = False

    options_class: ClassVar[type[Options]] = Options
    options: Options

    def services(self, place: Place | None = None) -> tuple[Service, ...]:
        raise Unsupported("a body reached by mail lists no services", operation="services")

    def service_definition(self, service_code: str) -> ServiceDefinition:
        raise Unsupported("a body reached by mail asks no questions", operation="service_definition")

    def service_requests(self, ids: Collection[str]) -> RequestStatuses:
        raise Unsupported("a body reached by mail cannot be asked", operation="service_requests")

    def post_service_request(self, filing: Filing) -> Receipt:
        """Send the letter, once. `ConfigurationError`, before anything is sent, without a way to send mail or an
        address to send it to."""
        if self.connection.mail is None:
            raise ConfigurationError("There is no way to send mail to this body.")
        self.connection.mail(self.letter(filing))
        return Receipt()

    def letter(self, filing: Filing) -> Letter:
        """The letter for a filing."""
        words = WORDS[self.options.language]
        return Letter(
            key=filing.reference,
            to=self._address(),
            cc=self.options.cc,
            subject=_subject(filing),
            text="\n".join(_lines(filing, words, self.options, self.connection.time_zone)) + "\n",
            reply_to=self.options.reply_to,
            photos=filing.photos[: self.options.attach_photos],
        )

    def _address(self) -> str:
        scheme, _colon, address = self.connection.base_url.partition(":")
        if scheme.lower() != "mailto" or not _MAILBOX.fullmatch(address):
            raise ConfigurationError("The base address has to be mailto: and one mail address.")
        return address


def _subject(filing: Filing) -> str:
    """One line whatever was filed: a line break in a header would begin another header."""
    parts = [f"[{filing.reference}] {filing.service_name or filing.service_code}", filing.address_string]
    line = _flat(" – ".join(filter(None, parts)))
    return line if len(line) <= SUBJECT_MOST else f"{line[: SUBJECT_MOST - 1].rstrip()}…"


def _lines(filing: Filing, words: Words, options: Options, zone: tzinfo) -> Iterator[str]:
    """The letter, always in this order. What the resident wrote is indented: nothing in it can pass for ours."""
    yield options.greeting or words.greeting
    yield ""
    yield words.opening
    yield ""
    yield f"{words.what}: {_flat(filing.service_name or filing.service_code)}"
    yield from _place(filing, words, options)
    yield f"{words.when}: {filing.requested_datetime.astimezone(zone):%Y-%m-%d %H:%M} ({zone})"
    yield f"{words.reference}: {filing.reference}"
    yield from _section(words.description, _described(filing) or words.nothing)
    for question in filing.questions:
        yield from _section(_flat(question.description or question.code), "\n".join(question.answers))
    if filing.media_urls:
        yield from ("", f"{words.photos}:", *filing.media_urls)
        yield from (f"{each.filename} ({words.attached})" for each in filing.photos[: options.attach_photos])
    yield from _contact(filing, words)
    if filing.reply_url:
        yield from ("", words.answer, "", filing.reply_url)
    if filing.url:
        yield from ("", f"{words.page}:", filing.url)


def _place(filing: Filing, words: Words, options: Options) -> Iterator[str]:
    written = _flat(filing.address_string or filing.address_id)
    if filing.lat is None or filing.long is None:
        yield f"{words.where}: {written}"
        return
    lat, long = f"{filing.lat:.6f}", f"{filing.long:.6f}"
    point = f"{lat}, {long}"
    yield f"{words.where}: {point if written in ('', point) else f'{written} ({point})'}"
    if options.map_url:
        yield f"{words.map}: {options.map_url.replace('{lat}', lat).replace('{long}', long)}"


def _contact(filing: Filing, words: Words) -> Iterator[str]:
    """What the resident let us pass on, and no word of what was not."""
    name = f"{filing.first_name} {filing.last_name}".strip()
    given = [(words.name, name), (words.email, filing.email), (words.phone, filing.phone)]
    known = [f"{INDENT}{label}: {_flat(value)}" for label, value in given if value]
    yield from ("", f"{words.contact}:", *known) if known else ("", words.no_contact)


def _section(heading: str, text: str) -> Iterator[str]:
    yield from ("", heading if heading.endswith(("?", ":")) else f"{heading}:")
    yield from (f"{INDENT}{line}".rstrip() for line in clean(text).splitlines())


def _described(filing: Filing) -> str:
    """The description without our reference below it, which has its own line here."""
    return filing.description.strip().removesuffix(f"[{filing.reference}]").strip()


def _flat(text: str) -> str:
    return clean(" ".join(text.split()))
