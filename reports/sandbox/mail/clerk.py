"""The clerk of a city that takes mail: follows the link in a message and fills the form behind it, as a person would.

The page is read as any page: its form is found, what is hidden is kept, the status is chosen by the words that stand in
the form, and the note goes into the text field.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from reports.sandbox.cities import City
from reports.sandbox.mail.web_forms import Choice, Field, Form, read_forms
from reports.sandbox.state import Store, StoredRequest
from reports.sandbox.work import Step, progress

HOME = ("127.0.0.1", "localhost", "::1")
MAX_TRIES = 5  # of one step; then the clerk goes on to the next
MAX_REPLIES = 20  # of one round
# What a person looks for among a form's words, best first, for each thing that happens to a request.
_OPEN = (r"progress|working|under way", r"accepted|acknowledged|received|open")
WORDS: Mapping[str, tuple[str, ...]] = {
    "assigned": (r"assigned|acknowledged|accepted|received", *_OPEN),
    "scheduled": (r"scheduled|planned", *_OPEN),
    "inspected": _OPEN,
    "delayed": (r"delayed|on hold", *_OPEN),
    "reopened": (r"reopen|open again", *_OPEN),
    "duplicate": (r"duplicate|already|another report|know of it", r"closed|done"),
    "cancelled": (r"turn(ed)?( it)? down|declined|rejected|refused|cancel|no action|not (ours|done)", r"closed|done"),
    "closed": (r"fixed|done|completed|resolved|closed|finished",),
    "open": _OPEN,
}


OWN_NUMBER = re.compile(r"\b(your|own|case|request) (own )?number", re.IGNORECASE)


class Page(NamedTuple):
    """Where a browser has come to, and what it shows."""

    url: str
    html: str


# (address, fields to post or None to get) -> page; keeps cookies, follows redirects, raises OSError for an error page.
OpenUrl = Callable[[str, Mapping[str, str] | None], Page]


class ClerkError(Exception):
    """The page cannot be used: no form on it, or the form came back."""


class Clerk:
    """Works through one city's requests. It opens addresses on this machine and on `hosts`, no others."""

    def __init__(self, city: City, store: Store, hosts: Collection[str] = ()) -> None:
        self.city = city
        self.store = store
        self.hosts = frozenset({*HOME, *hosts})

    def work(self, open_url: OpenUrl, read: Callable[[], object] = lambda: None) -> int:
        """Tell what is due by the sandbox's clock; gives back how many forms were sent. `read` is called between
        reading a form and sending it: it takes the time that a person takes."""
        sent = 0
        for stored in self.store.requests(self.city.key):
            for _ in range(MAX_REPLIES - sent):
                step = self._next(stored)
                if step is None:
                    break
                done = self._tell(stored, step, open_url, read)
                sent += done
                if not done:
                    break
        return sent

    def may_open(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and (parts.hostname or "") in self.hosts

    def _next(self, stored: StoredRequest) -> Step | None:
        """The first step that is due and not yet told. Nobody writes back that a message has come."""
        if not stored.more.get("reply_link"):
            return None
        kind = self.city.services[stored.service_code].kind
        history = progress(self.city.key, kind, stored, self.store.clock.now()).history
        told = max(1, int(stored.more.get("steps_told", 1)))
        return history[told] if told < len(history) else None

    def _tell(self, stored: StoredRequest, step: Step, open_url: OpenUrl, read: Callable[[], object]) -> bool:
        """Whether the form was sent. What fails is tried again in the next round, a few times."""
        told = max(1, int(stored.more.get("steps_told", 1)))
        tries = int(stored.more.get("tries", 0)) + 1
        try:
            self._reply(str(stored.more["reply_link"]), stored.service_request_id, step, open_url, read)
        except (ClerkError, OSError, ValueError) as problem:
            given_up = tries >= MAX_TRIES
            kept = {"steps_told": told + 1, "tries": 0} if given_up else {"tries": tries}
            self.store.change(self.city.key, stored.service_request_id, **kept, trouble=str(problem)[:500])
            return False
        self.store.change(self.city.key, stored.service_request_id, steps_told=told + 1, tries=0, trouble="")
        return True

    def _reply(self, link: str, number: str, step: Step, open_url: OpenUrl, read: Callable[[], object]) -> None:
        if not self.may_open(link):
            raise ClerkError(f"this clerk does not open {link}")
        page = open_url(link, None)
        form = find_form(page.html)
        address = urljoin(page.url, form.action or page.url)
        if not self.may_open(address):
            raise ClerkError(f"this clerk does not send to {address}")
        filled = fill(form, step, number)
        read()
        after = open_url(address, filled)
        if step.note and any(
            field.kind == "textarea" and field.value.strip() == step.note
            for again in read_forms(after.html)
            for field in again.fields
        ):
            raise ClerkError("the form came back as it was sent")


def find_form(html: str) -> Form:
    """The form in which one chooses and writes. Raises ClerkError where there is none."""
    usable = [form for form in read_forms(html) if form.method == "post" and _note_field(form)]
    if not usable:
        raise ClerkError("there is no form to answer with on this page")
    return max(usable, key=lambda form: sum(field.kind in ("select", "radio") for field in form.fields))


def fill(form: Form, step: Step, number: str) -> dict[str, str]:
    """What a browser sends once a person has chosen the status, written the note, and put in the desk's own `number`
    where the form asks for it."""
    event = step.event if step.event in WORDS else step.status
    note, status = _note_field(form), _status_field(form, event)
    sent: dict[str, str] = {}
    pressed = False
    for field in form.fields:
        if field is status:
            chosen = best_choice(field, event)
            sent[field.name] = chosen.value if chosen else field.picked()
        elif field is note:
            sent[field.name] = step.note or field.value
        elif field.kind == "submit":
            if not pressed:
                sent[field.name] = field.value
            pressed = True
        elif field.kind in ("select", "radio", "checkbox"):
            picked = field.picked() or (field.choices[0].value if field.required and field.choices else "")
            if picked or field.kind == "select":
                sent[field.name] = picked
        elif field.kind == "text" and OWN_NUMBER.search(field.label):
            sent[field.name] = field.value or number
        else:
            sent[field.name] = field.value or ("Desk" if field.required and field.kind == "text" else "")
    return sent


def best_choice(field: Field, event: str) -> Choice | None:
    """The first that reads like what happened. What has no value is a prompt and not a choice."""
    for pattern in WORDS[event]:
        for choice in field.choices:
            if choice.value and re.search(pattern, choice.text, re.IGNORECASE):
                return choice
    return None


def _note_field(form: Form) -> Field | None:
    return next((field for field in form.fields if field.kind == "textarea"), None)


def _status_field(form: Form, event: str) -> Field | None:
    fitting = (field for field in form.fields if field.kind in ("select", "radio") and best_choice(field, event))
    return next(fitting, None)
