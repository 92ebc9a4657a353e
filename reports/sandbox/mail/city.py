"""A city without an API: a mailbox, and a desk that reads what comes. A person is no protocol, so DIALECTS is silent.

The answer to a message is an SMTP reply: `Answer.status` is its code and `Answer.body` its words.
"""

from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import getaddresses

from reports.sandbox.cities import City
from reports.sandbox.faults import Fault, magic_words
from reports.sandbox.filing import Filing
from reports.sandbox.mail.reading import Letter, read_letter, recognise
from reports.sandbox.seeclickfix.errors import number_of
from reports.sandbox.storing import store_filing, store_once
from reports.sandbox.system import System
from reports.sandbox.wire import HTML, Answer, Ending, Request

CITIES = (
    City(
        key="baltimore",
        name="City of Baltimore (by e-mail)",
        base="baltimore",
        jurisdiction_id="baltimorecity.gov",
        speaks="email",
        time_zone="America/New_York",
        id_form="{year:02d}-{serial:08d}",
        first_serial=410_000,
    ),
)
ADDRESSES = {"311@baltimore.example": "baltimore"}
TAKEN = Answer(250, b"2.0.0 Taken, thank you")

# How a fault of the operation `post` is expressed in SMTP. Other kinds do nothing here.
AT_GREETING = frozenset({"429", "429-date", "502", "503"})  # 421 in place of a greeting
AFTER_DATA = {  # kind: the reply, in place of the work
    "500": Answer(554, b"5.3.0 The message was not taken"),
    "reset": Answer(451, ending=Ending.RESET),
}
AFTER_WORK = frozenset({"504", "empty", "truncated"})  # stored, and the connection closes without a reply


class EmailCity(System):
    """The mailbox and its desk. On the web there is a page that says so, and nothing else."""

    def below(self, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        return segments[1:] if segments[:1] == (self.city.base,) else None

    def operation(self, method: str, rest: tuple[str, ...]) -> str:
        return "none"

    def answer(self, request: Request, rest: tuple[str, ...], *, key_revoked: bool = False) -> Answer:
        if rest or request.method not in ("GET", "HEAD"):
            return Answer(404, b"Not found\n")
        [address] = [address for address, key in ADDRESSES.items() if key == self.city.key]
        page = (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{self.city.name}</title></head>'
            f"<body><h1>{self.city.name}</h1><p>Write to {address}.</p></body></html>\n"
        )
        return Answer(200, page.encode(), HTML)

    def take_fault(self) -> Fault | None:
        """The fault that this delivery meets, counted down."""
        return self.store.take_fault(self.city.key, "post")

    def receive(self, raw: bytes, fault: Fault | None = None) -> Answer:
        """Read a message and put it into the records. Gives back the reply to its last line."""
        if fault and fault.kind in AFTER_DATA:
            return AFTER_DATA[fault.kind]
        answer = self._read(raw)
        if fault and fault.kind in AFTER_WORK:
            return Answer(250, ending=Ending.MIDWAY)
        if fault and fault.kind in ("lost-answer", "hang"):
            return Answer(250, delay=self.timing.hold, ending=Ending.HELD)
        if fault and fault.kind in ("malformed", "html"):
            return Answer(0, b"<html>not a reply</html>")
        return Answer(250, TAKEN.body, delay=self.timing.slow) if fault and fault.kind == "slow" else answer

    def _read(self, raw: bytes) -> Answer:
        letter = read_letter(raw)
        service = recognise(letter, self.city.services.values())
        words = magic_words(f"{letter.subject} {letter.text}")
        filing = _filing(letter, service.code)
        tries = self.store.note_post(self.city.key, filing.fingerprint)
        early = self._magic_before(words, tries)
        if early:
            return early
        if "SANDBOX-DUPLICATE" in words:
            store_once(self.city, self.store, filing, service, words)
            return TAKEN
        more = {
            "subject": letter.subject,
            "reference": letter.reference,
            "reply_link": letter.reply_link,
            "message_id": letter.message_id,
            "text": letter.text,
        }
        store_filing(self.city, self.store, filing, service, words, more=more, photos=letter.attachments)
        if "SANDBOX-LOST-ANSWER" in words:
            return Answer(250, delay=self.timing.hold, ending=Ending.HELD)
        if "SANDBOX-DROP-MIDWAY" in words:
            return Answer(250, ending=Ending.MIDWAY)
        return Answer(250, TAKEN.body, delay=self.timing.slow) if "SANDBOX-SLOW" in words else TAKEN

    def _magic_before(self, words: list[str], tries: int) -> Answer | None:
        if tries == 1 and ("SANDBOX-429" in words or "SANDBOX-503" in words):
            return Answer(451, b"4.3.0 Try again later")
        if tries == 1 and "SANDBOX-RESET" in words:
            return Answer(451, ending=Ending.RESET)
        if "SANDBOX-HTML-200" in words:
            return Answer(0, b"<html>not a reply</html>")
        return Answer(550, b"5.7.1 This mailbox does not take such messages") if "SANDBOX-REFUSE" in words else None


def addressed_to(raw: bytes) -> list[str]:
    """The addresses in the message's To and Cc."""
    headers = BytesHeaderParser(policy=default).parsebytes(raw)
    named = getaddresses([str(value) for name in ("To", "Cc") for value in headers.get_all(name, [])])
    return [address.lower() for _name, address in named if address]


def _filing(letter: Letter, code: str) -> Filing:
    lat, long = letter.point
    placed = number_of(lat, 90) is not None and number_of(long, 180) is not None
    return Filing(
        service_code=code,
        description=letter.description,
        lat=lat if placed else "",
        long=long if placed else "",
        address_string=letter.place,
        address_id="",
        attributes={},
        email=letter.email,
        first_name=letter.name,
        last_name="",
        phone=letter.phone,
        media_url=letter.photo_link,
        account_id="",
        device_id="",
    )
