"""What servers say by which an answer is known again: ETag and Last-Modified, sent back as conditions (RFC 9110)."""

from collections.abc import Mapping

from reports.http.exchange import Pairs

SENT_AS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
LONGEST = 500  # characters; more is no validator but a mistake

Known = dict[str, dict[str, str]]


class Validators:
    """Address -> what the server said of its last good answer there. The addresses carry no keys.

    What the last call brought is `fresh` until whoever made it has understood the answer and says `keep`: a page of
    errors with an ETag must not become "not modified" the next time.
    """

    def __init__(self, known: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.known: Known = {address: dict(words) for address, words in (known or {}).items()}
        self.fresh: tuple[str, dict[str, str]] | None = None
        self.asked = False  # whether the last call was made on condition; without one, "not modified" says nothing

    def conditions(self, address: str) -> Pairs:
        """The headers that ask for the answer only where it has changed; none for an unknown address."""
        words = self.known.get(address, {})
        sent = [(header, words[name]) for name, header in SENT_AS.items() if words.get(name)]
        self.asked = bool(sent)
        return sent

    def note(self, address: str, headers: Mapping[str, str]) -> None:
        """Remember what a whole answer (200) said of itself."""
        self.fresh = address, {name: headers[name] for name in SENT_AS if 0 < len(headers.get(name, "")) <= LONGEST}

    def keep(self) -> None:
        """The last answer was understood."""
        if self.fresh is not None:
            address, words = self.fresh
            self.known.pop(address, None)
            if words:
                self.known[address] = words
        self.fresh = None

    def forget(self) -> None:
        """Ask for everything whole again."""
        self.known, self.fresh = {}, None
