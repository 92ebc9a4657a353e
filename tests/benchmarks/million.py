"""Many requests as life makes them, the same ones whenever they are made: `python -m tests.benchmarks.million COUNT`.

Fills the empty, migrated database of DATABASE_URL. Five years of requests end at END: most of them closed, a few large
bodies with most of them, a few services and words with most of them, some hidden, held, private or taken away, with
their history, submissions, photos (without files) and followers; and what bodies publish of others' requests.
"""

import sys
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

SEED: Final = 311
END: Final = datetime(2026, 11, 1, tzinfo=UTC)
YEARS: Final = 5
CHUNK: Final = 20_000
DAY: Final = 86_400
LOGGED: Final = 100_000  # changes that are kept, as `changes.forget` does
Seconds = npt.NDArray[np.int64]
Draw = np.random.Generator

# Of a request's fate, by how old it is: (status, share among those older than three months, among the newer ones).
FATES: Final = (
    ("closed", 0.80, 0.45), ("duplicate", 0.05, 0.03), ("not_responsible", 0.03, 0.02), ("rejected", 0.02, 0.02),
    ("cancelled", 0.01, 0.01), ("silent", 0.05, 0.04), ("in_progress", 0.015, 0.12), ("accepted", 0.02, 0.28),
    ("undelivered", 0.003, 0.005), ("sent", 0.002, 0.025),
)  # fmt: skip
OVER: Final = ("closed", "duplicate", "not_responsible", "rejected", "cancelled")


def main(count: int) -> None:
    """Fill the database."""
    import django

    django.setup()
    from tests.benchmarks import country
    from tests.benchmarks.loading import in_bulk

    draw = np.random.default_rng(SEED)
    with in_bulk():
        places = country.store(draw)
        filed = _filed(count, draw)
        body = draw.choice(len(places), count, p=[each.share for each in places])
        with tqdm(total=count, unit=" requests") as progress:
            for begin in range(0, count, CHUNK):
                _Chunk(begin, filed[begin : begin + CHUNK], body[begin : begin + CHUNK], places).store()
                progress.update(min(CHUNK, count - begin))
        _store_changes(count)


def _filed(count: int, draw: Draw) -> Seconds:
    """When they were filed, ascending: more from year to year, more in summer, more by day."""
    begin = END - timedelta(days=365 * YEARS)
    days = np.arange(365 * YEARS)
    weights = (1 + days / len(days)) * (1.2 + 0.4 * np.sin(2 * np.pi * (days / 365 - 0.05)))
    weights *= np.where(days % 7 < 5, 1.0, 0.5)
    chosen = draw.choice(days, count, p=weights / weights.sum())
    hours = np.clip(draw.normal(18, 4, count), 0, 23.99)  # UTC
    found: Seconds = np.sort(int(begin.timestamp()) + chosen * DAY + (hours * 3600).astype(np.int64))
    return found


def texts_of(moments: Seconds) -> list[str | None]:
    """Seconds since 1970 as both databases read them; None for 0."""
    texts = np.datetime_as_string(moments.astype("datetime64[s]")).astype(object)
    return [text.replace("T", " ") if moment else None for text, moment in zip(texts, moments, strict=True)]


class _Chunk:
    """Some thousand requests with all that hangs on them. Keys are given here, counted from 1."""

    def __init__(self, begin: int, filed: Seconds, body: npt.NDArray[Any], places: list[Any]) -> None:
        self.begin, self.filed, self.body, self.places = begin, filed, body, places
        self.count = len(filed)
        self.draw = np.random.default_rng([SEED, begin])
        self.pk = np.arange(begin + 1, begin + 1 + self.count)
        self._decide()

    def _decide(self) -> None:
        """The fate of each, and when: the first answer after a day or so, the end after some days or weeks."""
        draw, age = self.draw, int(END.timestamp()) - self.filed
        names = [name for name, _old, _new in FATES]
        old, new = (np.array([row[at] for row in FATES]) for at in (1, 2))
        status = np.where(
            age > 90 * DAY,
            draw.choice(names, self.count, p=old / old.sum()),
            draw.choice(names, self.count, p=new / new.sum()),
        )
        answered = self.filed + (draw.lognormal(0.2, 1.2, self.count) * DAY).astype(np.int64) + 600
        ended = answered + (draw.lognormal(1.6, 1.3, self.count) * DAY).astype(np.int64) + 600
        now = int(END.timestamp())
        status = np.where((answered > now) | (age < 3 * 3600), "sent", status)
        over = np.isin(status, OVER)
        status = np.where(over & (ended > now), "in_progress", status)
        self.over = np.isin(status, OVER)
        self.heard = ~np.isin(status, ("sent", "undelivered", "silent"))
        self.status, self.now = status, now
        self.answered, self.ended = np.where(self.heard, answered, 0), np.where(self.over, ended, 0)
        self.updated = np.maximum(np.maximum(self.answered, self.ended), self.filed + 60)
        self.updated = np.where(status == "silent", np.minimum(self.filed + 30 * DAY, now), self.updated)

    def store(self) -> None:
        """Everything into its table."""
        self._store_requests()
        self._store_history()
        self._store_submissions()
        self._store_the_rest()

    def _store_requests(self) -> None:
        from reports.models import ServiceRequest
        from tests.benchmarks import loading

        draw, count = self.draw, self.count
        points = self._points()
        services = self._services(self.body)
        verdict = np.where(
            self.status == "closed", draw.choice(["", "confirmed", "disputed"], count, p=[0.9, 0.07, 0.03]), ""
        )
        texts = _Texts(draw, count, [service.service_name for service in services])
        rare = draw.random((4, count))
        self.number = [f"{body + 1:03d}-{pk:08d}" for body, pk in zip(self.body, self.pk, strict=True)]
        originals = [self.number[at] for at in draw.integers(0, count, count)]
        columns = {
            "reference": _references(self.pk),
            "submit_key": [_uuid("request", int(pk)) for pk in self.pk],
            "jurisdiction_id": [self.places[each].body.pk for each in self.body],
            "endpoint_id": [self.places[each].endpoint.pk for each in self.body],
            "service_id": [service.pk for service in services],
            "service_code": [service.service_code for service in services],
            "service_name": [service.service_name for service in services],
            "group": [service.group for service in services],
            "lat": points[:, 1].tolist(),
            "long": points[:, 0].tolist(),
            "address_string": texts.addresses(),
            "place_meant": draw.choice(["point", "address", "words"], count, p=[0.93, 0.06, 0.01]).tolist(),
            "description": texts.descriptions(),
            "locale": texts.locales,
            "status": self.status.tolist(),
            "status_word": self.status.tolist(),
            "status_notes": texts.answers(),
            "requested_datetime": texts_of(self.filed),
            "updated_datetime": texts_of(self.updated),
            "expected_datetime": texts_of(np.where(draw.random(count) < 0.3, self.filed + 14 * DAY, 0)),
            "first_answer_at": texts_of(self.answered),
            "ended_at": texts_of(self.ended),
            "duplicate_of": [
                original if status == "duplicate" else ""
                for original, status in zip(originals, self.status, strict=True)
            ],
            "verdict": verdict.tolist(),
            "private": (rare[0] < 0.02).astype(int).tolist(),
            "hidden": (rare[1] < 0.003).astype(int).tolist(),
            "held_at": texts_of(np.where((rare[2] < 0.02) & (self.filed > self.now - 20 * DAY), self.filed, 0)),
            "taken_away_at": texts_of(np.where(rare[3] < 0.001, self.filed + DAY, 0)),
        }
        loading.load(ServiceRequest, {"id": self.pk.tolist()} | columns, count)

    def _points(self) -> npt.NDArray[np.float64]:
        found = np.empty((self.count, 2))
        for each in np.unique(self.body):
            rows = np.flatnonzero(self.body == each)
            found[rows] = self.places[each].points(len(rows), self.draw)
        return found

    def _services(self, bodies: npt.NDArray[Any]) -> list[Any]:
        """What each is about: of four in five what the body is asked for most, in the order of its list."""
        often = (self.draw.pareto(1.1, len(bodies)) * 3).astype(np.int64)
        any_ = self.draw.integers(0, 1 << 30, len(bodies))
        ranks = np.where(self.draw.random(len(bodies)) < 0.8, np.minimum(often, 1000), any_)
        lists = [self.places[body].services for body in bodies]
        return [each[rank % len(each)] for each, rank in zip(lists, ranks.tolist(), strict=True)]

    def _store_history(self) -> None:
        """Two to four lines each: received, sent, what the body said first, and the end."""
        from reports.models import StatusUpdate
        from tests.benchmarks import loading
        from tests.benchmarks.vocabulary import ANSWERS

        every = np.ones(self.count, dtype=bool)
        lines = (
            ("received", every, self.filed, 0), ("sent", every, self.filed + 30, 0),
            ("accepted", self.heard, self.answered, 1), ("", self.over, self.ended, 1),
        )  # fmt: skip
        for number, (status, which, moments, by_body) in enumerate(lines):
            rows = np.flatnonzero(which)
            said = texts_of(moments[rows])
            notes = self.draw.choice(ANSWERS, len(rows)).tolist() if by_body else [""] * len(rows)
            columns = {
                "service_request_id": self.pk[rows].tolist(),
                "datetime": said,
                "recorded_at": said,
                "status": [status] * len(rows) if status else self.status[rows].tolist(),
                "by_body": [by_body] * len(rows),
                "status_notes": notes,
                "fingerprint": [f"line {number}"] * len(rows),
            }
            loading.load(StatusUpdate, columns, len(rows))

    def _store_submissions(self) -> None:
        from reports.models import Submission
        from tests.benchmarks import loading

        undelivered = self.status == "undelivered"
        sent = texts_of(self.filed + 30)
        columns = {
            "request_id": self.pk.tolist(),
            "endpoint_id": [self.places[each].endpoint.pk for each in self.body],
            "state": np.where(undelivered, "needs_attention", "delivered").tolist(),
            "due_at": texts_of(np.where(self.over | undelivered, 0, self.now + DAY)),
            "service_request_id": [
                "" if lost else number for lost, number in zip(undelivered, self.number, strict=True)
            ],
            "posts": [1] * self.count,
            "created_at": texts_of(self.filed),
            "released_at": texts_of(self.filed),
            "sent_at": sent,
            "delivered_at": texts_of(np.where(undelivered, 0, self.filed + 30)),
            "looked_at": texts_of(self.updated),
        }
        loading.load(Submission, columns, self.count)

    def _store_the_rest(self) -> None:
        from reports.models import Media, MirroredRequest, Subscription
        from tests.benchmarks import loading

        draw = self.draw
        photos = np.flatnonzero(draw.random(self.count) < 0.08)
        keys = [_uuid("photo", int(pk)) for pk in self.pk[photos]]
        loading.load(Media, {
            "key": keys, "service_request_id": self.pk[photos].tolist(), "sha256": keys,
            "file": [f"photos/{key[:2]}/{key}.jpg" for key in keys], "width": [1600] * len(keys),
            "height": [1200] * len(keys), "created_at": texts_of(self.filed[photos]),
        }, len(keys))  # fmt: skip
        followed = np.flatnonzero(draw.random(self.count) < 0.05)
        loading.load(Subscription, {
            "service_request_id": self.pk[followed].tolist(), "created_at": texts_of(self.filed[followed]),
            "email": [f"person{number}@example.org" for number in draw.integers(0, 50_000, len(followed))],
        }, len(followed))  # fmt: skip
        theirs = np.flatnonzero(draw.random(self.count) < 0.05)
        points, services = self._points()[theirs], self._services(self.body[theirs])
        said = texts_of(self.filed[theirs])
        loading.load(MirroredRequest, {
            "endpoint_id": [service.endpoint_id for service in services],
            "service_request_id": [f"theirs {pk}" for pk in self.pk[theirs]],
            "service_code": [service.service_code for service in services],
            "service_name": [service.service_name for service in services],
            "status": np.where(self.over[theirs], "closed", "open").tolist(), "lat": points[:, 1].tolist(),
            "long": points[:, 0].tolist(), "requested_datetime": said, "updated_datetime": said, "seen_at": said,
        }, len(theirs))  # fmt: skip


class _Texts:
    """What people write: few words very often, thousands of them seldom; some of it in Spanish."""

    def __init__(self, draw: Draw, count: int, services: list[str]) -> None:
        from tests.benchmarks import vocabulary

        self.draw, self.count, self.services = draw, count, services
        self.words = vocabulary
        self.locales = np.where(draw.random(count) < 0.08, "es", "en").tolist()

    def _some(self, of: tuple[str, ...], power: float = 0.9) -> list[str]:
        weights = 1 / np.arange(1, len(of) + 1) ** power
        return [of[at] for at in self.draw.choice(len(of), self.count, p=weights / weights.sum())]

    def addresses(self) -> list[str]:
        """A number and a street, of which many have the name of somebody."""
        streets = self._some(self.words.STREETS + self.words.NAMES, 1.1)
        kinds, numbers = self._some(self.words.KINDS), self.draw.integers(1, 9000, self.count)
        self.streets = streets
        return [f"{number} {street} {kind}" for number, street, kind in zip(numbers, streets, kinds, strict=True)]

    def descriptions(self) -> list[str]:
        """One to three sentences."""
        words = self.words
        parts = (words.OPENINGS, words.THINGS, words.PLACES, words.NAMES, words.ENDINGS)
        english = [
            f"{opening} {thing} {place}, by {name}. {service.lower()}. {ending}"
            for opening, thing, place, name, ending, service in zip(
                *(self._some(each) for each in parts), self.services, strict=True
            )
        ]
        spanish = self._some(words.SPANISH)
        rows = zip(self.locales, english, spanish, self.streets, strict=True)
        return [f"{es}, cerca de {street}." if locale == "es" else en for locale, en, es, street in rows]

    def answers(self) -> list[str]:
        """What the body says."""
        return self._some(self.words.ANSWERS)


def _references(pks: npt.NDArray[np.int64]) -> list[str]:
    """References of the right letters, another one for each key."""
    from reports.models.service_requests import ALPHABET

    left, letters = (pks * 618_033_989) % 20**10, []  # a factor that has no divisor with 20 in common
    for _each in range(10):
        left, digit = np.divmod(left, 20)
        letters.append(np.array(list(ALPHABET))[digit])
    return ["".join((*row[:3], "-", *row[3:6], "-", *row[6:])) for row in zip(*letters, strict=True)]


def _uuid(of: str, number: int) -> str:
    return uuid.UUID(int=(len(of) << 100) + number * 0x9E3779B97F4A7C15).hex


def _store_changes(count: int) -> None:
    """The end of the log of changes, as it is left by what came last."""
    from reports.models import ListingChange
    from tests.benchmarks import loading

    newest = range(max(1, count - LOGGED + 1), count + 1)
    loading.load(ListingChange, {"service_request_id": newest, "transaction": [1] * len(newest)}, len(newest))


if __name__ == "__main__":
    main(int(sys.argv[1]))
